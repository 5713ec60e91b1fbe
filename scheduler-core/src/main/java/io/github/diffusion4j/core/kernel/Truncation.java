package io.github.diffusion4j.core.kernel;

import java.util.Arrays;

/** Drops the classes of a row that a top-k or a nucleus leaves out: only the largest values are sorted, as many as it takes. */
final class Truncation {

    /** How far below the largest value the first values to be sorted lie, in nats; then four times as far, and so on. */
    private static final double DEPTH = 8;
    private static final double DEEPEST = 1e4;

    private Truncation() {}

    /** Sets the values of dropped classes to minus infinity. */
    static void apply(double[] y, int count, Question question, double[] spare) {
        if (question.topK() > 0 && question.topK() < count) {
            drop(y, count, largest(y, count, question.topK(), spare), Integer.MAX_VALUE);
        }
        if (!question.nucleus().isAll()) {
            nucleus(y, count, question.nucleus(), spare);
        }
    }

    /** The k-th largest value. */
    private static double largest(double[] y, int count, int k, double[] spare) {
        double max = max(y, count);
        double depth = DEPTH;
        int gathered = gather(y, count, max - depth, spare);
        while (gathered < k) {
            depth *= 4;
            gathered = gather(y, count, depth > DEEPEST ? Double.NEGATIVE_INFINITY : max - depth, spare);
        }
        return spare[gathered - k];
    }

    private static void nucleus(double[] y, int count, Nucleus nucleus, double[] spare) {
        double max = max(y, count);
        double sum = 0;
        for (int k = 0; k < count; k++) {
            sum += Math.exp(y[k] - max);
        }
        int gathered = 0;
        int kept = 0;
        for (double depth = DEPTH; kept == gathered && gathered < count; depth *= 4) {
            gathered = gather(y, count, depth > DEEPEST ? Double.NEGATIVE_INFINITY : max - depth, spare);
            kept = kept(spare, gathered, max, sum, nucleus);
        }
        if (kept < count) {
            double cut = spare[gathered - kept];
            int ties = 0;
            while (kept - ties > 0 && spare[gathered - kept + ties] == cut) {
                ties++;
            }
            drop(y, count, cut, ties);
        }
    }

    /** How many of sorted values the nucleus keeps, from the end. */
    private static int kept(double[] sorted, int gathered, double max, double sum, Nucleus nucleus) {
        double before = 0;
        int kept = 0;
        for (int k = gathered - 1; k >= 0; k--) {
            double with = before + Math.exp(sorted[k] - max) / sum;
            if (!nucleus.keeps(before, with)) {
                break;
            }
            before = with;
            kept++;
        }
        return kept;
    }

    private static double max(double[] y, int count) {
        double max = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < count; k++) {
            max = Math.max(max, y[k]);
        }
        return max;
    }

    /** The values from a floor on, sorted upwards. */
    private static int gather(double[] y, int count, double floor, double[] sorted) {
        int gathered = 0;
        for (int k = 0; k < count; k++) {
            if (y[k] >= floor) {
                sorted[gathered++] = y[k];
            }
        }
        Arrays.sort(sorted, 0, gathered);
        return gathered;
    }

    /** Drops what lies below a cut, and of the values at the cut all but the first few. */
    private static void drop(double[] y, int count, double cut, int ties) {
        int seen = 0;
        for (int k = 0; k < count; k++) {
            if (y[k] < cut || y[k] == cut && seen++ >= ties) {
                y[k] = Double.NEGATIVE_INFINITY;
            }
        }
    }
}
