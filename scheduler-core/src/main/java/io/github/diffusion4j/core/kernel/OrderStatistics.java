package io.github.diffusion4j.core.kernel;

import java.util.Arrays;

/**
 * Selects order statistics of absolute values by their bits, most significant digit first: the bits of doubles of one sign are ordered as the numbers are. A count of
 * digits narrows the values down to those that share the wanted one's leading bits, so memory is read a few times and nothing is sorted or copied.
 */
final class OrderStatistics {

    static final int DIGIT = 12;
    private static final int BITS = 63;
    /** The bits of a double below this one are 0 if it holds a float. */
    private static final int FLOAT_END = 29;

    private OrderStatistics() {}

    /** The quantile of |x| over a part of an array, interpolated linearly between order statistics at {@code ratio (n - 1)}. */
    static double absoluteQuantile(HostArray array, int start, int end, double ratio) {
        Memory memory = array.memory();
        int lowest = array.type() == ElementType.DOUBLE ? 0 : FLOAT_END;
        double position = ratio * (end - start - 1);
        int rank = (int) position;
        Scratch scratch = Scratch.take();
        double low = select(memory, start, end, rank, lowest, scratch);
        double fraction = position - rank;
        double high = fraction == 0 ? low : next(memory, start, end, rank, low, scratch);
        scratch.give();
        return low + (high - low) * fraction;
    }

    private static double select(Memory memory, int start, int end, int rank, int lowest, Scratch scratch) {
        int[] counts = scratch.counts();
        long prefix = 0;
        int left = rank;
        for (int top = BITS; top > lowest; top -= DIGIT) {
            int shift = Math.max(lowest, top - DIGIT);
            count(memory, start, end, prefix, shift, top, scratch);
            int digit = 0;
            while (left >= counts[digit]) {
                left -= counts[digit++];
            }
            prefix |= (long) digit << shift;
        }
        return Double.longBitsToDouble(prefix);
    }

    /** Counts the digits from bit {@code shift} to below {@code top} of the values whose bits from {@code top} on are the prefix's. */
    private static void count(Memory memory, int start, int end, long prefix, int shift, int top, Scratch scratch) {
        int[] counts = scratch.counts();
        Arrays.fill(counts, 0);
        int mask = (1 << top - shift) - 1;
        double[] x = scratch.block(0);
        for (int from = start; from < end; from += Scratch.SIZE) {
            int count = Math.min(Scratch.SIZE, end - from);
            memory.read(from, x, 0, count);
            for (int i = 0; i < count; i++) {
                long bits = Double.doubleToRawLongBits(x[i]) & Long.MAX_VALUE;
                if ((bits ^ prefix) >>> top == 0) {
                    counts[(int) (bits >>> shift) & mask]++;
                }
            }
        }
    }

    /** The order statistic after one: equal to it where it occurs again, otherwise the smallest value above. */
    private static double next(Memory memory, int start, int end, int rank, double value, Scratch scratch) {
        int upTo = 0;
        double above = Double.POSITIVE_INFINITY;
        double[] x = scratch.block(0);
        for (int from = start; from < end; from += Scratch.SIZE) {
            int count = Math.min(Scratch.SIZE, end - from);
            memory.read(from, x, 0, count);
            for (int i = 0; i < count; i++) {
                double magnitude = Math.abs(x[i]);
                if (magnitude <= value) {
                    upTo++;
                } else {
                    above = Math.min(above, magnitude);
                }
            }
        }
        return upTo > rank + 1 ? value : above;
    }
}
