package io.github.diffusion4j.core.kernel;

import java.util.stream.IntStream;

/** Work on blocks, by several threads where there are enough values to pay for them. Results must not depend on how blocks are divided. */
final class Parallel {

    /** From this many values on two threads are faster than one, measured with the cheapest work there is. */
    private static final long WORTH_IT = 1 << 16;

    private Parallel() {}

    /** Works on the blocks {@code first .. last-1}. */
    interface Range {
        void run(int first, int last);
    }

    static void run(int blocks, long values, Range work) {
        int parts = values < WORTH_IT ? 1 : Math.min(blocks, Runtime.getRuntime().availableProcessors());
        if (parts <= 1) {
            work.run(0, blocks);
            return;
        }
        IntStream.range(0, parts).parallel().forEach(part -> work.run((int) ((long) blocks * part / parts), (int) ((long) blocks * (part + 1) / parts)));
    }
}
