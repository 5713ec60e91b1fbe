package io.github.diffusion4j.schedules;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.IntToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** The schedules of ComfyUI by their names; with its numbers, but for the single precision in which it computes them. */
public enum ComfySchedule implements SigmaRule {

    /** Equal steps of the network's timestep from the noisiest to the cleanest level. */
    NORMAL(ComfySchedule::normal),

    /** Entries of the table at equal distances, from the noisiest on: {@code table[T - 1 - floor(i T / n)]}. */
    SIMPLE(ComfySchedule::simple),

    /** Equal steps of the network's timestep of which the last, to the cleanest level, is not taken. */
    SGM_UNIFORM(ComfySchedule::sgmUniform),

    /**
     * Entries of the table at equal whole distances, from the second on. It does not start at the noisiest level, and where the number of steps does not divide the
     * table it gives more steps than asked for.
     */
    DDIM_UNIFORM(ComfySchedule::ddimUniform),

    /** The table at the quantiles of the beta distribution with parameters 0.6 (Lee et al., arXiv:2407.12173); equal neighbours are dropped. */
    BETA(beta(0.6, 0.6)),

    /** As {@link #BETA} with the parameters 0.5 and 0.7. */
    BETA57(beta(0.5, 0.7)),

    /**
     * Half of the steps over the first fortieth of sigma, the others along a parabola that continues their slope (Genmo's Mochi): with threshold {@code d = 0.025} and
     * {@code L = floor(n / 2)} linear steps, {@code 1 - i d / L} and then {@code 1 - (q i^2 + p i + c)}.
     */
    LINEAR_QUADRATIC(ComfySchedule::linearQuadratic),

    /**
     * Two arcs of a tangent (RES4LYF, an extension of ComfyUI): of N = n + 2 levels the first {@code p = floor(0.6 N)} fall from the highest sigma to the middle between it and the lowest, as
     * {@code atan(-s (x - p))} with {@code s = 0.2 / (N / 40)} does from x = 0 to p - 1, the others from there on, as {@code atan(-s x)} does. The level that both share stands once, the last is 0.
     */
    BONG_TANGENT(ComfySchedule::bongTangent),

    /** Equal steps of {@code atan sigma}, see {@link SigmaRamp#klOptimal()}. */
    KL_OPTIMAL(SigmaRule.ramp(SigmaRamp.klOptimal())),

    /** Equal steps of {@code sigma^(1/7)}, see {@link SigmaRamp#karras(double)}. */
    KARRAS(SigmaRule.ramp(SigmaRamp.karras(7))),

    /** Equal steps of {@code ln sigma}, see {@link SigmaRamp#exponential()}. */
    EXPONENTIAL(SigmaRule.ramp(SigmaRamp.exponential()));

    /** A sigma that counts as clean. */
    private static final double ZERO = 1e-5;

    private final SigmaRule rule;

    ComfySchedule(SigmaRule rule) {
        this.rule = rule;
    }

    @Override
    public double[] sigmas(TrainedSigmas trained, int steps) {
        return rule.sigmas(trained, steps);
    }

