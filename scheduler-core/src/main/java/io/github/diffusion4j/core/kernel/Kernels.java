package io.github.diffusion4j.core.kernel;

import java.lang.ref.Reference;
import java.util.List;

/** Fills and combines arrays of any layout; HALF and BFLOAT16 are computed in FLOAT. */
public final class Kernels {

    private Kernels() {}

    /** Makes the values of one sample, block by block. */
    @FunctionalInterface
    public interface Generator {

        /**
         * Writes a block of values. Must not fail.
         *
         * @param sample the index along the first axis
         * @param position the flat index, within the sample, of the block's first value; a multiple of {@link Scratch#SIZE}
         * @param out where they go, from the first place on
         * @param count how many values, at most {@link Scratch#SIZE}
         * @param scratch where to compute
         */
        void generate(int sample, int position, float[] out, int count, Scratch scratch);
    }

    /**
     * Writes a linear combination, {@code out = w_1 x_1 + w_2 x_2 + ...}, in one pass where the memory allows it. Terms of weight 0 are not read.
     *
     * @param <A> the array of the library
     * @param arrays the library
     * @param rows what has weights of its own
     * @param out the result; must not overlap a term unless it is that very array, in place
     * @param chained whether one rounding for each term will do, see {@link Pass#assign(int, double, boolean[], double[][])}
     * @param terms the summands, each of the result's shape, or with axes of size 1 along which it repeats
     * @throws IllegalArgumentException if shapes do not go together, a type is not supported, or there are neither one weight nor one for each row
     */
    public static <A> void combine(Arrays<A> arrays, Rows rows, A out, boolean chained, List<Term<A>> terms) {
        combine(arrays, rows, List.of(out), chained, List.of(terms));
    }

    /**
     * Writes several linear combinations of the same arrays, reading each once.
     *
     * @param <A> the array of the library
     * @param arrays the library
     * @param rows what has weights of its own
     * @param outs the results
     * @param chained whether one rounding for each term will do
     * @param sums for each result its summands: the same arrays in the same order
     * @throws IllegalArgumentException if shapes do not go together, a type is not supported, or there are neither one weight nor one for each row
     */
    public static <A> void combine(Arrays<A> arrays, Rows rows, List<A> outs, boolean chained, List<List<Term<A>>> sums) {
        int count = sums.get(0).size();
        ArrayPass<A> pass = new ArrayPass<>(arrays, rows, count + outs.size());
        for (int k = 0; k < count; k++) {
            pass.read(k, sums.get(0).get(k).array());
        }
        for (int k = 0; k < outs.size(); k++) {
            pass.write(count + k, outs.get(k));
            pass.assign(count + k, Double.POSITIVE_INFINITY, chained ? Pass.CHAINED : Pass.PAIRED, Term.weights(sums.get(k), rows.count(arrays.shape(outs.get(k)))));
        }
        pass.run();
    }

    /**
     * Fills an array with generated values, on several threads if there are many; a value depends on its sample and its place in the sample only.
     *
     * @param out the array to fill
     * @param generator makes the values, on any thread
     */
    public static void generate(HostArray out, Generator generator) {
        generate(out, out.samples(), generator);
    }

    /**
     * Fills an array with generated values as if it were one sample, on several threads if there are many; a value depends on its place in C order only.
     *
     * @param out the array to fill
     * @param generator makes the values, on any thread
     */
    public static void generateWhole(HostArray out, Generator generator) {
        generate(out, 1, generator);
    }

    private static void generate(HostArray out, int samples, Generator generator) {
        out.type().computed();
        Memory memory = out.memory();
        int length = out.length() / samples;
        Parallel.run(samples, length, out.length() * Parallel.NOISE, (sample, start, count, scratch) -> {
            float[] block = scratch.floats(1)[0];
            generator.generate(sample, start, block, count, scratch);
            memory.write(sample * length + start, block, 0, count);
        });
        Reference.reachabilityFence(out);
    }
}
