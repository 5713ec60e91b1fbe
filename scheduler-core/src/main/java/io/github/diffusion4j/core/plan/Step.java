package io.github.diffusion4j.core.plan;

import static io.github.diffusion4j.core.plan.Evaluation.ANCHOR;
import static io.github.diffusion4j.core.plan.Evaluation.CORRECTED;
import static io.github.diffusion4j.core.plan.Evaluation.NOISE;
import static io.github.diffusion4j.core.plan.Evaluation.SAMPLE;

import io.github.diffusion4j.core.noise.NoiseRequest;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * All that happens between two network evaluations, as weights of registers: one list, or one for each sample when samples stand at different timesteps.
 *
 * @param data the uncorrected estimate of the data
 * @param remember what joins the memory
 * @param anchor the new anchor
 * @param next the new sample
 * @param churn what happens to the new sample before the next evaluation, empty for nothing
 * @param input what the network sees at the next evaluation, empty if that is the sample itself
 * @param scaling for each row the weights of {@code next} that only the arrays can tell
 * @param chained which sums of floats are chains
 * @param request the noise of {@code next}
 * @param churnRequest the noise of {@code churn}
 * @param keepAnchor whether the anchor is read later
 * @param keepPredictions how many predictions are read later
 * @param guided what the network is asked for
 * @param kept for each array that guidance holds afterwards its weights, one list or one for each row
 * @param remembers whether something joins the memory
 */
record Step(double[][] data, double[][] remember, double[][] anchor, double[][] next, double[][] churn, double[][] input, List<ArrayScaling> scaling,
        Chains chained, NoiseRequest request, NoiseRequest churnRequest, boolean keepAnchor, int keepPredictions, Guided guided, double[][][] kept,
        boolean remembers) {

    private static final double[][] NOTHING = {};

    /** The step of one evaluation, or of one for each sample, after which nothing follows. */
    static Step last(List<Evaluation> rows, NoiseRequest request) {
        return new Step(weights(rows, Evaluation::data), weights(rows, Evaluation::remember), weights(rows, Evaluation::anchor), weights(rows, Evaluation::next),
                NOTHING, NOTHING, scaling(rows), Chains.of(rows), request, request, false, 0, rows.get(0).guided(), each(rows.get(0).kept()),
                rows.stream().anyMatch(Evaluation::remembers));
    }

    /** The same step with another evaluation after it. */
    Step before(Evaluation following, NoiseRequest otherChurnRequest, boolean otherKeepAnchor, int otherKeepPredictions) {
        Chains both = new Chains(new boolean[] {following.chained().before()}, chained.data(), chained.remember(), chained.anchor(), chained.next());
        return new Step(data, remember, anchor, next, following.churn(), following.input(), scaling, both, request, otherChurnRequest, otherKeepAnchor, otherKeepPredictions, guided, kept,
                remembers);
    }

    /** The same step without its noise, and with nothing kept but the sample. */
    Step quiet() {
        return new Step(data, remember, without(NOISE, anchor), without(NOISE, next), without(Evaluation.CHURN_NOISE, churn), NOTHING, scaling, chained, request, churnRequest, false, 0, guided,
                kept, remembers);
    }

    private static double[][] without(int register, double[]... rows) {
        return Arrays.stream(rows).map(row -> {
            double[] quiet = row.clone();
            quiet[register] = 0;
            return quiet;
        }).toArray(double[][]::new);
    }

    private static double[][][] each(double[]... kept) {
        return Arrays.stream(kept).map(weights -> new double[][] {weights}).toArray(double[][][]::new);
    }

    /**
     * The same step once the weights of guidance are known.
     *
     * @param rows for each row the weights of the guided output, then of each array that is held afterwards
     * @return the step, which reads the network's outputs
     */
    Step resolved(double[][]... rows) {
        double[][][] held = new double[rows[0].length - 1][rows.length][];
        for (int row = 0; row < rows.length; row++) {
            for (int k = 0; k < held.length; k++) {
                held[k][row] = rows[row][k + 1];
            }
        }
        return new Step(dissolved(data, rows), dissolved(remember, rows), dissolved(anchor, rows), dissolved(next, rows), churn, input, scaling, chained, request, churnRequest, keepAnchor,
                keepPredictions, guided, held, remembers);
    }

    private static double[][] dissolved(double[][] weights, double[][]... rows) {
        if (weights[0][Evaluation.OUTPUT] == 0) {
            return weights;
        }
        double[][] all = new double[rows.length][];
        Arrays.setAll(all, row -> Guided.dissolved(weights[0], rows[row][0]));
        return all;
    }

    /** For each combination, and each row, whether it is a chain: a row does not know the others. */
    record Chains(boolean[] churn, boolean[] data, boolean[] remember, boolean[] anchor, boolean[] next) {

        static Chains of(List<Evaluation> rows) {
            return new Chains(new boolean[] {false}, each(rows, Evaluation.Chained::data), each(rows, Evaluation.Chained::remember), each(rows, Evaluation.Chained::anchor),
                    each(rows, Evaluation.Chained::next));
        }

        private static boolean[] each(List<Evaluation> rows, Predicate<Evaluation.Chained> part) {
            boolean[] flags = new boolean[rows.size()];
            for (int row = 0; row < flags.length; row++) {
                flags[row] = part.test(rows.get(row).chained());
            }
            return flags;
        }
    }

    private static double[][] weights(List<Evaluation> rows, Function<Evaluation, double[]> part) {
        double[][] weights = new double[rows.size()][];
        Arrays.setAll(weights, row -> part.apply(rows.get(row)));
        return weights;
    }

    private static List<ArrayScaling> scaling(List<Evaluation> rows) {
        return rows.size() == 1 ? List.of(rows.get(0).scaling()) : rows.stream().map(Evaluation::scaling).toList();
    }

    int rows() {
        return next.length;
    }

    boolean learnsVariance() {
        return scaling.get(0) instanceof LearnedVariance;
    }

    /** The shape of the network's output for a sample's. */
    long[] outputShape(long... sample) {
        if (!learnsVariance()) {
            return sample;
        }
        if (sample.length < 2) {
            throw new IllegalArgumentException("learned variance needs a channel axis, got a sample of shape " + Arrays.toString(sample));
        }
        long[] doubled = sample.clone();
        doubled[1] *= 2;
        return doubled;
    }

    boolean usesCorrected() {
        return reads(CORRECTED, remember) || reads(CORRECTED, anchor) || reads(CORRECTED, next);
    }

    boolean usesNoise() {
        return reads(NOISE, anchor) || reads(NOISE, next);
    }

    /** Whether the arrays must be looked at before the noise can be added. */
    boolean scales() {
        return usesNoise() && !(scaling.get(0) instanceof ArrayScaling.None);
    }

    /** Whether the pass must compute the anchor: it is not what it was, and something reads it. */
    boolean movesAnchor() {
        return !Evaluation.isOnly(anchor, ANCHOR) && (reads(ANCHOR, next) || keepAnchor && !Evaluation.isOnly(anchor, SAMPLE));
    }

    private static boolean reads(int register, double[]... rows) {
        for (double[] row : rows) {
            if (row[register] != 0) {
                return true;
            }
        }
        return false;
    }
}
