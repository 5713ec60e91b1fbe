package io.github.diffusion4j.schedules;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Spacing;
import io.github.diffusion4j.core.training.LevelDraw;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Spacings that pick noise levels rather than timesteps, noisiest first. Here as in the samplers people use, <em>sigma</em> is the time
 * {@code u} on the straight path of a {@link Flow}, and {@code sigma / alpha} on every other schedule.
 */
public final class Sigmas {

    private static final double ROUNDING = 1e-12;

    private Sigmas() {}

    /**
     * A ramp from the schedule's noisiest level to its cleanest.
     *
     * @param ramp how sigma falls
     * @return the spacing; it refuses schedules whose ends are pure noise or clean data, where a ramp needs a range of its own
     */
    public static Spacing ramp(SigmaRamp ramp) {
        return new Ramp(ramp);
    }

    /**
     * A ramp between two noise levels.
     *
     * @param ramp how sigma falls
     * @param highest the sigma of the first step, above {@code lowest}
     * @param lowest the sigma of the last step, above 0
     * @return the spacing
     */
    public static Spacing ramp(SigmaRamp ramp, double highest, double lowest) {
        return new RangedRamp(ramp, highest, lowest);
    }

    /**
     * Equal steps of log SNR (DPM-Solver, Lu et al., arXiv:2206.00927, section 3.4).
     *
     * @param highest the half log-SNR {@code ln(alpha / sigma)} of the last step
     * @param lowest the half log-SNR of the first step, below {@code highest}
     * @return the spacing
     */
    public static Spacing logSnr(double highest, double lowest) {
        return new LogSnr(highest, lowest);
    }

    /**
     * Equal steps of the schedule's time, from its noisiest level on: step i of n starts {@code i / n} of the way to the cleanest.
     *
     * @return the spacing
     */
    public static Spacing time() {
        return new Time();
    }

    /**
     * One step from the schedule's noisiest level to where another spacing begins, and its steps from there: for tables that go far beyond the data (squared cosine, zero terminal SNR), of which
     * usual spacings waste their first steps. On a schedule that begins where the other spacing does, that one alone.
     * <pre>{@code
     *   Spacing spacing = Sigmas.fromNoisiest(Sigmas.ramp(SigmaRamp.exponential(), 80, 0.02));
     * }</pre>
     *
     * @param rest the spacing of all steps but the first
     * @return the spacing
     */
    public static Spacing fromNoisiest(Spacing rest) {
        return new FromNoisiest(rest);
    }

    /**
     * Steps of equal shares of a law of noise levels, within the schedule: step i of n starts where a share {@code i / n} of the law lies above, the first at the schedule's noisiest level. The logit-normal
     * spacing of flows (Ideogram: deviation 1.75, the mean half the logarithm of tokens over 1024) is that of {@code LevelDraws.normal(mean, 1.75)}; of a uniform law of times it is {@link #time}.
     *
     * @param law where steps go, for instance the law that the network was trained with
     * @return the spacing; it refuses schedules that the law does not reach
     */
    public static Spacing quantiles(LevelDraw law) {
        return new Quantiles(law);
    }

    /**
     * The given noise levels, each one where a step starts; where the last step ends is the scheduler's {@code end}, clean data unless it says otherwise.
     *
     * @param sigmas strictly descending, above 0
     * @return the spacing
     */
    public static Spacing explicit(double... sigmas) {
        return new Explicit(Arrays.stream(sigmas).boxed().toList());
    }

    /**
     * Flow times in equal steps, shifted towards the noise: {@code u_i = shift(1 - i / n)} (Esser et al., arXiv:2403.03206, equation 23).
     *
     * @param a the factor of the odds u / (1 - u), above 0: the shift, {@code e^mu} or {@code mu} of {@link FlowShift}
     * @return the spacing, for a {@link Flow}
     */
    public static Spacing shiftedFlow(double a) {
        return new ShiftedFlow(a);
    }

    /** The level of a sigma. */
    private static NoiseLevel level(NoiseSchedule schedule, double sigma) {
        return schedule instanceof Flow flow ? flow.at(sigma * flow.timesteps()) : schedule.atEdmSigma(sigma);
    }

    private static double sigma(NoiseSchedule schedule, NoiseLevel level) {
        return schedule instanceof Flow ? level.sigma() : level.edmSigma();
    }

    private static List<NoiseLevel> levels(NoiseSchedule schedule, double[] sigmas) {
        return Arrays.stream(sigmas).mapToObj(sigma -> level(schedule, sigma)).toList();
    }

    private static void checkSteps(int steps) {
        if (steps < 1) {
            throw new IllegalArgumentException("a run needs at least one step, got " + steps);
        }
    }

