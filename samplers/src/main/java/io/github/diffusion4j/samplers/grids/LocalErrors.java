package io.github.diffusion4j.samplers.grids;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.ArrayScaling;
import io.github.diffusion4j.core.plan.Combination;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.Stage;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The errors of single steps on every sub-grid of fine runs, for every solver whose step is a sum of samples and estimates: arithmetic on the inner products of what the fine runs went through, no network.
 * With samples {@code X_j} and estimates {@code D_j} at the levels and the runs' ends F, a step to level j that computes {@code w1 X_i + w2 D_i + w3 X_h + w4 D_h} has the local error
 * {@code e = ... - X_j}, whose square {@code c^T G c} needs the Gram matrix G alone. {@link #grid} finds the levels with the least sum of {@code |e| / sqrt(alpha^2 + sigma^2)} by dynamic programming
 * over pairs of neighbours: errors add up by the triangle inequality, and of one at {@code s = sigma / alpha} about {@code (1 + s^2)^(-1/2)} is left at the end. On handwritten digits grids found so are as
 * good as the curve of {@link Roughness} for 5 to 15 steps, best if searched with a solver of first order, whatever runs on them; where errors die out faster than that (few clusters in a plane), they
 * are worse.
 *
 * @param levels the levels of the runs, noisiest first
 * @param end the level at which the runs end
 * @param gram the sums of products, row by row, of {@code X_0, ..., D_0, ..., F}
 * @param numbers how many numbers each sum is over
 */
public record LocalErrors(List<NoiseLevel> levels, NoiseLevel end, List<Double> gram, long numbers) implements Serializable {

    private static final long serialVersionUID = 1;
    /** Above it a table of all triples of levels takes a gigabyte. */
    private static final int MOST_LEVELS = 500;

    /** Copies the lists. */
    public LocalErrors {
        levels = List.copyOf(levels);
        gram = List.copyOf(gram);
        int size = 2 * levels.size() + 1;
        if (levels.size() < 2 || levels.size() > MOST_LEVELS || gram.size() != size * size || numbers < 1) {
            throw new IllegalArgumentException("inner products of samples and estimates at n levels and of the end are (2 n + 1)^2, for 2 to " + MOST_LEVELS + " levels and at least one number, got "
                    + gram.size() + " for " + levels.size() + " levels and " + numbers + " numbers");
        }
    }

    /** Of runs that were gone through. */
    static LocalErrors of(List<NoiseLevel> levels, NoiseLevel end, List<double[]> samples, List<double[]> estimates, double... last) {
        List<double[]> all = new ArrayList<>(samples);
        all.addAll(estimates);
        all.add(last);
        double[][] products = new double[all.size()][all.size()];
        for (int i = 0; i < all.size(); i++) {
            for (int j = 0; j <= i; j++) {
                products[i][j] = products[j][i] = dot(all.get(i), all.get(j));
            }
        }
        return new LocalErrors(levels, end, Arrays.stream(products).flatMapToDouble(Arrays::stream).boxed().toList(), last.length);
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /**
     * With other runs on the same levels.
     *
     * @param other what they went through
     * @return of all runs
     * @throws IllegalArgumentException if levels differ
     */
    public LocalErrors plus(LocalErrors other) {
        if (!levels.equals(other.levels) || !end.equals(other.end)) {
            throw new IllegalArgumentException("runs on other levels do not add up");
        }
        return new LocalErrors(levels, end, IntStream.range(0, gram.size()).mapToObj(i -> gram.get(i) + other.gram.get(i)).toList(), numbers + other.numbers);
    }

    /**
     * The levels of the runs at which a solver errs least with a number of steps.
     *
     * @param schedule the schedule of the runs
     * @param solver a solver of one evaluation a step, without noise, corrector or more than one remembered estimate: {@code new FirstOrder(new Ancestral(0), true)},
     *     {@code DpmSolverMultistep.plusPlus(2)}
     * @param steps the number of steps, at most one for each level
     * @return the grid, exact for this number of steps
     */
    public FittedGrid grid(NoiseSchedule schedule, Solver solver, int steps) {
        if (steps < 1 || steps > levels.size()) {
            throw new IllegalArgumentException("a grid has 1 to " + levels.size() + " steps, as many as the fine runs have levels, got " + steps);
        }
        return FittedGrid.through(schedule, Arrays.stream(path(solver, steps)).mapToObj(levels::get).toList());
    }

    /** The indices of the best levels; the first is always 0. */
    int[] path(Solver solver, int steps) {
        int count = levels.size();
        double[][] least = new double[count][count];
        Arrays.stream(least).forEach(row -> Arrays.fill(row, Double.POSITIVE_INFINITY));
        // A run begins without a level before its first: that one stands for both.
        least[0][0] = 0;
        int[][][] before = new int[steps][count][count];
        double[][][] costs = costs(solver);
        for (int k = 1; k < steps; k++) {
            double[][] next = new double[count][count];
            for (int i = 0; i < count; i++) {
                Arrays.fill(next[i], Double.POSITIVE_INFINITY);
                for (int j = i + 1; j < count; j++) {
                    for (int h = 0; h <= i; h++) {
                        double sum = least[h][i] + costs[h][i][j];
                        if (sum < next[i][j]) {
                            next[i][j] = sum;
                            before[k][i][j] = h;
                        }
                    }
                }
            }
            least = next;
        }
        return traced(least, before, costs, steps);
    }

    private int[] traced(double[][] least, int[][][] before, double[][][] costs, int steps) {
        int last = levels.size();
        int[] path = new int[steps];
        double best = Double.POSITIVE_INFINITY;
        int previous = 0;
        for (int i = 0; i < last; i++) {
            for (int h = 0; h <= i; h++) {
                double sum = least[h][i] + costs[h][i][last];
                if (sum < best) {
                    best = sum;
                    path[steps - 1] = i;
                    previous = h;
                }
            }
        }
        if (best == Double.POSITIVE_INFINITY) {
            throw new IllegalStateException("the errors of these runs are not finite; there is nothing to fit to");
        }
        for (int k = steps - 1; k > 0; k--) {
            int earlier = before[k][previous][path[k]];
            path[k - 1] = previous;
            previous = earlier;
        }
        return path;
    }

    /** The sum that is made least, for a path of indices. */
    double error(Solver solver, int... path) {
        double sum = 0;
        for (int k = 0; k < path.length; k++) {
            sum += cost(solver, k == 0 ? path[0] : path[k - 1], path[k], k + 1 < path.length ? path[k + 1] : levels.size());
        }
        return sum;
    }

    /** The error of each step from i to j after one from h, where h = i is a run's first step and the number of levels the runs' end. */
    private double[][][] costs(Solver solver) {
        int count = levels.size();
        double[][][] costs = new double[count][count][count + 1];
        boolean remembers = solver.traits().history() > 0;
        for (int i = 0; i < count; i++) {
            for (int j = i + 1; j <= count; j++) {
                for (int h = 0; h <= i; h++) {
                    costs[h][i][j] = remembers || h == 0 ? cost(solver, remembers ? h : i, i, j) : costs[0][i][j];
                }
            }
        }
        return costs;
    }

    private double cost(Solver solver, int h, int i, int j) {
        boolean last = j == levels.size();
        NoiseLevel to = last ? end : levels.get(j);
        List<NoiseLevel> starts = new ArrayList<>(h == i ? List.of(levels.get(i)) : List.of(levels.get(h), levels.get(i)));
        int step = starts.size() - 1;
        if (!last) {
            starts.add(to); // the step is not the run's last, which some solvers take with a lower order
        }
        TimeGrid grid = TimeGrid.contiguous(starts, end);
        double[] weights = new double[2 * levels.size() + 1];
        List<Combination> pushed = new ArrayList<>();
        Combination next = Combination.ZERO;
        for (int k = 0; k <= step; k++) {
            Stage stage = onlyStage(solver, grid, k);
            pushed.add(0, stage.remember());
            next = stage.next();
        }
        add(weights, 1, next, i);
        for (int m = 0; m < next.memory().size(); m++) {
            if (next.memory().get(m) != 0) {
                add(weights, next.memory().get(m), pushed.get(m), m == 0 ? i : h);
            }
        }
        weights[last ? 2 * levels.size() : j] -= 1;
        return Math.sqrt(Math.max(0, square(weights)) / numbers) / Math.hypot(to.alpha(), to.sigma());
    }

    private static Stage onlyStage(Solver solver, TimeGrid grid, int step) {
        List<Stage> stages = solver.stages(grid, step);
        Stage stage = stages.get(0);
        Combination next = stage.next();
        if (solver.traits().history() > 1 || stages.size() > 1 || next.anchor() != 0 || next.noise() != 0 || !stage.before().equals(Combination.SAMPLE) || !stage.scaling().equals(ArrayScaling.NONE)) {
            throw new IllegalArgumentException("steps of " + solver + " are not sums of samples and estimates at one or two levels; search with a solver of one evaluation a step and order 1 or 2 without noise, "
                    + "like DpmSolverMultistep.plusPlus(2), and go on with GridDescent");
        }
        return stage;
    }

    /** Adds a combination of sample, estimate of the data and of the noise at a level to the weights of the inner products. */
    private void add(double[] weights, double factor, Combination combination, int at) {
        NoiseLevel level = levels.get(at);
        double noise = combination.epsilon() == 0 ? 0 : combination.epsilon() / level.sigma();
        weights[at] += factor * (combination.sample() + noise);
        weights[levels.size() + at] += factor * (combination.data() + combination.base() - level.alpha() * noise);
    }

    private double square(double... weights) {
        int[] used = IntStream.range(0, weights.length).filter(k -> weights[k] != 0).toArray();
        double sum = 0;
        for (int a : used) {
            for (int b : used) {
                sum += weights[a] * weights[b] * gram.get(a * weights.length + b);
            }
        }
        return sum;
    }
}
