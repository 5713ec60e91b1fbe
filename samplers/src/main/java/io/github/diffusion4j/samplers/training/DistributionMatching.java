package io.github.diffusion4j.samplers.training;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;

/**
 * Distribution matching: what a generator drew is to move by the difference of two networks' estimates of it after noising (Yin et al., "DMD2", arXiv:2405.14867, equation 3),
 * {@code x - (D_critic - D_teacher) / mean |x - D_teacher|}. The data of the batch are what the generator drew; the lesson's target is for its samples, with weight 1/2, and its input is the noised
 * sample that the critic learns from by a plain recipe.
 *
 * @param network what teacher and critic output
 */
public record DistributionMatching(Parameterization network) implements Bootstrap {

    private static final long serialVersionUID = 1;

    @Override
    public Lesson lesson(Tape tape, NoiseLevel level, Chance chance, int iteration) {
        Linear x = Tape.at(level);
        Linear real = Tape.data(network, level, x, tape.ask(Role.TEACHER, network, x, level));
        Linear fake = Tape.data(network, level, x, tape.ask(Role.CRITIC, network, x, level));
        Lesson.Normalised gradient = new Lesson.Normalised(real.minus(fake), Linear.DATA.minus(real), Lesson.Norm.MEAN_ABSOLUTE, 0);
        return Tape.direct(network, level, x, Linear.DATA).withNormalised(gradient).withWeight(0.5);
    }
}
