package io.github.diffusion4j.core.guidance;

import io.github.diffusion4j.core.kernel.Moments;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What one evaluation asks the network for, and how its outputs become one.
 *
 * @param branches the outputs that are asked for, in order; none where the evaluation is left out
 * @param held the names of the arrays that are read from before
 * @param kept the names of the arrays that are remembered for the next evaluation
 * @param rule the weights
 * @param kind when the weights are known
 * @param arrays what replaces the weights of the output where no weights can say it
 */
public record Guide(List<Branch> branches, List<String> held, List<String> kept, Rule rule, Kind kind, Optional<ArrayRule> arrays) {

    /** When the weights of a guide are known. */
    public enum Kind {
        /** Before the run; they dissolve into the weights of the step. */
        KNOWN,
        /** Once inner products and sums of branches and held arrays are. */
        MEASURED,
        /** As measured, from those with the sample too. */
        MEASURED_WITH_SAMPLE,
        /** Never: the output is computed value by value. */
        COMPUTED
    }

    /** The network's output as it is. */
    public static final Guide CONDITIONAL = known(List.of(Branch.CONDITIONAL), 0, 1);

    /** Copies the lists. */
    public Guide {
        branches = List.copyOf(branches);
        held = List.copyOf(held);
        kept = List.copyOf(kept);
    }

    /**
     * A guide whose weights are known before the run, with nothing remembered.
     *
     * @param branches the outputs that are asked for
     * @param weights of the sample and of each branch
     * @return the guide
     */
    public static Guide known(List<Branch> branches, double... weights) {
        return known(branches, List.of(), List.of(), weights);
    }

    /**
     * A guide whose weights are known before the run.
     *
     * @param branches the outputs that are asked for
     * @param held the names of the arrays that are read
     * @param kept the names of the arrays that are remembered
     * @param weights of sample, branches and held arrays in the guided output, and then in each array that is kept
     * @return the guide
     */
    public static Guide known(List<Branch> branches, List<String> held, List<String> kept, double[]... weights) {
        return new Guide(branches, held, kept, moments -> weights, Kind.KNOWN, Optional.empty());
    }

    /**
     * A guide whose weights follow from inner products and sums of the branches.
     *
     * @param branches the outputs that are asked for
     * @param held the names of the arrays that are read
     * @param kept the names of the arrays that are remembered
     * @param rule the weights
     * @return the guide
     */
    public static Guide measured(List<Branch> branches, List<String> held, List<String> kept, Rule rule) {
        return new Guide(branches, held, kept, rule, Kind.MEASURED, Optional.empty());
    }

    /**
     * A guide that computes its output value by value.
     *
     * @param branches the outputs that are asked for
     * @param held the names of the arrays that are read
     * @param kept the names of the arrays that are remembered
     * @param weights the weights of all terms in each array that is kept; the guided output is one term more, the last
     * @param rule how the output is computed
     * @return the guide
     */
    public static Guide computed(List<Branch> branches, List<String> held, List<String> kept, List<double[]> weights, ArrayRule rule) {
        double[] output = new double[2 + branches.size() + held.size()];
        output[output.length - 1] = 1;
        List<double[]> rows = new ArrayList<>(List.of(output));
        rows.addAll(weights);
        double[][] all = rows.toArray(double[][]::new);
        return new Guide(branches, held, kept, moments -> all, Kind.COMPUTED, Optional.of(rule));
    }

    /**
     * The same guide with an output that is computed value by value.
     *
     * @param rule how
     * @return the guide, which keeps what it kept
     */
    public Guide computed(ArrayRule rule) {
        return computed(branches, held, kept, List.of(weights(null)).subList(1, 1 + kept.size()), rule);
    }

    /**
     * The number of terms that are weighted: the sample, the branches, the held arrays, and the guided output where it is computed.
     *
     * @return the number
     */
    public int terms() {
        return 1 + branches.size() + held.size() + (kind == Kind.COMPUTED ? 1 : 0);
    }

    /**
     * The place of a branch among the terms.
     *
     * @param branch the branch
     * @return the place, 0 if it is not asked for
     */
    public int term(Branch branch) {
        return branches.indexOf(branch) + 1;
    }

