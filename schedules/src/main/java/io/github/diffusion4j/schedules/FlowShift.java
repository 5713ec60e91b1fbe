package io.github.diffusion4j.schedules;

import java.util.Arrays;

/**
 * Shifts of the flow time u towards the noise, for larger images (Esser et al., arXiv:2403.03206, equation 23). All are one
 * Moebius map, {@code u' = a u / (1 + (a - 1) u)}, with {@code a = shift}, {@code a = e^mu} (exponential) or {@code a = mu} (linear).
 */
public final class FlowShift {

    private FlowShift() {}

    /**
     * The time that a shift leads from, {@code u = u' / (a - (a - 1) u')}.
     *
     * @param a the factor of the odds u / (1 - u), above 0
     * @param shifted the shifted time, 0 (data) to 1 (noise)
     * @return the time before the shift
     */
    public static double inverse(double a, double shifted) {
        return shift(1 / a, shifted);
    }

    /**
     * The shifted time. The ends 0 and 1 stay exactly where they are.
     *
     * @param a the factor of the odds u / (1 - u), above 0
     * @param u the time, 0 (data) to 1 (noise)
     * @return the shifted time
     */
    public static double shift(double a, double u) {
        if (!(a > 0 && Double.isFinite(a))) {
            throw new IllegalArgumentException("a flow shift must be positive and finite, got " + a);
        }
        // In this order: TeaVM, which compiles the explorer, drops the brackets of x + (1 - u), and then 1 is no fixed point.
        return a * u / (1 - u + a * u);
    }

    /**
     * Stretches times so that the last one is {@code terminal}: {@code 1 - (1 - u) (1 - terminal) / (1 - u_last)} (LTX-Video).
     *
     * A single time stays as it is: a run of one step starts at pure noise.
     *
     * @param times descending times
     * @param terminal the wanted last time, in [0, 1)
     * @return the stretched times
     */
    public static double[] stretch(double[] times, double terminal) {
        if (times.length == 1) {
            return times.clone();
        }
        double last = 1 - times[times.length - 1];
        if (!(last > 0)) {
            throw new IllegalArgumentException("times that end at " + times[times.length - 1] + " cannot be stretched to end at " + terminal);
        }
        double scale = last / (1 - terminal);
        return Arrays.stream(times).map(u -> 1 - (1 - u) / scale).toArray();
    }
}
