package io.github.diffusion4j.core.kernel;

import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/** Work on blocks, by several threads where there are enough values to pay for them. Results must not depend on how blocks are divided. */
final class Parallel {

    /** How much longer a random number takes than a sum of two values. */
    static final long NOISE = 16;

    /** From so much work on two threads are faster than one; the unit is a sum of two values. */
    private static final long WORTH_IT = 1 << 18;

    /** Parts for each processor, so that one that is busy elsewhere does not hold up the others. */
    private static final int PARTS = 4;

    private Parallel() {}

    /** Works on one block of one row. */
    interface Block {
        void work(int row, int start, int count, Scratch scratch);
    }

    /**
     * Works on all blocks of {@link Scratch#SIZE} values, and a rest, of each row. Where one fails the others are waited for, so that no thread is left writing when the failure is told.
     */
    static void run(int rows, int length, long work, Block block) {
        int each = (length + Scratch.SIZE - 1) / Scratch.SIZE;
        int blocks = rows * each;
        int processors = Runtime.getRuntime().availableProcessors();
        int parts = work < WORTH_IT || processors == 1 ? 1 : Math.min(blocks, PARTS * processors);
        if (parts <= 1) {
            range(0, blocks, each, length, block);
            return;
        }
        AtomicReference<Throwable> failure = new AtomicReference<>();
        IntStream.range(0, parts).parallel().forEach(part -> {
            try {
                range((int) ((long) blocks * part / parts), (int) ((long) blocks * (part + 1) / parts), each, length, block);
            } catch (RuntimeException | Error e) {
                failure.set(e);
            }
        });
        if (failure.get() instanceof Error error) {
            throw error;
        }
        if (failure.get() instanceof RuntimeException exception) {
            throw exception;
        }
    }

    /** The blocks {@code first .. last-1}, counted over all rows. */
    private static void range(int first, int last, int each, int length, Block block) {
        Scratch scratch = Scratch.take();
        for (int i = first; i < last; i++) {
            int start = i % each * Scratch.SIZE;
            block.work(i / each, start, Math.min(Scratch.SIZE, length - start), scratch);
        }
        scratch.give();
    }
}
