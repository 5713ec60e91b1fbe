package io.github.diffusion4j.core.guidance;

import io.github.diffusion4j.core.kernel.Moments;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What one evaluation asks the network for, and how its outputs become one.
 *
 * @param branches the outputs that are asked for, in order; none where the evaluation is left out
 * @param held the names of the arrays that are read from before
 * @param kept the names of the arrays that are remembered for the next evaluation
 * @param rule the weights
 * @param kind when the weights are known
 * @param measures the combinations of terms whose moments the rule is told, where it measures
 * @param arrays what replaces the weights of the output where no weights can say it
 */
public record Guide(List<Branch> branches, List<String> held, List<String> kept, Rule rule, Kind kind, List<double[]> measures, Optional<ArrayRule> arrays) {

    /** When the weights of a guide are known. */
    public enum Kind {
        /** Before the run; they dissolve into the weights of the step. */
        KNOWN,
        /** Once inner products and sums are. */
        MEASURED,
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
        measures = List.copyOf(measures);
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
        return new Guide(branches, held, kept, moments -> weights, Kind.KNOWN, List.of(), Optional.empty());
    }

    /**
     * A guide whose weights follow from inner products and sums of the branches and held arrays. Moments are told by the places of the terms; those of the sample are 0.
     *
     * @param branches the outputs that are asked for
     * @param held the names of the arrays that are read
     * @param kept the names of the arrays that are remembered
     * @param rule the weights
     * @return the guide
     */
    public static Guide measured(List<Branch> branches, List<String> held, List<String> kept, Rule rule) {
        return measured(branches, held, kept, terms(1 + branches.size() + held.size()), rule);
    }

    /**
     * A guide whose weights follow from inner products and sums of some combinations of its terms: fewer of them cost less.
     *
     * @param branches the outputs that are asked for
     * @param held the names of the arrays that are read
     * @param kept the names of the arrays that are remembered
     * @param measures the combinations, each as weights of the terms
     * @param rule the weights, of the moments of the combinations
     * @return the guide
     */
    public static Guide measured(List<Branch> branches, List<String> held, List<String> kept, List<double[]> measures, Rule rule) {
        return new Guide(branches, held, kept, rule, Kind.MEASURED, measures, Optional.empty());
    }

    /** Each term by itself, but nothing of the sample. */
    private static List<double[]> terms(int count) {
        return IntStream.range(0, count).mapToObj(k -> unit(k, k == 0 ? 0 : 1, count)).toList();
    }

    /**
     * Each term by itself, as combinations to be measured.
     *
     * @return the combinations, the sample first
     */
    public List<double[]> eachTerm() {
        return IntStream.range(0, terms()).mapToObj(k -> unit(k, 1, terms())).toList();
    }

    private static double[] unit(int place, double weight, int count) {
        double[] unit = new double[count];
        unit[place] = weight;
        return unit;
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
        return new Guide(branches, held, kept, moments -> all, Kind.COMPUTED, List.of(), Optional.of(rule));
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
        return new Guide(all, held, kept, moments -> map(rule.weights(moments), weights -> inserted(weights, at)), kind, measures.stream().map(weights -> inserted(weights, at)).toList(), arrays);
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
     * The same guide with a result that follows from its weights and from moments of its terms.
     *
     * @param measured further combinations of terms that are measured, also where this guide knows its weights
     * @param then the weights, given this guide's and the moments of its own combinations and then of the further ones
     * @return the guide
     */
    public Guide then(List<double[]> measured, Then then) {
        List<double[]> all = new ArrayList<>(kind == Kind.KNOWN ? List.of() : measures);
        int own = all.size();
        all.addAll(measured);
        return new Guide(branches, held, kept, moments -> then.weights(rule.weights(kind == Kind.KNOWN ? null : moments), moments, own), Kind.MEASURED, all, arrays);
    }

    /** What follows from a guide's weights. */
    @FunctionalInterface
    public interface Then {

        /**
         * The weights.
         *
         * @param weights of the guide
         * @param moments of the combinations of the guide, and of the further ones
         * @param first the place of the first further one
         * @return the weights
         */
        double[][] weights(double[][] weights, Moments moments, int first);
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
        return new Guide(branches, held, kept, moments -> {
            double[][] weights = rule.weights(moments).clone();
            weights[0] = Arrays.stream(weights[0]).map(weight -> weight * output).toArray();
            weights[0][0] += sample;
            return weights;
        }, kind, measures, arrays);
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
            double[][] weights = rule.weights(moments);
            double[][] own = map(weights, w -> through(space, w));
            own[0][0] -= first;
            Arrays.setAll(own[0], k -> own[0][k] / second);
            own[0] = kind == Kind.COMPUTED ? weights[0] : own[0];
            return own;
        };
        return new Guide(branches, held, kept, back, kind, measures.stream().map(w -> through(space, w)).toList(), arrays);
    }

    /** Weights of combinations as weights of what they are combined of. */
    private static double[] through(double[][] space, double[] weights) {
        double[] mixed = new double[weights.length];
        for (int k = 0; k < weights.length; k++) {
            mixed[0] += k == 0 ? weights[0] : weights[k] * space[k][0];
            mixed[k] = k == 0 ? mixed[0] : weights[k] * space[k][k];
        }
        return mixed;
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
