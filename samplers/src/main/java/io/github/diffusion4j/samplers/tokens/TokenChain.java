package io.github.diffusion4j.samplers.tokens;

import io.github.diffusion4j.core.plan.RunKey;
import io.github.diffusion4j.core.tokens.TokenPlan;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * A Markov chain of tokens with any kernel: D3PM's (Austin et al., arXiv:2107.03006). Time {@code k / T} is the level after k of T steps; other times are taken to the next level. The products of the
 * matrices are held, {@code 8 (T + 1) K^2} bytes.
 */
public final class TokenChain implements TokenForward {

    private static final long serialVersionUID = 1;
    static final double ROUNDING = 1e-9;
    private static final double OFFSET = 0.008;
    private static final double MOST_BETA = 0.999;
    private static final int HASH_DIGITS = 16;

    private final TokenKernel kernel;
    private final List<Double> betas;
    private final transient double[][][] products;
    private final transient String hash;

    private TokenChain(TokenKernel kernel, List<Double> betas) {
        this.kernel = kernel;
        this.betas = List.copyOf(betas);
        if (kernel.classes() < 2 || betas.isEmpty()) {
            throw new IllegalArgumentException("a chain has at least two classes and one step, got " + kernel.classes() + " classes and " + betas.size() + " steps");
        }
        this.hash = RunKey.sha256(betas.toString().getBytes(StandardCharsets.UTF_8)).substring(0, HASH_DIGITS);
        this.products = new double[betas.size() + 1][][];
        products[0] = identity(kernel.classes());
        for (int k = 0; k < betas.size(); k++) {
            products[k + 1] = product(products[k], kernel.matrix(betas.get(k)));
        }
    }

    /**
     * A chain.
     *
     * @param kernel its kernel
     * @param betas how much noise each step adds
     * @return the process
     * @throws IllegalArgumentException if a step is no distribution
     */
    public static TokenChain of(TokenKernel kernel, double... betas) {
        return new TokenChain(kernel, DoubleStream.of(betas).boxed().toList());
    }

    /**
     * Betas at equal distances.
     *
     * @param steps T
     * @param first the first
     * @param last the last
     * @return the betas; D3PM takes 1e-4 to 0.02 for the Gaussian kernel and 0.02 to 1 for the uniform one
     */
    public static double[] linearBetas(int steps, double first, double last) {
        return betas(steps, k -> steps == 1 ? first : first + k * (last - first) / (steps - 1));
    }

    /**
     * D3PM's cosine: {@code min(1 - f(k + 1) / f(k), 0.999)} with {@code f(k) = cos((k / T + 0.008) / 1.008 pi / 2)}, not squared.
     *
     * @param steps T
     * @return the betas
     */
    public static double[] cosineBetas(int steps) {
        IntToDoubleFunction f = k -> StrictMath.cos(((double) k / steps + OFFSET) / (1 + OFFSET) * Math.PI / 2);
        return betas(steps, k -> Math.min(1 - f.applyAsDouble(k + 1) / f.applyAsDouble(k), MOST_BETA));
    }

    /**
     * {@code 1 / (T - k)}, which loses as many tokens in each step: for the absorbing kernel.
     *
     * @param steps T
     * @return the betas
     */
    public static double[] evenBetas(int steps) {
        return betas(steps, k -> 1.0 / (steps - k));
    }

    private static double[] betas(int steps, IntToDoubleFunction each) {
        return IntStream.range(0, steps).mapToDouble(each).toArray();
    }

    private static double[][] identity(int size) {
        double[][] identity = new double[size][size];
        IntStream.range(0, size).forEach(k -> identity[k][k] = 1);
        return identity;
    }

    private static double[][] product(double[][] left, double[][] right) {
        double[][] product = new double[left.length][];
        Arrays.setAll(product, row -> times(left[row], right));
        return product;
    }

    /** A row vector times a matrix. */
    private static double[] times(double[] row, double[][] matrix) {
        double[] product = new double[matrix[0].length];
        for (int k = 0; k < row.length; k++) {
            double weight = row[k];
            for (int j = 0; weight != 0 && j < product.length; j++) {
                product[j] += weight * matrix[k][j];
            }
        }
        return product;
    }

    /**
     * The number of steps.
     *
     * @return T
     */
    public int steps() {
        return betas.size();
    }

    /**
     * The level of a time.
     *
     * @param time the time, 0 to 1
     * @return after how many steps, the next number from {@code time T} on
     */
    public int level(double time) {
        if (!(time >= 0 && time <= 1)) {
            throw new IllegalArgumentException("times run from 0 (data) to 1 (noise), got " + time);
        }
        return (int) Math.ceil(time * steps() - ROUNDING);
    }

    @Override
    public int states() {
        return kernel.classes();
    }

    @Override
    public int mask() {
        return kernel instanceof TokenKernel.Absorbing absorbing ? absorbing.mask() : TokenPlan.NO_MASK;
    }

    @Override
    public double[] marginal(double time, double... weights) {
        return times(weights, products[level(time)]);
    }

    @Override
    public double[] expectation(double time, double... values) {
        double[][] matrix = products[level(time)];
        return IntStream.range(0, values.length).mapToDouble(k -> IntStream.range(0, values.length).mapToDouble(x -> matrix[k][x] * values[x]).sum()).toArray();
    }

    @Override
    public IntFunction<double[]> likelihood(double from, double to) {
        double[][] between = products[level(to)];
        if (level(from) > 0) {
            between = identity(states());
            for (int k = level(from); k < level(to); k++) {
                between = product(between, kernel.matrix(betas.get(k)));
            }
        }
        double[][] matrix = between;
        return token -> Arrays.stream(matrix).mapToDouble(row -> row[token]).toArray();
    }

    /** By the cumulative sum of the token's row; the last class with a probability where rounding leaves the sum below. */
    @Override
    public int noised(int clean, double time, double uniform, int random) {
        double[] row = products[level(time)][clean];
        int token = clean;
        double sum = 0;
        for (int k = 0; k < row.length && sum <= uniform; k++) {
            sum += row[k];
            token = row[k] > 0 ? k : token;
        }
        return token;
    }

    private Object readResolve() {
        return new TokenChain(kernel, betas);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TokenChain chain && kernel.equals(chain.kernel) && betas.equals(chain.betas);
    }

    @Override
    public int hashCode() {
        return 31 * kernel.hashCode() + betas.hashCode();
    }

    @Override
    public String toString() {
        return "TokenChain[" + kernel + ", " + steps() + " steps, betas from " + betas.get(0) + " to " + betas.get(steps() - 1) + ", hash " + hash + "]";
    }
}