    /**
     * The same guide that asks for one branch more, of weight 0: solvers of CFG++ read it.
     *
     * @param branch the branch
     * @return this guide if it has the branch
     */
    public Guide asking(Branch branch) {
        if (branches.contains(branch)) {
            return this;
        }
        List<Branch> all = new ArrayList<>(branches);
        all.add(branch);
        int at = 1 + branches.size();
        Rule shifted = moments -> map(rule.weights(moments == null ? null : moments.of(without(at, terms() + 1))), weights -> inserted(weights, at));
        return new Guide(all, held, kept, shifted, kind, arrays);
    }

    /** Combinations that leave one term out. */
    private static double[][] without(int left, int terms) {
        double[][] rows = new double[terms - 1][terms];
        for (int k = 0; k < terms - 1; k++) {
            rows[k][k < left ? k : k + 1] = 1;
        }
        return rows;
    }

    private static double[] inserted(double[] weights, int at) {
        double[] longer = new double[weights.length + 1];
        System.arraycopy(weights, 0, longer, 0, at);
        System.arraycopy(weights, at, longer, at + 1, weights.length - at);
        return longer;
    }

    private interface Each {
        double[] of(double[] weights);
    }

    private static double[][] map(double[][] rows, Each each) {
        return Arrays.stream(rows).map(each::of).toArray(double[][]::new);
    }

    /**
     * The same guide with other weights.
     *
     * @param other the rule
     * @param measures whether it looks at the moments although this guide's does not
     * @return the guide
     */
    public Guide withRule(Rule other, boolean measures) {
        return new Guide(branches, held, kept, other, measures && kind == Kind.KNOWN ? Kind.MEASURED : kind, arrays);
    }

    /**
     * The same guide whose result is multiplied and mixed with the sample, {@code sample x + output y}.
     *
     * @param sample the weight of the sample
     * @param output the weight of the guided output
     * @return the guide
     */
    public Guide mixed(double sample, double output) {
        if (kind == Kind.COMPUTED) {
            throw new IllegalArgumentException("an output that is computed value by value cannot be mixed afterwards; mix what it is computed from");
        }
        return withRule(moments -> {
            double[][] weights = rule.weights(moments).clone();
            weights[0] = Arrays.stream(weights[0]).map(weight -> weight * output).toArray();
            weights[0][0] += sample;
            return weights;
        }, false);
    }

    /**
     * The same guide formulated in another space than the network's own target: its branches are {@code first x + second y}, held arrays are in that space already. What computes the output value by
     * value stays as it is.
     *
     * @param first the weight of the sample
     * @param second the weight of the output, not 0
     * @return the guide over the network's outputs
     */
    public Guide inSpace(double first, double second) {
        int branchTerms = branches.size();
        double[][] space = new double[terms()][terms()];
        for (int k = 0; k < terms(); k++) {
            boolean isBranch = k > 0 && k <= branchTerms || kind == Kind.COMPUTED && k == terms() - 1;
            space[k][k] = isBranch ? second : 1;
            space[k][0] = isBranch ? first : space[k][0];
        }
        Rule back = moments -> {
            double[][] weights = rule.weights(moments == null ? null : moments.of(space));
            double[][] own = map(weights, w -> {
                double[] mixed = new double[terms()];
                for (int k = 0; k < terms(); k++) {
                    mixed[0] += k == 0 ? w[0] : w[k] * space[k][0];
                    mixed[k] = k == 0 ? mixed[0] : w[k] * space[k][k];
                }
                return mixed;
            });
            own[0][0] -= first;
            Arrays.setAll(own[0], k -> own[0][k] / second);
            own[0] = kind == Kind.COMPUTED ? weights[0] : own[0];
            return own;
        };
        return new Guide(branches, held, kept, back, kind == Kind.MEASURED ? Kind.MEASURED_WITH_SAMPLE : kind, arrays);
    }

    /**
     * The weights.
     *
     * @param moments of the terms, null where they are known before the run
     * @return the weights of the guided output, then of each array that is kept
     */
    public double[][] weights(Moments moments) {
        return rule.weights(moments);
    }
}
