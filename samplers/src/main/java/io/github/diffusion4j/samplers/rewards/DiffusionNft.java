package io.github.diffusion4j.samplers.rewards;

import io.github.diffusion4j.core.kernel.ArrayPass;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.Moments;
import io.github.diffusion4j.core.kernel.Rows;
import io.github.diffusion4j.core.kernel.Term;
import io.github.diffusion4j.core.plan.Regression;
import java.util.List;
import java.util.stream.IntStream;

/**
 * DiffusionNFT: reinforcement on the forward process of a flow. The network's velocity v is mixed with an old one, towards it and away from it, and each mixture answers for its share of the reward,
 * <pre>
 *   v+ = beta v + (1 - beta) v_old,      v- = (1 + beta) v_old - beta v
 *   L+- = mean over elements of (x0+- - x0)^2 / c+-,      x0+- = x_t - t v+-,  c+- = mean |x0+- - x0|, at least 1e-5, no gradient
 *   L = r L+ / beta + (1 - r) L- / beta,      r in [0, 1]
 * </pre>
 * As an error of v both are squared: {@code x0+ - x0 = -t beta (v - T+)} and {@code x0- - x0 = t beta (v - T-)} with the true velocity u,
 * {@code T+ = (u - (1 - beta) v_old) / beta}, {@code T- = ((1 + beta) v_old - u) / beta}, {@code u = (x_t - x0) / t}. Source: Zheng et al., arXiv:2509.16117.
 *
 * @param beta the strength of the mixture, above 0
 */
public record DiffusionNft(double beta) {

    private static final double SMALLEST = 1e-5;
    private static final double EARLIEST = 1e-6;

    /** Checks the strength. */
    public DiffusionNft {
        if (!(beta > 0 && Double.isFinite(beta))) {
            throw new IllegalArgumentException("DiffusionNFT needs beta above 0 and finite, got " + beta);
        }
    }

    /**
     * What a reward counts for: {@code clip(A / (2 largest) + 1/2, 0, 1)}.
     *
     * @param largest the largest advantage that counts, above 0; 5 in the code
     * @param advantages the advantages
     * @return r of each, in [0, 1]
     */
    public static double[] rewards(double largest, double... advantages) {
        return java.util.Arrays.stream(Advantages.limited(largest, advantages)).map(advantage -> advantage / (2 * largest) + 0.5).toArray();
    }

    /**
     * The loss of each row.
     *
     * @param <A> the array of a library
     * @param positive L+
     * @param negative L-
     * @param values L
     * @param regression the loss as a weighted squared error of v, with its gradient at v; its target to be closed
     */
    public record Loss<A>(double[] positive, double[] negative, double[] values, Regression<A> regression) {}

    /**
     * What the network and the old one said of noised data.
     *
     * @param <A> the array of a library
     * @param velocity v
     * @param old v_old
     * @param data the data x0
     * @param noised x_t
     */
    public record Batch<A>(A velocity, A old, A data, A noised) {

        private List<A> arrays() {
            return List.of(velocity, old, data, noised);
        }
    }

    /**
     * The loss of a batch.
     *
     * @param <A> the array of a library
     * @param arrays the library
     * @param rows what has a time and a reward of its own
     * @param batch the arrays, of one shape
     * @param times t of each row, 1e-6 to 1
     * @param rewards r of each row, in [0, 1]
     * @return loss, and target and weights
     * @throws IllegalArgumentException if shapes or numbers do not fit, or a time or reward lies outside its range
     */
    public <A> Loss<A> of(Arrays<A> arrays, Rows rows, Batch<A> batch, double[] times, double[] rewards) {
        int count = rows.count(arrays.shape(batch.velocity()));
        check("times", count, EARLIEST, times);
        check("rewards", count, 0, rewards);
        double[][] toward = new double[count][];
        double[][] away = new double[count][];
        double[][][] both = new double[count][][];
        for (int row = 0; row < count; row++) {
            toward[row] = new double[] {-times[row] * beta, -times[row] * (1 - beta), -1, 1};
            away[row] = new double[] {times[row] * beta, -times[row] * (1 + beta), -1, 1};
            both[row] = new double[][] {toward[row], away[row]};
        }
        double[][][] sizes = new double[1][][];
        double[][] squares = new double[2][count];
        new ArrayPass<>(arrays, rows, 4).onRows(batch.arrays(), hosts -> {
            HostArray[] each = hosts.toArray(HostArray[]::new);
            sizes[0] = Moments.absolute(each, both);
            Moments[] moments = Moments.of(each);
            for (int row = 0; row < count; row++) {
                squares[0][row] = Math.max(0, moments[row].product(toward[row], toward[row])) / moments[row].values();
                squares[1][row] = Math.max(0, moments[row].product(away[row], away[row])) / moments[row].values();
            }
        });
        double[] positive = PolicyLoss.each(count, row -> squares[0][row] / Math.max(SMALLEST, sizes[0][row][0]));
        double[] negative = PolicyLoss.each(count, row -> squares[1][row] / Math.max(SMALLEST, sizes[0][row][1]));
        double[] values = PolicyLoss.each(count, row -> (rewards[row] * positive[row] + (1 - rewards[row]) * negative[row]) / beta);
        return new Loss<>(positive, negative, values, regression(arrays, rows, batch, times, rewards, sizes[0]));
    }

    /** Both squared errors as one: weights add up, and the target is their weighted mean. */
    private <A> Regression<A> regression(Arrays<A> arrays, Rows rows, Batch<A> batch, double[] times, double[] rewards, double[]... sizes) {
        int count = times.length;
        double[][] parts = new double[3][count];
        double[] weights = new double[count];
        for (int row = 0; row < count; row++) {
            double scale = times[row] * times[row] * beta;
            double toward = rewards[row] * scale / Math.max(SMALLEST, sizes[row][0]);
            double away = (1 - rewards[row]) * scale / Math.max(SMALLEST, sizes[row][1]);
            weights[row] = toward + away;
            double share = toward / weights[row];
            double truth = (2 * share - 1) / beta;
            parts[0][row] = (1 - share) * (1 + beta) / beta - share * (1 - beta) / beta;
            parts[1][row] = -truth / times[row];
            parts[2][row] = truth / times[row];
        }
        return Regression.towards(arrays, rows, List.of(new Term<>(batch.old(), parts[0]), new Term<>(batch.data(), parts[1]), new Term<>(batch.noised(), parts[2])), weights);
    }

    private static void check(String what, int rows, double least, double... numbers) {
        if (numbers.length != rows) {
            throw new IllegalArgumentException("got " + numbers.length + " " + what + " for " + rows + " rows; give one for each");
        }
        IntStream.range(0, rows).filter(row -> !(numbers[row] >= least && numbers[row] <= 1)).findFirst().ifPresent(row -> {
            throw new IllegalArgumentException(what + " lie between " + least + " and 1, got " + numbers[row] + " for row " + row);
        });
    }
}
