package io.github.diffusion4j.schedules;

import io.github.diffusion4j.core.DiscreteSchedule;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The beta schedules people train with, under their Diffusers names. With {@code w = t / (T - 1)}:
 * <pre>
 *   linear             beta = start + w (end - start)                                arXiv:2006.11239, section 4
 *   scaled_linear      beta = (sqrt(start) + w (sqrt(end) - sqrt(start)))^2          arXiv:2112.10752, appendix
 *   sigmoid            beta = start + (end - start) sigmoid(-6 + 12 w)               GeoDiff, arXiv:2203.02923
 * </pre>
 * and, from a remaining signal f on [0, 1] by {@code beta_t = min(1 - f((t+1)/T) / f(t/T), 0.999)}:
 * <pre>
 *   squaredcos_cap_v2  f(w) = cos^2((w + 0.008) / 1.008 * pi/2)                      arXiv:2102.09672, equation 17
 *   exp                f(w) = exp(-12 w)                                             Shap-E, arXiv:2305.02463
 *   laplace            f(w) = sqrt(s / (1 + s)), s = exp(-sgn(1/2 - w) ln(1 - 2 |1/2 - w| + 1e-6) / 2)
 *                                                                                    arXiv:2407.03297, table 1
 * </pre>
 */
public enum BetaSchedule {
    /** Equal steps of beta. */
    LINEAR("linear", true) {
        @Override
        double[] betas(int timesteps, double start, double end) {
            return linspace(start, end, timesteps);
        }
    },
    /** Equal steps of the square root of beta (latent diffusion). */
    SCALED_LINEAR("scaled_linear", true) {
        @Override
        double[] betas(int timesteps, double start, double end) {
            return Arrays.stream(linspace(Math.sqrt(start), Math.sqrt(end), timesteps)).map(root -> root * root).toArray();
        }
    },
    /** The cosine schedule of improved diffusion. */
    SQUARED_COSINE("squaredcos_cap_v2", false) {
        @Override
        double[] betas(int timesteps, double start, double end) {
            return fromSignal(timesteps, w -> Math.pow(Math.cos((w + 0.008) / 1.008 * Math.PI / 2), 2));
        }
    },
    /** A sigmoid ramp of beta. */
    SIGMOID("sigmoid", true) {
        @Override
        double[] betas(int timesteps, double start, double end) {
            return Arrays.stream(linspace(-6, 6, timesteps)).map(x -> start + (end - start) / (1 + Math.exp(-x))).toArray();
        }
    },
    /** Signal-to-noise ratios of a Laplace distribution. */
    LAPLACE("laplace", false) {
        @Override
        double[] betas(int timesteps, double start, double end) {
            return fromSignal(timesteps, w -> {
                double snr = Math.exp(-0.5 * Math.copySign(1, 0.5 - w) * Math.log(1 - 2 * Math.abs(0.5 - w) + 1e-6));
                return Math.sqrt(snr / (1 + snr));
            });
        }
    },
    /** An exponentially decaying signal. */
    EXPONENTIAL("exp", false) {
        @Override
        double[] betas(int timesteps, double start, double end) {
            return fromSignal(timesteps, w -> Math.exp(-12 * w));
        }
    };

    private static final double LARGEST_BETA = 0.999;

    private final String diffusersName;
    private final boolean ranged;

    BetaSchedule(String diffusersName, boolean ranged) {
        this.diffusersName = diffusersName;
        this.ranged = ranged;
    }

    abstract double[] betas(int timesteps, double start, double end);

    /**
     * The schedule with this many timesteps and the betas of its range.
     *
     * @param timesteps T, at least 1
     * @param betaStart the first beta, in (0, 1); not read by schedules that come from a signal
     * @param betaEnd the last beta, in (0, 1); not read by schedules that come from a signal
     * @return the schedule
     * @throws IllegalArgumentException if a value is out of range
     */
    public DiscreteSchedule schedule(int timesteps, double betaStart, double betaEnd) {
        if (timesteps < 1) {
            throw new IllegalArgumentException("a schedule needs at least one timestep, got " + timesteps);
        }
        if (ranged && !(betaStart > 0 && betaStart < 1 && betaEnd > 0 && betaEnd < 1)) {
            throw new IllegalArgumentException("the " + diffusersName + " schedule needs betas in (0, 1), got start " + betaStart + " and end " + betaEnd);
        }
        return DiscreteSchedule.ofBetas(betas(timesteps, betaStart, betaEnd));
    }

    /**
     * The schedule with DDPM's usual range, 0.0001 to 0.02.
     *
     * @param timesteps T, at least 1
     * @return the schedule
     */
    public DiscreteSchedule schedule(int timesteps) {
        return schedule(timesteps, 0.0001, 0.02);
    }

    /**
     * The value of {@code beta_schedule} in a {@code scheduler_config.json}.
     *
     * @return the name
     */
    public String diffusersName() {
        return diffusersName;
    }

    /**
     * The schedule of a Diffusers name.
     *
     * @param name for instance {@code scaled_linear}
     * @return the schedule
     * @throws IllegalArgumentException if there is none, listing those there are
     */
    public static BetaSchedule of(String name) {
        return Arrays.stream(values()).filter(schedule -> schedule.diffusersName.equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown beta schedule '" + name + "'; known are "
                        + Arrays.stream(values()).map(BetaSchedule::diffusersName).collect(Collectors.joining(", "))));
    }

    private static double[] linspace(double start, double end, int count) {
        return IntStream.range(0, count).mapToDouble(i -> count == 1 ? start : start + (end - start) * i / (count - 1)).toArray();
    }

    private static double[] fromSignal(int timesteps, DoubleUnaryOperator signal) {
        return IntStream.range(0, timesteps).mapToDouble(t -> {
            double before = signal.applyAsDouble((double) t / timesteps);
            double after = signal.applyAsDouble((double) (t + 1) / timesteps);
            return Math.min(1 - after / before, LARGEST_BETA);
        }).toArray();
    }
}
