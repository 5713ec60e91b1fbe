package io.github.diffusion4j.schedules;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Spacing;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Spacings that pick noise levels rather than timesteps, noisiest first. Here as in the samplers people use, <em>sigma</em> is the time
 * {@code u} on the straight path of a {@link Flow}, and {@code sigma / alpha} on every other schedule.
 */
public final class Sigmas {

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
            return Arrays.stream(sigmas).mapToObj(schedule::atEdmSigma).toList();
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