    private record Ramp(SigmaRamp ramp) implements Spacing {
        @Override
        public List<NoiseLevel> levels(NoiseSchedule schedule, int steps) {
            double highest = sigma(schedule, schedule.noisiest());
            double lowest = sigma(schedule, schedule.cleanest());
            if (!(lowest > 0 && Double.isFinite(highest))) {
                throw new IllegalArgumentException("a ramp needs ends with both signal and noise, but " + schedule + " goes from sigma " + highest + " to "
                        + lowest + "; give the range with ramp(ramp, highest, lowest)");
            }
            return Arrays.stream(ramp.sigmas(highest, lowest, steps))
                    .mapToObj(sigma -> sigma == highest ? schedule.noisiest() : sigma == lowest ? schedule.cleanest() : level(schedule, sigma)).toList();
        }
    }

    private record RangedRamp(SigmaRamp ramp, double highest, double lowest) implements Spacing {
        RangedRamp {
            if (!(lowest > 0 && lowest < highest && Double.isFinite(highest))) {
                throw new IllegalArgumentException("a ramp needs 0 < lowest < highest, got highest=" + highest + ", lowest=" + lowest);
            }
        }

        @Override
        public List<NoiseLevel> levels(NoiseSchedule schedule, int steps) {
            return Sigmas.levels(schedule, ramp.sigmas(highest, lowest, steps));
        }
    }

    private record LogSnr(double highest, double lowest) implements Spacing {
        LogSnr {
            if (!(lowest < highest && Double.isFinite(highest - lowest))) {
                throw new IllegalArgumentException("equal steps of log SNR need a range, lowest < highest, got highest=" + highest + ", lowest=" + lowest);
            }
        }

        @Override
        public List<NoiseLevel> levels(NoiseSchedule schedule, int steps) {
            double[] sigmas = SigmaRamp.exponential().sigmas(Math.exp(-lowest), Math.exp(-highest), steps);
            return Arrays.stream(sigmas).mapToObj(sigma -> near(sigma, schedule.noisiest()) ? schedule.noisiest() : near(sigma, schedule.cleanest()) ? schedule.cleanest() : schedule.atEdmSigma(sigma)).toList();
        }

        /** Whether a level is another but for the rounding of exponential and logarithm, which may lie outside the schedule. */
        private static boolean near(double sigma, NoiseLevel level) {
            return Math.abs(sigma - level.edmSigma()) <= ROUNDING * sigma;
        }
    }

    private record Time() implements Spacing {
        @Override
        public List<NoiseLevel> levels(NoiseSchedule schedule, int steps) {
            checkSteps(steps);
            double first = schedule.noisiest().time();
            double last = schedule.cleanest().time();
            return IntStream.range(0, steps).mapToObj(i -> schedule.at(first + (last - first) * i / steps)).toList();
        }
    }

    private record FromNoisiest(Spacing rest) implements Spacing {
        @Override
        public List<NoiseLevel> levels(NoiseSchedule schedule, int steps) {
            checkSteps(steps);
            NoiseLevel noisiest = schedule.noisiest();
            if (steps == 1) {
                return List.of(noisiest);
            }
            List<NoiseLevel> others = rest.levels(schedule, steps - 1);
            return others.get(0).sameAs(noisiest) ? rest.levels(schedule, steps) : Stream.concat(Stream.of(noisiest), others.stream()).toList();
        }
    }

    private record Quantiles(LevelDraw law) implements Spacing {
        @Override
        public List<NoiseLevel> levels(NoiseSchedule schedule, int steps) {
            checkSteps(steps);
            LevelDraw within = law.truncated(schedule.cleanest().edmSigma(), schedule.noisiest().edmSigma());
            return IntStream.range(0, steps).mapToObj(i -> i == 0 ? schedule.noisiest() : schedule.atEdmSigma(Math.exp(within.logRatio(1 - (double) i / steps)))).toList();
        }
    }

    private record Explicit(List<Double> sigmas) implements Spacing {
        Explicit {
            for (int i = 0; i < sigmas.size(); i++) {
                if (!(sigmas.get(i) > 0 && (i == 0 || sigmas.get(i) < sigmas.get(i - 1)))) {
                    throw new IllegalArgumentException("noise levels must descend strictly and stay above 0, got " + sigmas.get(i) + (i == 0 ? " first" : " after " + sigmas.get(i - 1)));
                }
            }
        }

        @Override
        public List<NoiseLevel> levels(NoiseSchedule schedule, int steps) {
            if (steps != sigmas.size()) {
                throw new IllegalArgumentException("these " + sigmas.size() + " explicit noise levels cannot make a run of " + steps + " steps");
            }
            return sigmas.stream().map(sigma -> level(schedule, sigma)).toList();
        }
    }

    private record ShiftedFlow(double a) implements Spacing {
        ShiftedFlow {
            FlowShift.shift(a, 0);
        }

        @Override
        public List<NoiseLevel> levels(NoiseSchedule schedule, int steps) {
            checkSteps(steps);
            if (!(schedule instanceof Flow flow)) {
                throw new IllegalArgumentException("shifted flow times need a flow, got " + schedule);
            }
            return IntStream.range(0, steps).mapToObj(i -> flow.at(flow.timesteps() * FlowShift.shift(a, 1 - (double) i / steps))).toList();
        }
    }
}
