package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.noise.NoiseRequest;
import java.util.Arrays;
import java.util.stream.Stream;

/**
 * A stage compiled for one parameterization: every combination is reduced to weights of the physical arrays, the
 * registers. Without a data correction the estimates of data and noise dissolve into sample and network output, so most
 * updates are one pass over two or three arrays. Guidance whose weights are known dissolves in the same way. A prediction is remembered although nothing may be left of its weights: it is 0 then.
 */
record Evaluation(NoiseLevel level, double inputScale, double conditioning, double[] data, double[] before, double[] remember,
        double[] anchor, double[] next, double[] estimate, double[][] churn, double[][] input, ArrayScaling scaling, NoiseRequest.Interval interval,
        Chained chained, Guided guided, double[][] kept, boolean remembers) {

    /** The registers; remembered predictions follow from {@link #MEMORY} on. */
    static final int SAMPLE = 0;
    static final int ANCHOR = 1;
    static final int OUTPUT = 2;
    static final int CORRECTED = 3;
    static final int NOISE = 4;
    /** The sample after the step, where what happens before the next evaluation reads it. */
    static final int NEXT = 5;
    static final int CHURN_NOISE = 6;
    static final int INPUT = 7;
    /** The network's outputs after the first, in the order of their branches. */
    static final int BRANCH = 8;
    static final int MOST_BRANCHES = 6;
    /** The guided output where guidance computes it value by value. */
    static final int GUIDED = BRANCH + MOST_BRANCHES;
    /** What guidance held before, and what it holds afterwards. */
    static final int HELD = GUIDED + 1;
    static final int MOST_HELD = 5;
    static final int KEPT = HELD + MOST_HELD;
    static final int MEMORY = KEPT + MOST_HELD;

    private static final String[] NAMES = {"sample", "anchor", "output", "data", "noise", "next sample", "churn noise", "network input"};
    private static final double[][] NOTHING = {};
    private static final Parameterization.Weights NONE = new Parameterization.Weights(0, 0);
    private static final Combination DATA = Combination.ZERO.withData(1);

    static Evaluation compile(Stage stage, Parameterization parameterization, boolean corrected, Guided guided) {
        NoiseLevel level = stage.level();
        Network network = new Network(level, parameterization, parameterization.boundary(level), parameterization.data(level), guided.register(Branch.UNCONDITIONAL));
        double[] data = new double[MEMORY];
        data[SAMPLE] = network.data().first();
        data[OUTPUT] = network.data().second();
        double[] before = network.expand(stage.before(), corrected);
        double[] remember = network.expand(stage.remember(), corrected);
        double scale = parameterization.inputScale(level);
        return new Evaluation(level, scale, parameterization.conditioning(level), data, before, remember,
                network.expand(stage.anchor(), corrected), network.expand(stage.next(), corrected), network.expand(DATA, true),
                isOnly(before, SAMPLE) ? NOTHING : ofNext(before[SAMPLE], before[NOISE]), scale == 1 ? NOTHING : ofNext(scale, 0), stage.scaling(), stage.interval(), Chained.NONE,
                guided, NOTHING, !isZero(remember));
    }

    /** Whether a combination of the stage reads the network's estimate without guidance. */
    static boolean readsBase(Stage stage) {
        return Stream.of(stage.remember(), stage.anchor(), stage.next()).anyMatch(combination -> combination.base() != 0);
    }

    /** The same evaluation with the weights of guidance that are known dissolved in its own. */
    Evaluation dissolved() {
        if (!guided.known() || guided == Guided.NOT) {
            return this;
        }
        double[][] weights = guided.asked(null);
        return dissolved(weights[0], Arrays.copyOfRange(weights, 1, weights.length));
    }

    private Evaluation dissolved(double[] output, double[]... held) {
        return new Evaluation(level, inputScale, conditioning, Guided.dissolved(data, output), before, Guided.dissolved(remember, output), Guided.dissolved(anchor, output),
                Guided.dissolved(next, output), estimate, churn, input, scaling, interval, chained, guided, held, remembers);
    }

    /**
     * Which sums of floats are chains, see {@link Conditions}. What the network sees is a single product, and always one.
     */
    record Chained(boolean before, boolean data, boolean remember, boolean anchor, boolean next, boolean estimate) {

        static final Chained NONE = new Chained(false, false, false, false, false, false);
    }

    Evaluation withChained(Chained other) {
        return new Evaluation(level, inputScale, conditioning, data, before, remember, anchor, next, estimate, churn, input, scaling, interval, other, guided, kept, remembers);
    }

    private static double[][] ofNext(double next, double churnNoise) {
        double[] w = new double[MEMORY];
        w[NEXT] = next;
        w[CHURN_NOISE] = churnNoise;
        return new double[][] {w};
    }

    /** What a network says at a level. */
    private record Network(NoiseLevel level, Parameterization parameterization, Parameterization.Weights boundary, Parameterization.Weights data, int base) {

        double[] expand(Combination given, boolean corrected) {
            Combination c = base == OUTPUT ? given.withData(given.data() + given.base()).withBase(0) : given;
            double[] w = new double[MEMORY + c.memory().size()];
            Parameterization.Weights noise = c.epsilon() == 0 ? NONE : parameterization.noise(level);
            Parameterization.Weights inner = corrected || c.data() == 0 ? NONE : data;
            double direct = c.data() == 0 ? 0 : c.data() * boundary.first();
            double estimated = c.data() == 0 ? 0 : c.data() * boundary.second();
            w[SAMPLE] = sum(c.sample(), direct, estimated * inner.first(), c.epsilon() * noise.first(), c.base() == 0 ? 0 : c.base() * data.first());
            w[OUTPUT] = sum(estimated * inner.second(), c.epsilon() * noise.second());
            w[base] += c.base() == 0 ? 0 : c.base() * data.second();
            w[CORRECTED] = corrected ? estimated : 0;
            w[ANCHOR] = c.anchor();
            w[NOISE] = c.noise();
            for (int k = 0; k < c.memory().size(); k++) {
                w[MEMORY + k] = c.memory().get(k);
            }
            return w;
        }
    }

    /** A sum that is 0 where the terms cancel but for rounding, so that no array is read for it. */
    static double sum(double... terms) {
        double sum = 0;
        double size = 0;
        for (double term : terms) {
            sum += term;
            size += Math.abs(term);
        }
        return Math.abs(sum) < 4 * Math.ulp(size) ? 0 : sum;
    }

    /** Refuses weights that no array can take; the data estimate counts only where something reads it. */
    void check(int index, Parameterization parameterization) {
        for (double[] weights : kept) {
            checkFinite(index, parameterization, weights);
        }
        for (double[] weights : new double[][] {before, remember, anchor, next}) {
            checkFinite(index, parameterization, weights);
            if (weights[CORRECTED] != 0) {
                checkFinite(index, parameterization, data);
            }
        }
        boolean beforeIsLocal = before[ANCHOR] == 0 && before[OUTPUT] == 0 && before[CORRECTED] == 0 && Arrays.stream(before, BRANCH, before.length).allMatch(weight -> weight == 0);
        if (!beforeIsLocal) {
            throw new IllegalArgumentException("evaluation " + index + ": what happens before the network may use only sample and noise");
        }
    }

    private void checkFinite(int index, Parameterization parameterization, double[] weights) {
        for (int k = 0; k < weights.length; k++) {
            if (!Double.isFinite(weights[k])) {
                throw new IllegalArgumentException("evaluation " + index + " at " + level + " would weight the " + described(k) + " with " + weights[k]
                        + "; " + reason(parameterization));
            }
        }
    }

    private String described(int register) {
        return switch (name(register)) {
            case "output" -> "network output";
            case "data" -> "data estimate";
            default -> name(register).startsWith("memory") ? "prediction " + (register - MEMORY) : name(register);
        };
    }

    /** What a register is called where numbers are printed. */
    String name(int register) {
        if (register >= MEMORY) {
            return "memory" + (register - MEMORY);
        }
        if (register == OUTPUT && guided.branches().size() > 1 && guided.known() || register >= BRANCH && register < GUIDED) {
            return guided.branches().get(register == OUTPUT ? 0 : register - BRANCH + 1).name();
        }
        return register < BRANCH ? NAMES[register] : "held " + guided.heldBefore().get(register - HELD);
    }

    private String reason(Parameterization parameterization) {
        if (level.alpha() == 0 && !Double.isFinite(data[OUTPUT])) {
            return parameterization + " prediction says nothing about the data at alpha 0 (zero terminal SNR): use v or x0 prediction, "
                    + "or a schedule that keeps some signal";
        }
        if (level.sigma() == 0) {
            return parameterization + " prediction says nothing about the noise at sigma 0: start at a level with noise";
        }
        return "the solver cannot take this step; check that the levels of the grid differ and its options fit the direction of the run";
    }

    /** The number of remembered predictions the updates read, the newest included. */
    int memoryRead() {
        int read = 0;
        for (double[] weights : new double[][] {anchor, next}) {
            for (int k = MEMORY; k < weights.length; k++) {
                if (weights[k] != 0) {
                    read = Math.max(read, k - MEMORY + 1);
                }
            }
        }
        return read;
    }

    boolean usesNoise() {
        return next[NOISE] != 0 || anchor[NOISE] != 0;
    }

    /** Whether the sample is lifted to a higher noise level before the network sees it. */
    boolean churns() {
        return before[NOISE] != 0;
    }

    /** How often noise is drawn: for churn before the network, and after it. */
    int draws() {
        return (usesNoise() ? 1 : 0) + (churns() ? 1 : 0);
    }

    static boolean isZero(double... weights) {
        for (double weight : weights) {
            if (weight != 0) {
                return false;
            }
        }
        return true;
    }

    /** Whether a combination is one register, unchanged, for all samples. */
    static boolean isOnly(double[][] rows, int register) {
        return rows.length == 1 && isOnly(rows[0], register);
    }

    private static boolean isOnly(double[] weights, int register) {
        for (int k = 0; k < weights.length; k++) {
            if (weights[k] != (k == register ? 1 : 0)) {
                return false;
            }
        }
        return true;
    }
}
