package io.github.diffusion4j.core.kernel;

import java.util.Arrays;

/**
 * Drops the classes of a row that a top-k or a nucleus leaves out. Values are counted by how far they lie below the largest one; where the cut falls, and only there, they are sorted. Holds scratch memory: one object for one thread.
 */
final class Truncation {

    private static final int BINS = 1024;
    /** Bins are this narrow, in nats; what lies below all of them is in the last one. */
    private static final double WIDTH = 1.0 / 32;

    private final int[] counts = new int[BINS];
    private final double[] masses = new double[BINS];
    private double[] y = {};
    private int count;
    private double[] sorted = {};
    private double max;

    /** Sets the values of dropped classes to minus infinity. */
    void apply(double[] values, int classes, Question question, double[] spare) {
        y = values;
        count = classes;
        sorted = spare;
        max = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < count; k++) {
            max = Math.max(max, y[k]);
        }
        if (question.topK() > 0 && question.topK() < count) {
            topK(question.topK());
        }
        if (!question.nucleus().isAll()) {
            nucleus(question.nucleus());
        }
    }

    private int bin(double value) {
        return (int) Math.min(BINS - 1, (max - value) * (1 / WIDTH));
    }

    private void topK(int most) {
        Arrays.fill(counts, 0);
        for (int k = 0; k < count; k++) {
            counts[bin(y[k])]++;
        }
        int bin = 0;
        int above = 0;
        while (above + counts[bin] < most) {
            above += counts[bin++];
        }
        int gathered = gather(bin);
        drop(sorted[gathered - (most - above)], Integer.MAX_VALUE);
    }

    private void nucleus(Nucleus nucleus) {
        Arrays.fill(counts, 0);
        Arrays.fill(masses, 0);
        double sum = 0;
        for (int k = 0; k < count; k++) {
            if (y[k] > Double.NEGATIVE_INFINITY) {
                double weight = Math.exp(y[k] - max);
                int bin = bin(y[k]);
                masses[bin] += weight;
                counts[bin]++;
                sum += weight;
            }
        }
        double before = 0;
        for (int bin = 0; bin < BINS; bin++) {
            double with = before + masses[bin] / sum;
            if (counts[bin] == 0 || with < nucleus.probability() && bin < BINS - 1) {
                before = with;
                continue;
            }
            int gathered = gather(bin);
            int kept = 0;
            double reached = before;
            while (kept < gathered && nucleus.keeps(reached, reached + Math.exp(sorted[gathered - 1 - kept] - max) / sum)) {
                reached += Math.exp(sorted[gathered - 1 - kept] - max) / sum;
                kept++;
            }
            if (kept < gathered) {
                cut(bin, gathered, kept);
                return;
            }
            before = with;
        }
    }

    /** Drops all below the values of a bin that are kept; if none is, all of the bin. */
    private void cut(int bin, int gathered, int kept) {
        if (kept == 0) {
            drop(Math.nextUp(sorted[gathered - 1]), Integer.MAX_VALUE);
            return;
        }
        double cut = sorted[gathered - kept];
        int ties = 0;
        while (ties < kept && sorted[gathered - kept + ties] == cut) {
            ties++;
        }
        drop(cut, ties);
    }

    /** The values of a bin, sorted upwards. */
    private int gather(int bin) {
        int gathered = 0;
        for (int k = 0; k < count; k++) {
            if (bin(y[k]) == bin) {
                sorted[gathered++] = y[k];
            }
        }
        Arrays.sort(sorted, 0, gathered);
        return gathered;
    }

    /** Drops what lies below a cut, and of the values at the cut all but the first few. */
    private void drop(double cut, int ties) {
        int seen = 0;
        for (int k = 0; k < count; k++) {
            if (y[k] < cut || y[k] == cut && seen++ >= ties) {
                y[k] = Double.NEGATIVE_INFINITY;
            }
        }
    }
}
