package io.github.diffusion4j.core.random;

import java.io.Serializable;

/**
 * PyTorch's CPU generator, {@code torch.Generator().manual_seed(seed)}, as a value: every draw gives its numbers and the generator after it, and changes nothing. Bits are
 * those of the x86-64 builds; in FLOAT64 about one number in a hundred may differ in the last bit, where the C library does not round correctly.
 *
 * <pre>{@code
 *   TorchGenerator.Draw latents = TorchGenerator.seeded(42).randn(TorchType.FLOAT32, 4 * 64 * 64);
 *   TorchGenerator.Draw noise = latents.next().randn(TorchType.FLOAT32, 4 * 64 * 64);
 * }</pre>
 *
 * <p>Fewer than 16 normal numbers come from Box-Muller in double, one by one, and half a pair may be left over for the next such call; 16 or more from blocks of 16, of
 * which an incomplete last one is drawn anew over the end of the array.
 */
public final class TorchGenerator implements Serializable {

    private static final long serialVersionUID = 1;

    /** What {@code torch.default_generator} starts with. */
    public static final long DEFAULT_SEED = 67280421310721L;

    private final MersenneTwister engine;
    private final double spare;
    private final boolean hasSpare;

    private TorchGenerator(MersenneTwister engine, boolean hasSpare, double spare) {
        this.engine = engine;
        this.hasSpare = hasSpare;
        this.spare = spare;
    }

    /**
     * Floating-point numbers and the generator after them.
     *
     * @param values the numbers, exact in their type
     * @param next the generator after the draw
     */
    public record Draw(double[] values, TorchGenerator next) {}

    /**
     * Whole numbers and the generator after them.
     *
     * @param values the numbers
     * @param next the generator after the draw
     */
    public record Integers(long[] values, TorchGenerator next) {}

    /**
     * A generator.
     *
     * @param seed the seed; only its lower 32 bits matter, as in PyTorch
     * @return the generator
     */
    public static TorchGenerator seeded(long seed) {
        return new TorchGenerator(MersenneTwister.seeded((int) seed), false, 0);
    }

    /**
     * {@code torch.randn} of a contiguous tensor.
     *
     * @param type the data type
     * @param count the number of elements
     * @return the numbers
     */
    public Draw randn(TorchType type, int count) {
        checkCount(count);
        MersenneTwister own = engine.copy();
        return count < TorchNormalBlock.SIZE ? few(own, type, count) : blocks(own, type, count);
    }

    private Draw few(MersenneTwister own, TorchType type, int count) {
        double[] values = new double[count];
        boolean left = hasSpare;
        double half = spare;
        for (int i = 0; i < count; i++) {
            if (left) {
                values[i] = type.round(half);
            } else {
                double angle = 2 * Math.PI * TorchType.FLOAT64.uniform(own);
                double radius = Math.sqrt(-2 * StrictMath.log1p(-TorchType.FLOAT64.uniform(own)));
                values[i] = type.round(radius * StrictMath.cos(angle));
                half = radius * StrictMath.sin(angle);
            }
            left = !left;
        }
        return new Draw(values, new TorchGenerator(own, left, half));
    }

    private Draw blocks(MersenneTwister own, TorchType type, int count) {
        double[] values = new double[count];
        fill(own, type, values, 0, count);
        TorchNormalBlock block = TorchNormalBlock.of(type);
        for (int at = 0; at + TorchNormalBlock.SIZE <= count; at += TorchNormalBlock.SIZE) {
            block.transform(values, at);
        }
        if (count % TorchNormalBlock.SIZE != 0) {
            int at = count - TorchNormalBlock.SIZE;
            fill(own, type, values, at, TorchNormalBlock.SIZE);
            block.transform(values, at);
        }
        return new Draw(values, new TorchGenerator(own, hasSpare, spare));
    }

    /**
     * The generator after some equal calls of {@code torch.randn}, without their numbers.
     *
     * @param type the data type
     * @param count the number of elements of each
     * @param calls how many calls
     * @return the generator
     */
    public TorchGenerator afterRandn(TorchType type, int count, int calls) {
        checkCount(count);
        if (count < TorchNormalBlock.SIZE) {
            TorchGenerator generator = this;
            for (int i = 0; i < calls; i++) {
                generator = generator.randn(type, count).next();
            }
            return generator;
        }
        long redrawn = count % TorchNormalBlock.SIZE == 0 ? 0 : TorchNormalBlock.SIZE;
        MersenneTwister own = engine.copy();
        own.skip(calls * (count + redrawn) * (type == TorchType.FLOAT64 ? 2 : 1));
        return new TorchGenerator(own, hasSpare, spare);
    }

