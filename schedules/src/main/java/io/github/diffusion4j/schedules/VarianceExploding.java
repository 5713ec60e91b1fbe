package io.github.diffusion4j.schedules;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A table of betas seen in the variance-exploding coordinate of k-diffusion: {@code x = x0 + sigma eps} with
 * {@code sigma_t = sqrt((1 - abar_t) / abar_t)}. Between timesteps sigma is linear in time; the time of a sigma is found linearly in
 * ln sigma and stays in [0, T - 1], as in k-diffusion and Diffusers, so the two are not quite inverses there.
 */
public final class VarianceExploding implements NoiseSchedule {

    private static final long serialVersionUID = 1;

    private static final double LOWEST = 1e-10;

    private final DiscreteSchedule table;
    private final double[] sigmas;
    private final double[] logs;

    private VarianceExploding(DiscreteSchedule table) {
        this.table = table;
        this.sigmas = table.sigmas();
        this.logs = Arrays.stream(sigmas).map(Math::log).toArray();
    }

    /**
     * The view of a table.
     *
     * @param table the betas
     * @return the schedule
     */
    public static VarianceExploding of(DiscreteSchedule table) {
        return new VarianceExploding(table);
    }

    /**
     * The table.
     *
     * @return the variance-preserving schedule
     */
    public DiscreteSchedule table() {
        return table;
    }

    /**
     * The noise level at a time, linear between timesteps.
     *
     * @param time in [0, T - 1]
     * @return sigma
     * @throws IllegalArgumentException if the time is out of range
     */
    public double sigma(double time) {
        if (!(time >= 0 && time <= sigmas.length - 1)) {
            throw new IllegalArgumentException("timestep " + time + " is out of range; this schedule has timesteps 0 to " + (sigmas.length - 1));
        }
        int low = Math.min((int) time, sigmas.length - 1);
        double fraction = time - low;
        return fraction == 0 ? sigmas[low] : sigmas[low] + fraction * (sigmas[low + 1] - sigmas[low]);
    }

    /**
     * The time of a noise level, linear in ln sigma; 0 below the table and T - 1 above it.
     *
     * @param sigma the noise level
     * @return the time
     */
    public double time(double sigma) {
        double log = Math.log(Math.max(sigma, LOWEST));
        int last = logs.length - 1;
        if (last == 0 || log <= logs[0]) {
            return 0;
        }
        if (log >= logs[last]) {
            return last;
        }
        int found = Arrays.binarySearch(logs, log);
        int low = found >= 0 ? Math.min(found, last - 1) : -found - 2;
        return low + (log - logs[low]) / (logs[low + 1] - logs[low]);
    }

    @Override
    public NoiseLevel at(double time) {
        return new NoiseLevel(time, 1, sigma(time));
    }

    @Override
    public List<NoiseLevel> levels() {
        return IntStream.range(0, sigmas.length).mapToObj(this::at).toList();
    }

    @Override
    public NoiseLevel atEdmSigma(double edmSigma) {
        return new NoiseLevel(time(edmSigma), 1, edmSigma);
    }

    @Override
    public NoiseLevel noisiest() {
        return at(sigmas.length - 1);
    }

    @Override
    public NoiseLevel cleanest() {
        return at(0);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VarianceExploding view && table.equals(view.table);
    }

    @Override
    public int hashCode() {
        return table.hashCode();
    }

    @Override
    public String toString() {
        return "VarianceExploding[" + table + "]";
    }
}
