package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.guidance.Guide;
import io.github.diffusion4j.core.guidance.Skipping;
import io.github.diffusion4j.core.kernel.ArrayPass;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.Moments;
import io.github.diffusion4j.core.kernel.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The weights of a step that follow from its arrays: what guidance measures, and whether rows are left out.
 *
 * @param <A> the array of the library
 */
final class Weighing<A> {

    private final ArrayPass<A> pass;
    private final RunMemory<A> memory;
    private final Rows rows;
    /** What each row holds; of the step that is prepared until it is taken over. */
    private double[][] numbers = {};
    private double[][] nextNumbers = {};

    Weighing(ArrayPass<A> pass, RunMemory<A> memory, Rows rows) {
        this.pass = pass;
        this.memory = memory;
        this.rows = rows;
    }

    /** An array and its register. */
    private record Term<A>(int register, A array) {}

    double[][] numbers() {
        return numbers;
    }

    void setNumbers(double[]... values) {
        numbers = values;
        nextNumbers = values;
    }

    void commit() {
        numbers = nextNumbers;
    }

    /** For each row whether it is left out. */
    boolean[] left(Guided guided) {
        int count = rows.count(memory.shape());
        boolean[] left = new boolean[count];
        Skipping.Rules rules = guided.rules();
        if (!guided.decides()) {
            return left;
        }
        nextNumbers = copy(count, guided.skipping().numbers().size());
        double[][] combinations = Arrays.stream(rules.before()).map(terms -> guided.ofSkipping(terms, false)).toArray(double[][]::new);
        if (combinations.length > 0) {
            double[][][] each = new double[count][][];
            Arrays.fill(each, combinations);
            double[][] means = means(guided, List.of(), each);
            for (int row = 0; row < count; row++) {
                left[row] = rules.skips(nextNumbers[row], means[row]);
            }
        }
        return left;
    }

    private double[][] copy(int count, int width) {
        double[][] copy = new double[count][width];
        for (int row = 0; row < Math.min(count, numbers.length); row++) {
            copy[row] = numbers[row].clone();
        }
        return copy;
    }

    /** Whether no row needs the network. */
    boolean leavesOut(Guided guided) {
        return guided.branches().isEmpty() || guided.maySkip() && all(left(guided));
    }

    static boolean all(boolean... flags) {
        for (boolean flag : flags) {
            if (!flag) {
                return false;
            }
        }
        return true;
    }

    /**
     * The step once its weights are known.
     *
     * @param step the step
     * @param outputs the network's outputs, in the order of the branches; none if no row needs them
     * @param left for each row whether it is left out
     */
    Step resolved(Step step, List<A> outputs, boolean... left) {
        Guided guided = step.guided();
        Moments[] moments = outputs.isEmpty() ? null : moments(guided, outputs);
        double[][][] weights = new double[left.length][][];
        for (int row = 0; row < left.length; row++) {
            weights[row] = left[row] ? guided.skipped() : guided.asked(moments == null ? null : moments[row]);
        }
        if (guided.decides() && !outputs.isEmpty()) {
            computed(guided, outputs, weights, left);
        }
        return step.resolved(weights);
    }

    private void computed(Guided guided, List<A> outputs, double[][][] weights, boolean... left) {
        double[][] after = guided.rules().after();
        double[][][] combinations = new double[left.length][after.length][];
        for (int row = 0; row < left.length; row++) {
            for (int c = 0; c < after.length; c++) {
                combinations[row][c] = Guided.dissolved(guided.ofSkipping(after[c], true), weights[row][0]);
            }
        }
        double[][] means = after.length == 0 ? new double[left.length][0] : means(guided, outputs, combinations);
        for (int row = 0; row < left.length; row++) {
            if (!left[row]) {
                guided.rules().computed(nextNumbers[row], means[row]);
            }
        }
    }

    /** Guidance that is computed value by value, in an array of its own. */
    void compute(Guided guided, List<A> outputs, A out) {
        pass.onHost(guideTerms(guided, outputs), hosts -> pass.onHost(out, true, host -> guided.guide().arrays().orElseThrow().apply(hosts, host)));
    }

    /** Moments of what the guide looks at. */
    private Moments[] moments(Guided guided, List<A> outputs) {
        if (guided.guide().kind() != Guide.Kind.MEASURED) {
            return null;
        }
        List<A> terms = guideTerms(guided, outputs);
        double[][] measures = guided.guide().measures().toArray(double[][]::new);
        Moments[][] found = new Moments[1][];
        pass.onRows(terms, hosts -> found[0] = Moments.combined(hosts.toArray(HostArray[]::new), measures));
        return found[0];
    }

    /** Sample, outputs, and the arrays that the guide reads. */
    private List<A> guideTerms(Guided guided, List<A> outputs) {
        List<A> terms = new ArrayList<>(List.of(memory.sample()));
        terms.addAll(outputs);
        guided.guide().held().forEach(name -> terms.add(memory.held(guided.heldBefore().indexOf(name))));
        return terms;
    }

    private List<Term<A>> terms(Guided guided, List<A> outputs) {
        List<Term<A>> terms = new ArrayList<>(List.of(new Term<>(Evaluation.SAMPLE, memory.sample())));
        for (int k = 0; k < outputs.size(); k++) {
            terms.add(new Term<>(k == 0 ? Evaluation.OUTPUT : Evaluation.BRANCH + k - 1, outputs.get(k)));
        }
        for (int k = 0; k < guided.heldBefore().size(); k++) {
            terms.add(new Term<>(Evaluation.HELD + k, memory.held(k)));
        }
        return terms;
    }

    private double[][] means(Guided guided, List<A> outputs, double[][]... combinations) {
        List<Term<A>> terms = terms(guided, outputs);
        double[][][] chosen = new double[combinations.length][combinations[0].length][terms.size()];
        for (int row = 0; row < combinations.length; row++) {
            for (int c = 0; c < combinations[row].length; c++) {
                for (int k = 0; k < terms.size(); k++) {
                    chosen[row][c][k] = combinations[row][c][terms.get(k).register()];
                }
            }
        }
        double[][][] means = new double[1][][];
        int every = guided.skipping().subsample();
        pass.onHost(terms.stream().map(Term::array).toList(),
                hosts -> means[0] = Moments.absolute(hosts.stream().map(host -> sampled(host, every).byRows(rows)).toArray(HostArray[]::new), chosen));
        return means[0];
    }

    /** Every so many positions of the last two axes that rows do not tell apart. */
    private HostArray sampled(HostArray host, int every) {
        HostArray sampled = host;
        for (int axis = Math.max(0, host.rank() - 2); axis < host.rank() && every > 1; axis++) {
            sampled = rows.axes().contains(axis) ? sampled : sampled.every(axis, every);
        }
        return sampled;
    }
}
