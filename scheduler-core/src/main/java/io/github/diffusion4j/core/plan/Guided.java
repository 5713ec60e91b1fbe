package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.guidance.Guide;
import io.github.diffusion4j.core.guidance.Skipping;
import io.github.diffusion4j.core.kernel.Moments;
import java.util.ArrayList;
import java.util.List;

/**
 * What an evaluation asks the network for and how the outputs become one, in registers.
 *
 * @param guide the branches and their weights
 * @param skipping who decides whether the network is asked
 * @param rules its rules at this evaluation
 * @param heldBefore the names of the arrays that are held before, in the order of their registers
 * @param heldAfter the names of the arrays that are held afterwards
 */
record Guided(Guide guide, Skipping skipping, Skipping.Rules rules, List<String> heldBefore, List<String> heldAfter) {

    /** One output, taken as it is. */
    static final Guided NOT = new Guided(Guide.CONDITIONAL, Skipping.NEVER, Skipping.Rules.COMPUTE, List.of(), List.of());

    static Guided of(Guide guide, Skipping skipping, Skipping.Rules rules, List<String> heldBefore) {
        List<String> after = new ArrayList<>(guide.kept());
        if (rules.kept().length > 0 || heldBefore.containsAll(skipping.arrays())) {
            after.addAll(skipping.arrays());
        }
        checkRoom(guide.branches().size() - 1, Evaluation.MOST_BRANCHES, "branches besides the first");
        checkRoom(after.size(), Evaluation.MOST_HELD, "arrays held between two evaluations");
        if (guide.kind() != Guide.Kind.KNOWN && guide.branches().isEmpty()) {
            throw new IllegalArgumentException("an evaluation that asks for nothing has nothing to measure");
        }
        return new Guided(guide, skipping, rules, List.copyOf(heldBefore), List.copyOf(after));
    }

    private static void checkRoom(int count, int most, String what) {
        if (count > most) {
            throw new IllegalArgumentException("guidance of a run has at most " + most + " " + what + ", this one has " + count);
        }
    }

    List<Branch> branches() {
        return guide.branches();
    }

    /** Whether all weights are known when the plan is made. */
    boolean known() {
        return guide.kind() == Guide.Kind.KNOWN && !decides();
    }

    /** Whether the network is asked only where a rule says so. */
    boolean decides() {
        return rules != Skipping.Rules.COMPUTE;
    }

    /** Whether a row may be left out. */
    boolean maySkip() {
        return rules.before().length > 0;
    }

    /** The register of a branch, the first one's where it is not asked for. */
    int register(Branch branch) {
        int place = guide.branches().indexOf(branch);
        return place <= 0 ? Evaluation.OUTPUT : Evaluation.BRANCH + place - 1;
    }

    private int held(String name) {
        return Evaluation.HELD + heldBefore.indexOf(name);
    }

    /** Weights of the guide's terms as weights of registers. */
    private double[] ofTerms(double... terms) {
        double[] w = new double[Evaluation.MEMORY];
        int branches = guide.branches().size();
        w[Evaluation.SAMPLE] = terms[0];
        for (int k = 1; k < terms.length; k++) {
            w[k <= branches ? k == 1 ? Evaluation.OUTPUT : Evaluation.BRANCH + k - 2 : behindBranches(k - 1 - branches)] += terms[k];
        }
        return w;
    }

    private int behindBranches(int place) {
        return place < guide.held().size() ? held(guide.held().get(place)) : Evaluation.GUIDED;
    }

    /** Weights of sample, perhaps output, and the arrays that skipping holds, as weights of registers. */
    double[] ofSkipping(double[] terms, boolean withOutput) {
        double[] w = new double[Evaluation.MEMORY];
        w[Evaluation.SAMPLE] = terms[0];
        int first = withOutput ? 2 : 1;
        if (withOutput) {
            w[Evaluation.OUTPUT] = terms[1];
        }
        for (int k = first; k < terms.length; k++) {
            w[held(skipping.arrays().get(k - first))] = terms[k];
        }
        return w;
    }

    /** The weights of the guided output and of the arrays that are held afterwards, for one row whose network was asked. */
    double[][] asked(Moments moments) {
        double[][] terms = guide.weights(moments);
        double[][] weights = new double[1 + heldAfter.size()][];
        for (int k = 0; k < terms.length; k++) {
            weights[k] = ofTerms(terms[k]);
        }
        double[][] kept = rules.kept();
        for (int k = terms.length; k < weights.length; k++) {
            int own = k - terms.length;
            weights[k] = own < kept.length ? dissolved(ofSkipping(kept[own], true), weights[0]) : passedOn(heldAfter.get(k - 1));
        }
        return weights;
    }

    /** The same for a row that is left out. */
    double[][] skipped() {
        double[][] weights = new double[1 + heldAfter.size()][];
        weights[0] = ofSkipping(rules.skipped(), false);
        double[][] kept = rules.keptWhenSkipped();
        for (int k = 1; k < weights.length; k++) {
            int own = skipping.arrays().indexOf(heldAfter.get(k - 1));
            weights[k] = own >= 0 && kept.length > 0 ? ofSkipping(kept[own], false) : passedOn(heldAfter.get(k - 1));
        }
        return weights;
    }

    /** What was held stays; what was not is nothing. */
    private double[] passedOn(String name) {
        double[] w = new double[Evaluation.MEMORY];
        if (heldBefore.contains(name)) {
            w[held(name)] = 1;
        }
        return w;
    }

    /** A combination that reads the guided output, as one of what the guided output is made of. */
    static double[] dissolved(double[] weights, double... output) {
        double y = weights[Evaluation.OUTPUT];
        if (y == 0) {
            return weights;
        }
        double[] w = weights.clone();
        w[Evaluation.OUTPUT] = 0;
        for (int k = 0; k < output.length; k++) {
            if (output[k] != 0) {
                w[k] = Evaluation.sum(w[k], y * output[k]);
            }
        }
        return w;
    }
}
