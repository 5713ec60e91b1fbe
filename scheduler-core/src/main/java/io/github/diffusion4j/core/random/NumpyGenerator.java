package io.github.diffusion4j.core.random;

import java.io.Serializable;

/**
 * NumPy's legacy generator, {@code np.random.RandomState(seed)} or {@code np.random.seed(seed)}, as a value: every draw gives its numbers and the generator after it.
 * Normal numbers come from Marsaglia's polar method, of which half a pair may be left over for the next call.
 */
public final class NumpyGenerator implements Serializable {

    private static final long serialVersionUID = 1;

    private final MersenneTwister engine;
    private final double spare;
    private final boolean hasSpare;

    private NumpyGenerator(MersenneTwister engine, boolean hasSpare, double spare) {
        this.engine = engine;
        this.hasSpare = hasSpare;
        this.spare = spare;
    }

    /**
     * Numbers and the generator after them.
     *
     * @param values the numbers
     * @param next the generator after the draw
     */
    public record Draw(double[] values, NumpyGenerator next) {}

    /**
     * A generator.
     *
     * @param seed 0 to 2^32 - 1
     * @return the generator
     */
    public static NumpyGenerator seeded(long seed) {
        if (seed >>> 32 != 0) {
            throw new IllegalArgumentException("NumPy's legacy seeds lie in 0 .. 2^32 - 1, got " + seed);
        }
        return new NumpyGenerator(MersenneTwister.seeded((int) seed), false, 0);
    }

    /**
     * {@code rand}: uniform numbers in [0, 1) of 53 bits.
     *
     * @param count how many
     * @return the numbers
     */
    public Draw rand(int count) {
        MersenneTwister own = engine.copy();
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = uniform(own);
        }
        return new Draw(values, new NumpyGenerator(own, hasSpare, spare));
    }

    /**
     * {@code randn} or {@code standard_normal}.
     *
     * @param count how many
     * @return the numbers
     */
    public Draw randn(int count) {
        MersenneTwister own = engine.copy();
        double[] values = new double[count];
        boolean left = hasSpare;
        double half = spare;
        for (int i = 0; i < count; i++) {
            if (left) {
                values[i] = half;
            } else {
                double x;
                double y;
                double square;
                do {
                    x = 2 * uniform(own) - 1;
                    y = 2 * uniform(own) - 1;
                    square = x * x + y * y;
                } while (square >= 1 || square == 0);
                double factor = Math.sqrt(-2 * DoubleDouble.ln(square) / square);
                half = factor * x;
                values[i] = factor * y;
            }
            left = !left;
        }
        return new Draw(values, new NumpyGenerator(own, left, half));
    }

    private static double uniform(MersenneTwister own) {
        return ((own.next() >>> 5) * 67108864.0 + (own.next() >>> 6)) / 9007199254740992.0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NumpyGenerator generator && engine.equals(generator.engine) && hasSpare == generator.hasSpare && spare == generator.spare;
    }

    @Override
    public int hashCode() {
        return 31 * engine.hashCode() + Double.hashCode(spare);
    }

    @Override
    public String toString() {
        return "NumpyGenerator[" + engine + (hasSpare ? ", a number left over" : "") + "]";
    }
}
