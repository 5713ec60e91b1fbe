package io.github.diffusion4j.core.training;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.noise.CounterUniform;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;

/** Noise levels of a schedule, made from uniform numbers: a {@link LevelDraw} on a schedule, a table with shares, or what recent losses say. Immutable. */
public interface LevelSampler extends Serializable {

    /**
     * The noise level that belongs to a uniform number.
     *
     * @param u in (0, 1)
     * @return the level; the least noise for the least numbers
     */
    NoiseLevel level(double u);

    /**
     * The importance weight of what is drawn: with it the weighted loss has the expectation of another draw, see {@link #keeping}.
     *
     * @param u in (0, 1)
     * @return the weight; 1 where the draw itself is meant
     */
    default double weight(double u) {
        return 1;
    }

    /**
     * The same levels as often as before, weighted so that the objective stays that of another draw: {@code p_base / p} at each level.
     *
     * @param base the draw whose objective is kept, on the same schedule
     * @return the sampler
     * @throws UnsupportedOperationException if this sampler has weights of its own
     */
    default LevelSampler keeping(LevelDraw base) {
        throw new UnsupportedOperationException(this + " has importance weights of its own; use the sampler of a LevelDraw");
    }

    /**
     * The levels of a batch.
     *
     * @param uniforms how the uniform numbers of a batch go together
     * @param numbers the random numbers
     * @param iteration the training iteration, from 0
     * @param batch the number of samples, at least 1
     * @return a level and an importance weight for each sample
     */
    default DrawnLevels draw(Uniforms uniforms, CounterUniform numbers, int iteration, int batch) {
        double[] us = uniforms.of(numbers, iteration, batch);
        return new DrawnLevels(DoubleStream.of(us).mapToObj(this::level).toList(), DoubleStream.of(us).map(this::weight).toArray());
    }

    /**
     * Every timestep of a table equally likely (Ho et al., arXiv:2006.11239, algorithm 1), and on a continuous schedule every time: of a flow that is {@link LevelDraw#uniformFlowTime}.
     *
     * @param schedule the schedule
     * @return the sampler
     */
    static LevelSampler uniform(NoiseSchedule schedule) {
        List<NoiseLevel> levels = schedule.levels();
        double[] shares = new double[levels.size()];
        Arrays.fill(shares, 1);
        return levels.isEmpty() ? new UniformTimes(schedule) : TableLevels.of(levels, shares);
    }

    /**
     * Given levels as often as given shares say, without importance weights.
     *
     * @param levels the levels
     * @param shares how often each is drawn, at least 0; they are divided by their sum
     * @return the sampler
     */
    static LevelSampler table(List<NoiseLevel> levels, double... shares) {
        return TableLevels.of(levels, shares);
    }

    /**
     * Times of a continuous schedule, uniform between its ends.
     *
     * @param schedule the schedule
     */
    record UniformTimes(NoiseSchedule schedule) implements LevelSampler {
        @Override
        public NoiseLevel level(double u) {
            double clean = schedule.cleanest().time();
            return schedule.at(clean + u * (schedule.noisiest().time() - clean));
        }
    }
}
