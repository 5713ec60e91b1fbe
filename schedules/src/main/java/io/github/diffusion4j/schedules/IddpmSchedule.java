package io.github.diffusion4j.schedules;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A table whose network knows whole timesteps only: any noise level may be asked for, and the network is told the timestep whose {@code sigma / alpha} is nearest. So EDM samples from networks of
 * improved diffusion (Karras et al., arXiv:2206.00364, table 1 and appendix C.3.2), whose cosine table is, in EDM's numbering,
 * <pre>
 *   u_M = 0,   u_(j-1) = sqrt((u_j^2 + 1) / max(abar_(j-1) / abar_j, C1) - 1),   abar_j = sin^2(pi / 2 j / (M (C2 + 1))),   timestep M - 1 - j
 * </pre>
 * Levels preserve variance, so that EDM's row is epsilon prediction here: {@code c_in = alpha}, {@code c_skip = 1}, {@code c_out = -sigma / alpha}.
 *
 * @param table the table
 */
public record IddpmSchedule(DiscreteSchedule table) implements NoiseSchedule {

    /**
     * The table of improved diffusion.
     *
     * @param timesteps M, at least 1; 1000 or 4000
     * @param leastKept C1, the least share of the signal power that a step keeps, in (0, 1); 0.001
     * @param offset C2, at least 0; 0.008
     * @return the schedule
     */
    public static IddpmSchedule of(int timesteps, double leastKept, double offset) {
        if (!(timesteps >= 1 && leastKept > 0 && leastKept < 1 && offset >= 0 && Double.isFinite(offset))) {
            throw new IllegalArgumentException("improved diffusion needs at least one timestep, C1 in (0, 1) and C2 of at least 0, got " + timesteps + ", " + leastKept + " and " + offset);
        }
        double[] signal = IntStream.rangeClosed(0, timesteps).mapToDouble(j -> Math.pow(Math.sin(Math.PI / 2 * j / timesteps / (offset + 1)), 2)).toArray();
        return new IddpmSchedule(DiscreteSchedule.ofBetas(IntStream.range(0, timesteps)
                .mapToDouble(t -> 1 - Math.max(signal[timesteps - t - 1] / signal[timesteps - t], leastKept)).toArray()));
    }

    /** As the table has it, in between too. */
    @Override
    public NoiseLevel at(double time) {
        return table.at(time);
    }

    /** The level itself, with the nearest timestep; below half the lowest level clean data are nearest, whose timestep is -1. */
    @Override
    public NoiseLevel atEdmSigma(double edmSigma) {
        if (!(edmSigma >= 0 && Double.isFinite(edmSigma))) {
            throw new IllegalArgumentException("sigma / alpha must be at least 0 and finite, got " + edmSigma);
        }
        double alpha = 1 / Math.hypot(1, edmSigma);
        return new NoiseLevel(timestep(edmSigma), alpha, alpha * edmSigma);
    }

    private int timestep(double edmSigma) {
        double[] sigmas = table.sigmas();
        int found = java.util.Arrays.binarySearch(sigmas, edmSigma);
        int above = found >= 0 ? found : -found - 1;
        double below = above == 0 ? 0 : sigmas[above - 1];
        return above < sigmas.length && sigmas[above] - edmSigma <= edmSigma - below ? above : above - 1;
    }

    @Override
    public List<NoiseLevel> levels() {
        return table.levels();
    }

    @Override
    public NoiseLevel noisiest() {
        return table.noisiest();
    }

    @Override
    public NoiseLevel cleanest() {
        return table.cleanest();
    }
}
