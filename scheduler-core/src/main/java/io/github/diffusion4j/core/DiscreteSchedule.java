package io.github.diffusion4j.core;

import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The discrete variance-preserving process of DDPM, given by its table of betas.
 *
 * <p>With {@code T = size()} timesteps {@code t = 0 .. T-1} (Ho et al., arXiv:2006.11239, equations 2 and 4):
 * <pre>
 *   alpha_t        = 1 - beta_t
 *   alphaCumprod_t = alpha_0 * ... * alpha_t
 *   x_t            = sqrt(alphaCumprod_t) x_0 + sqrt(1 - alphaCumprod_t) eps
 * </pre>
 * Between two timesteps {@code ln(sigma / alpha)} is linear in time, so {@link #at} and {@link #atEdmSigma} are
 * inverses of each other. All arrays handed out are copies.
 */
public final class DiscreteSchedule implements NoiseSchedule {

    private static final long serialVersionUID = 1;

    /** A level of this schedule that was computed elsewhere may pass its ends by this much, in ln sigma. */
    private static final double END_ROUNDING = 1e-9;

    private final double[] betas;
    private final double[] alphasCumprod;

    private DiscreteSchedule(double[] betas, double[] alphasCumprod) {
        this.betas = betas;
        this.alphasCumprod = alphasCumprod;
    }

    private static double[] cumulative(double[] betas) {
        double[] alphasCumprod = new double[betas.length];
        double product = 1;
        for (int t = 0; t < betas.length; t++) {
            product *= 1 - betas[t];
            alphasCumprod[t] = product;
        }
        return alphasCumprod;
    }

    /**
     * The schedule of the given betas.
     *
     * @param betas the forward variances, each in [0, 1); the last may be 1 (zero terminal SNR), the first is above 0
     * @return the schedule
     * @throws IllegalArgumentException if the table is empty, a beta lies outside its range, or no signal is left before the last timestep, naming the entry
     */
    public static DiscreteSchedule ofBetas(double... betas) {
        if (betas.length == 0) {
            throw new IllegalArgumentException("a schedule needs at least one beta");
        }
        for (int t = 0; t < betas.length; t++) {
            boolean last = t == betas.length - 1;
            boolean valid = betas[t] >= 0 && (betas[t] < 1 || (last && betas[t] == 1)) && (t > 0 || betas[t] > 0);
            if (!valid) {
                throw new IllegalArgumentException("betas[" + t + "] = " + betas[t] + " is not a forward variance; betas lie in [0, 1), "
                        + "the first above 0, and only the last may be 1");
            }
        }
        double[] alphasCumprod = cumulative(betas);
        for (int t = 0; t < betas.length - 1; t++) {
            if (Double.isInfinite(1 / alphasCumprod[t])) {
                throw new IllegalArgumentException("betas[" + t + "] = " + betas[t] + " leaves a signal power of " + alphasCumprod[t]
                        + ", too little for a double to tell from none; only the last timestep may hold no signal. Use fewer timesteps or smaller betas");
            }
        }
        return new DiscreteSchedule(betas.clone(), alphasCumprod);
    }

    /**
     * The schedule rescaled so that its last timestep holds no signal at all (Lin et al., "Common Diffusion Noise
     * Schedules and Sample Steps are Flawed", arXiv:2305.08891, algorithm 1):
     * {@code s = sqrt(alphaCumprod)} becomes {@code (s - s_last) * s_first / (s_first - s_last)}.
     *
     * @return a schedule with {@code alphaCumprod(T-1) = 0} and an unchanged first entry
     * @throws IllegalArgumentException if the schedule has a single timestep
     */
    public DiscreteSchedule withZeroTerminalSnr() {
        int last = size() - 1;
        if (last == 0) {
            throw new IllegalArgumentException("a schedule of one timestep cannot be rescaled to zero terminal SNR");
        }
        double[] signal = zeroTerminalSnr(alphasCumprod);
        double[] rescaled = new double[size()];
        for (int t = 1; t <= last; t++) {
            rescaled[t] = 1 - signal[t] / signal[t - 1];
        }
        rescaled[0] = betas[0];
        return ofBetas(rescaled);
    }

    /**
     * The schedule with its signal-to-noise ratios divided by a factor, {@code abar' = abar / (scale + (1 - scale) abar)}, and the betas as they are (CogVideoX,
     * arXiv:2408.06072; Hoogeboom et al., "Simple diffusion", arXiv:2301.11093, section 3.1).
     *
     * @param scale the factor, above 0; above 1 means more noise
     * @return the schedule
     * @throws IllegalArgumentException if the factor is not positive and finite
     */
    public DiscreteSchedule withSnrDivided(double scale) {
        if (!(scale > 0 && Double.isFinite(scale))) {
            throw new IllegalArgumentException("the factor of the signal-to-noise ratio must be positive and finite, got " + scale);
        }
        return withAlphasCumprod(Arrays.stream(alphasCumprod).map(a -> a / (scale + (1 - scale) * a)).toArray());
    }

    /**
     * The schedule with other signal powers and the betas as they are, as some of Diffusers' classes patch their tables.
     *
     * @param others the signal powers, in (0, 1); the last may be 0
     * @return the schedule
     */
    public DiscreteSchedule withAlphasCumprod(double... others) {
        if (others.length != size()) {
            throw new IllegalArgumentException("a schedule of " + size() + " timesteps needs as many signal powers, got " + others.length);
        }
        for (int t = 0; t < others.length; t++) {
            boolean last = t == others.length - 1;
            if (!(others[t] < 1 && (others[t] > 0 || last && others[t] == 0))) {
                throw new IllegalArgumentException("alphasCumprod[" + t + "] = " + others[t] + " is not a signal power; they lie in (0, 1), and only the last may be 0");
            }
        }
        return new DiscreteSchedule(betas, others.clone());
    }

    /**
     * Signal powers rescaled to zero terminal SNR: {@code s = sqrt(alphaCumprod)} becomes {@code (s - s_last) s_first / (s_first - s_last)}
     * (Lin et al., arXiv:2305.08891, algorithm 1).
     *
     * @param alphasCumprod descending signal powers, at least two
     * @return the rescaled signal powers
     */
    public static double[] zeroTerminalSnr(double... alphasCumprod) {
        double first = Math.sqrt(alphasCumprod[0]);
        double end = Math.sqrt(alphasCumprod[alphasCumprod.length - 1]);
        return Arrays.stream(alphasCumprod).map(a -> Math.pow((Math.sqrt(a) - end) * first / (first - end), 2)).toArray();
    }

    /**
     * The number of timesteps T.
     *
     * @return T, at least 1
     */
    public int size() {
        return betas.length;
    }

    /**
     * The forward variances.
     *
     * @return a copy of the table
     */
    public double[] betas() {
        return betas.clone();
    }

    /**
     * The signal kept by one forward step, {@code 1 - beta}.
     *
     * @return a fresh table
     */
    public double[] alphas() {
        return Arrays.stream(betas).map(beta -> 1 - beta).toArray();
    }

    /**
     * The signal power kept since the clean data.
     *
     * @return a copy of the table
     */
    public double[] alphasCumprod() {
        return alphasCumprod.clone();
    }

    /**
     * The noise levels in EDM's coordinate, {@code sqrt((1 - alphaCumprod) / alphaCumprod)}.
     *
     * @return a fresh table, ascending; its last entry is infinite at zero terminal SNR
     */
    public double[] sigmas() {
        return Arrays.stream(alphasCumprod).map(a -> Math.sqrt((1 - a) / a)).toArray();
    }

    /**
     * The signal-to-noise ratios {@code alphaCumprod / (1 - alphaCumprod)}.
     *
     * @return a fresh table, descending
     */
    public double[] snr() {
        return Arrays.stream(alphasCumprod).map(a -> a / (1 - a)).toArray();
    }

    /**
     * The signal power at a timestep.
     *
     * @param timestep in 0 .. T-1
     * @return the entry of {@link #alphasCumprod()}
     * @throws IllegalArgumentException if the timestep is out of range
     */
    public double alphaCumprod(int timestep) {
        checkDomain(timestep);
        return alphasCumprod[timestep];
    }

    @Override
    public NoiseLevel at(double time) {
        checkDomain(time);
        int low = (int) time;
        if (low == time) {
            return NoiseLevel.variancePreserving(time, alphasCumprod[low]);
        }
        double from = logEdmSigma(low);
        double to = logEdmSigma(low + 1);
        if (Double.isInfinite(to)) {
            throw new IllegalArgumentException("time " + time + " has no noise level: timestep " + (low + 1)
                    + " holds no signal (zero terminal SNR); use integer timesteps here");
        }
        return ofEdmSigma(time, Math.exp(from + (to - from) * (time - low)));
    }

    @Override
    public NoiseLevel noisiest() {
        return at(size() - 1);
    }

    @Override
    public NoiseLevel cleanest() {
        return at(0);
    }

    @Override
    public List<NoiseLevel> levels() {
        return IntStream.range(0, size()).mapToObj(this::at).toList();
    }

    @Override
    public NoiseLevel atEdmSigma(double edmSigma) {
        double lowest = logEdmSigma(0);
        double highest = logEdmSigma(size() - 1);
        if (!(Math.log(edmSigma) >= lowest - END_ROUNDING && Math.log(edmSigma) <= highest + END_ROUNDING)) {
            throw new IllegalArgumentException("sigma " + edmSigma + " lies outside the schedule's range ["
                    + Math.exp(lowest) + ", " + Math.exp(highest) + "]");
        }
        double log = Math.max(lowest, Math.min(highest, Math.log(edmSigma)));
        int low = 0;
        int high = size() - 1;
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (logEdmSigma(middle) <= log) {
                low = middle;
            } else {
                high = middle;
            }
        }
        double from = logEdmSigma(low);
        double to = logEdmSigma(high);
        double time = to == from ? low : low + (log - from) / (to - from);
        return Double.isInfinite(edmSigma) ? at(high) : ofEdmSigma(time, edmSigma);
    }

    private double logEdmSigma(int t) {
        return 0.5 * (Math.log(1 - alphasCumprod[t]) - Math.log(alphasCumprod[t]));
    }

    private static NoiseLevel ofEdmSigma(double time, double edmSigma) {
        double alpha = 1 / Math.hypot(1, edmSigma);
        return new NoiseLevel(time, alpha, alpha * edmSigma);
    }

    private void checkDomain(double time) {
        if (!(time >= 0 && time <= size() - 1)) {
            throw new IllegalArgumentException("timestep " + time + " is out of range; this schedule has timesteps 0 to " + (size() - 1));
        }
    }

    /** Written out are the tables: read back they are checked anew. */
    private Object writeReplace() {
        return new Written(betas, alphasCumprod);
    }

    private void readObject(ObjectInputStream in) throws InvalidObjectException {
        throw new InvalidObjectException("a schedule is written out as its tables");
    }

    private record Written(double[] betas, double[] alphasCumprod) implements Serializable {

        private Object readResolve() throws InvalidObjectException {
            try {
                DiscreteSchedule schedule = ofBetas(betas);
                return Arrays.equals(alphasCumprod, schedule.alphasCumprod) ? schedule : schedule.withAlphasCumprod(alphasCumprod);
            } catch (RuntimeException e) {
                InvalidObjectException refused = new InvalidObjectException("the tables that were written out are no schedule: " + e.getMessage());
                refused.initCause(e);
                throw refused;
            }
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DiscreteSchedule schedule && Arrays.equals(betas, schedule.betas)
                && Arrays.equals(alphasCumprod, schedule.alphasCumprod);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(betas);
    }

    @Override
    public String toString() {
        return "DiscreteSchedule[" + size() + " betas, " + betas[0] + " to " + betas[size() - 1] + "]";
    }
}