    /**
     * The schedule of a name.
     *
     * @param name ComfyUI's name, for instance {@code sgm_uniform}
     * @return the schedule
     * @throws IllegalArgumentException if there is none, with the names there are
     */
    public static ComfySchedule of(String name) {
        return Arrays.stream(values()).filter(schedule -> schedule.comfyName().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown ComfyUI schedule '" + name + "'; known are "
                        + Arrays.stream(values()).map(ComfySchedule::comfyName).toList()));
    }

    /**
     * The name in ComfyUI.
     *
     * @return the name
     */
    public String comfyName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The table at the quantiles of a beta distribution, {@code table[round(F^-1(1 - i / n) (T - 1))]}; equal neighbours are dropped, so that long runs have fewer
     * steps than asked for.
     *
     * @param alpha the first shape parameter
     * @param beta the second
     * @return the rule
     */
    public static SigmaRule beta(double alpha, double beta) {
        return new Quantiles(SigmaRamp.beta(alpha, beta));
    }

    /**
     * The table at the places of a ramp; equal neighbours are dropped.
     *
     * @param ramp how the place in the table falls
     */
    private record Quantiles(SigmaRamp ramp) implements SigmaRule {
        @Override
        public double[] sigmas(TrainedSigmas trained, int steps) {
            double[] table = trained.table();
            double[] places = ramp.sigmas(table.length - 1, 0, steps + 1);
            int[] entries = IntStream.range(0, steps).map(i -> (int) Math.rint(places[i])).distinct().toArray();
            return toClean(entries.length, i -> table[entries[i]]);
        }
    }

    private static double[] normal(TrainedSigmas trained, int steps) {
        double[] table = trained.table();
        double last = trained.timestep(table[0]);
        return trained.sigma(last) > ZERO ? timesteps(trained, table, steps, steps) : timesteps(trained, table, steps + 1, steps + 1);
    }

    private static double[] simple(TrainedSigmas trained, int steps) {
        double[] table = trained.table();
        double stride = (double) table.length / steps;
        return toClean(steps, i -> table[table.length - 1 - (int) (i * stride)]);
    }

    private static double[] sgmUniform(TrainedSigmas trained, int steps) {
        double[] table = trained.table();
        return timesteps(trained, table, steps + 1, steps);
    }

    private static double[] ddimUniform(TrainedSigmas trained, int steps) {
        double[] table = trained.table();
        boolean toClean = table[1] > ZERO;
        int stride = Math.max(table.length / (toClean ? steps : steps + 1), 1);
        double[] picked = IntStream.range(1, table.length).filter(i -> (i - 1) % stride == 0).mapToDouble(i -> -table[i]).sorted().map(s -> -s).toArray();
        return toClean ? Arrays.copyOf(picked, picked.length + 1) : picked;
    }

    private static double[] linearQuadratic(TrainedSigmas trained, int steps) {
        double[] table = trained.table();
        double highest = table[table.length - 1];
        int linear = steps / 2;
        if (linear == 0) {
            return new double[] {highest, 0};
        }
        double threshold = 0.025;
        double rest = steps - linear;
        double difference = linear - threshold * steps;
        double q = difference / (linear * rest * rest);
        double p = threshold / linear - 2 * difference / (rest * rest);
        return toClean(steps, i -> highest * (1 - (i < linear ? i * threshold / linear : q * i * i + p * i + q * linear * linear)));
    }

    private static double[] bongTangent(TrainedSigmas trained, int steps) {
        double[] table = trained.table();
        double highest = table[table.length - 1];
        double middle = (highest + table[0]) / 2;
        int count = steps + 2;
        int pivot = (int) (0.6 * count);
        double slope = 0.2 / (count / 40.0);
        return toClean(steps, i -> steps == 1 ? highest : i < pivot - 1 ? arc(i, pivot, slope, pivot, highest, middle) : arc(i - pivot + 1, count - pivot, slope, 0, middle, table[0]));
    }

    /** The level x of some on an arc between two of them. */
    private static double arc(int x, int levels, double slope, int pivot, double start, double end) {
        double first = Math.atan(slope * pivot);
        double last = Math.atan(-slope * (levels - 1 - pivot));
        return end + (start - end) * (Math.atan(-slope * (x - pivot)) - last) / (first - last);
    }

    /** The first {@code taken} of {@code count} equal steps of the timestep, then clean. */
    private static double[] timesteps(TrainedSigmas trained, double[] table, int count, int taken) {
        double first = trained.timestep(table[table.length - 1]);
        double last = trained.timestep(table[0]);
        return toClean(taken, i -> trained.sigma(count == 1 ? first : first + (last - first) * i / (count - 1)));
    }

    private static double[] toClean(int steps, IntToDoubleFunction sigma) {
        return DoubleStream.concat(IntStream.range(0, steps).mapToDouble(sigma), DoubleStream.of(0)).toArray();
    }
}
