package io.github.diffusion4j.docs.figures;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * An axis: from a range of numbers, or of their logarithms, to 0 and 1.
 *
 * @param logarithmic whether powers of ten are equally far apart
 * @param low the number at 0
 * @param high the number at 1
 */
public record Axis(boolean logarithmic, double low, double high) {

    private static final int TICKS = 5;
    private static final int DECADES = 7;
    /** A curve that is constant but for rounding is drawn as one. */
    private static final double SMALLEST_RANGE = 0.1;
    private static final double ROUNDING = 1e-9;
    /** Within so many powers of ten an axis may end between them. */
    private static final double FEW_DECADES = 1.6;
    /** Within so many there are ticks between them: the former, rounded outwards at both ends. */
    private static final double TICKED_DECADES = 2.3;

    /** An axis over all numbers that can stand on it. */
    static Axis over(boolean logarithmic, boolean whole, double... values) {
        double low = finite(logarithmic, values).min().orElse(logarithmic ? 0.1 : 0);
        double high = finite(logarithmic, values).max().orElse(1);
        double around = low < high ? 0 : low == 0 ? 0.5 : Math.abs(low) / 2;
        Axis axis = new Axis(logarithmic, low - around, high + around);
        return whole ? axis.rounded() : axis;
    }

    private static DoubleStream finite(boolean logarithmic, double... values) {
        return Arrays.stream(values).filter(value -> Double.isFinite(value) && (!logarithmic || value > 0));
    }

    /** The same, rounded outwards to whole ticks. */
    private Axis rounded() {
        if (!logarithmic) {
            double step = step(low, high);
            return new Axis(false, Math.floor(low / step) * step, Math.ceil(high / step) * step);
        }
        double[] ticks = {1, 2, 5, 10};
        double below = Math.pow(10, Math.floor(Math.log10(low) + ROUNDING));
        double above = Math.pow(10, Math.floor(Math.log10(high) - ROUNDING));
        boolean between = Math.log10(high / low) < FEW_DECADES;
        double first = between ? Arrays.stream(ticks).map(tick -> tick * below).filter(tick -> tick <= low * (1 + ROUNDING)).max().orElse(below) : below;
        double last = between ? Arrays.stream(ticks).map(tick -> tick * above).filter(tick -> tick >= high * (1 - ROUNDING)).min().orElse(10 * above) : 10 * above;
        return new Axis(true, first, last == first ? first * 10 : last);
    }

    /** The distance of ticks: 1, 2 or 5 times a power of ten. */
    private static double step(double low, double high) {
        double raw = Math.max(high - low, SMALLEST_RANGE * Math.abs(high)) / TICKS;
        double power = Math.pow(10, Math.floor(Math.log10(raw)));
        return power * (raw / power < 1.5 ? 1 : raw / power < 3.5 ? 2 : raw / power < 7.5 ? 5 : 10);
    }

    /** Where a number stands, not a number if it cannot stand on a logarithmic axis. */
    double place(double value) {
        return logarithmic ? Math.log(value) / Math.log(high / low) - Math.log(low) / Math.log(high / low) : (value - low) / (high - low);
    }

    /** The numbers with a tick. */
    double[] ticks() {
        if (!logarithmic) {
            double step = step(low, high);
            int first = (int) Math.ceil(low / step - ROUNDING);
            return IntStream.rangeClosed(first, (int) Math.floor(high / step + ROUNDING)).mapToDouble(k -> k == 0 ? 0 : k * step).toArray();
        }
        int first = (int) Math.floor(Math.log10(low) + ROUNDING);
        int last = (int) Math.ceil(Math.log10(high) - ROUNDING);
        int stride = Math.max(1, (last - first + DECADES - 1) / DECADES);
        double[] within = Math.log10(high / low) < TICKED_DECADES ? new double[] {1, 2, 5} : new double[] {1};
        return IntStream.rangeClosed(0, (last - first) / stride).mapToDouble(k -> Math.pow(10, first + k * stride)).flatMap(power -> Arrays.stream(within).map(w -> w * power))
                .filter(tick -> tick >= low * (1 - ROUNDING) && tick <= high * (1 + ROUNDING)).toArray();
    }

    /** A tick's number. */
    String text(double tick) {
        if (logarithmic) {
            boolean plain = tick > 0.9e-3 && tick < 1.1e5;
            return plain ? String.format(Locale.ROOT, "%." + (int) Math.max(0, Math.ceil(-Math.log10(tick) - ROUNDING)) + "f", tick) : String.format(Locale.ROOT, "%.0e", tick).replaceFirst("e([-+])0", "e$1").replace("e+", "e");
        }
        int digits = Math.max(0, (int) Math.ceil(-Math.log10(step(low, high)) - ROUNDING));
        return String.format(Locale.ROOT, "%." + digits + "f", tick);
    }
}