    /**
     * {@code torch.rand}: uniform numbers in [0, 1).
     *
     * @param type the data type
     * @param count the number of elements
     * @return the numbers
     */
    public Draw rand(TorchType type, int count) {
        checkCount(count);
        MersenneTwister own = engine.copy();
        double[] values = new double[count];
        fill(own, type, values, 0, count);
        return new Draw(values, new TorchGenerator(own, hasSpare, spare));
    }

    /**
     * {@code exponential_}: exponential numbers with mean 1, {@code -log1p(-u)} with u of 53 bits of a word of 64, rounded to the type. The plain kernel's: wheels with MKL from about 2.0 to 2.6 draw
     * others.
     *
     * @param type the data type
     * @param count the number of elements
     * @return the numbers
     */
    public Draw exponential(TorchType type, int count) {
        checkCount(count);
        MersenneTwister own = engine.copy();
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = type.round(-StrictMath.log1p(-TorchType.FLOAT64.uniform(own)));
        }
        return new Draw(values, new TorchGenerator(own, hasSpare, spare));
    }

    /**
     * {@code torch.multinomial} of one class for each row of weights: the largest {@code w / E} with numbers of {@link #exponential}.
     *
     * @param type the data type of the weights
     * @param weights the rows of weights, one after another
     * @param classes the length of a row
     * @return the classes
     * @throws IllegalArgumentException if there are no whole rows
     */
    public Integers multinomial(TorchType type, double[] weights, int classes) {
        if (classes < 1 || weights.length % classes != 0) {
            throw new IllegalArgumentException("multinomial draws from whole rows of weights, got " + weights.length + " weights for rows of " + classes);
        }
        Draw numbers = exponential(type, weights.length);
        long[] chosen = new long[weights.length / classes];
        for (int i = 0; i < weights.length; i++) {
            int row = i / classes;
            int best = row * classes + (int) chosen[row];
            if (type.round(weights[i] / numbers.values()[i]) > type.round(weights[best] / numbers.values()[best])) {
                chosen[row] = i % classes;
            }
        }
        return new Integers(chosen, numbers.next());
    }

    /**
     * The generator after some words of 32 bits: one for each number of {@link #rand} in FLOAT32 and of a narrow {@link #randint}, two for one of {@link #exponential}.
     *
     * @param words how many words
     * @return the generator
     */
    public TorchGenerator afterWords(long words) {
        MersenneTwister own = engine.copy();
        own.skip(words);
        return new TorchGenerator(own, hasSpare, spare);
    }

    /**
     * {@code torch.randint}. Ranges of 2^32 and more take 64 random bits; newer versions of PyTorch do so from 2^28 on.
     *
     * @param low the lowest number
     * @param high one more than the highest
     * @param count the number of elements
     * @return the numbers
     */
    public Integers randint(long low, long high, int count) {
        checkCount(count);
        long range = high - low;
        if (high <= low) {
            throw new IllegalArgumentException("randint needs low < high, got " + low + " and " + high);
        }
        boolean wide = Long.compareUnsigned(range, 1L << 32) >= 0;
        MersenneTwister own = engine.copy();
        long[] values = new long[count];
        for (int i = 0; i < count; i++) {
            long word = wide ? own.nextLong() : Integer.toUnsignedLong(own.next());
            values[i] = low + Long.remainderUnsigned(word, range);
        }
        return new Integers(values, new TorchGenerator(own, hasSpare, spare));
    }

    private static void fill(MersenneTwister own, TorchType type, double[] values, int at, int count) {
        for (int i = at; i < at + count; i++) {
            values[i] = type.uniform(own);
        }
    }

    private static void checkCount(int count) {
        if (count < 0) {
            throw new IllegalArgumentException("a number of elements is at least 0, got " + count);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TorchGenerator generator && engine.equals(generator.engine) && hasSpare == generator.hasSpare && spare == generator.spare;
    }

    @Override
    public int hashCode() {
        return 31 * engine.hashCode() + Double.hashCode(spare);
    }

    @Override
    public String toString() {
        return "TorchGenerator[" + engine + (hasSpare ? ", a number left over" : "") + "]";
    }
}
