package io.github.diffusion4j.samplers.training;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;

/**
 * Consistency within phases: student and target both jump, by DDIM's map, to the lower edge of the phase, and are to arrive at one place (Wang et al., arXiv:2405.18407, equation 8); with one phase
 * and the edge at timestep 0 it is consistency distillation, with edges drawn anywhere below trajectory consistency (Zheng et al., arXiv:2402.19159, equation 20). On {@code x0 + s eps} the jump is
 * CTM's {@code (s'/s) x + (1 - s'/s) D} (Kim et al., arXiv:2310.02279, equation 9).
 *
 * @param student what the student outputs
 * @param phases the teacher's timesteps and the edges
 * @param route how the sample gets from a timestep to the one before
 * @param anywhere whether the jump ends at any of the teacher's timesteps below, one drawn uniformly for each sample, rather than at the edge of the phase
 * @param guidance the scales w that the student is told; {@link Consistency.Guidance#NONE} without
 */
public record PhasedConsistency(Parameterization student, Phases phases, Route route, boolean anywhere, Consistency.Guidance guidance) implements Bootstrap {

    private static final long serialVersionUID = 1;

    /**
     * DDIM's map, {@code alpha' x0^ + sigma' eps^}, as weights of sample and output.
     *
     * @param network what the network outputs
     * @param from where the sample stands
     * @param to where the map ends
     * @param x the sample
     * @param u the output
     * @return the sample at the second level
     */
    public static Linear jump(Parameterization network, NoiseLevel from, NoiseLevel to, Linear x, Linear u) {
        Parameterization.Weights noise = network.noise(from);
        return Tape.data(network, from, x, u).times(to.alpha()).plus(x.times(noise.first()).plus(u.times(noise.second())).times(to.sigma()));
    }

    @Override
    public Lesson lesson(Tape tape, NoiseLevel level, Chance chance, int iteration) {
        int index = phases.index(level);
        int edge = anywhere ? (int) (chance.uniform(1) * (index + 1)) : phases.edge(index);
        NoiseLevel before = phases.before(index);
        NoiseLevel end = phases.before(edge);
        double w = guidance.drawn(chance);
        double[] columns = guidance.columns(w);
        Linear next = route.walk(tape, level, before, w);
        Linear answer = tape.ask(Role.TARGET, student, next, before, columns);
        // The timestep at an edge steps onto the edge's level: there the target is the sample itself.
        Linear arrived = index == edge ? next : jump(student, before, end, next, answer);
        Linear x = Tape.at(level);
        Linear stays = jump(student, level, end, x, Linear.ZERO);
        double factor = jump(student, level, end, Linear.ZERO, Linear.DATA).weight(0);
        return Tape.direct(student, level, x, arrived.minus(stays).times(1 / factor), columns).withWeight(factor * factor);
    }
}
