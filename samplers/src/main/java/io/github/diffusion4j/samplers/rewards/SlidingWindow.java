package io.github.diffusion4j.samplers.rewards;

import java.io.Serializable;

/**
 * A window that slides from the noisy steps of a run to the clean ones in the course of a training (MixGRPO, Li et al., arXiv:2507.21802, code). It stays at a place for some
 * iterations, moves on by the stride, and is cut off at the last step that is trained. When it has passed all steps it stays at its last place, or begins again.
 *
 * <p>The published code moves on to {@code steps} itself, where the window is empty: an iteration trains nothing. With rolling back that happens where a place falls exactly on {@code steps},
 * for as long as the window stays there; without, from then on for good. {@link #asPublished} repeats it; without it no window is empty.
 *
 * @param size the length of a window that is not cut off, at least 1; 4 was published
 * @param stride how far it moves, at least 1
 * @param steps how many steps are trained: those from 0 to {@code steps - 1}, at least 1
 * @param stay how many iterations it stays
 * @param start the first place, from 0 to {@code steps - 1}
 * @param again whether it begins again at the first place
 * @param published whether it empties as in the published code
 */
public record SlidingWindow(int size, int stride, int steps, Stay stay, int start, boolean again, boolean published) implements Serializable {

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is out of its domain, naming them
     */
    public SlidingWindow {
        if (size < 1 || stride < 1 || steps < 1) {
            throw new IllegalArgumentException("a sliding window has a size, a stride and steps to train of at least 1, got " + size + ", " + stride + " and " + steps);
        }
        if (start < 0 || start >= steps) {
            throw new IllegalArgumentException("a window that slides over " + steps + " steps starts at 0 to " + (steps - 1) + ", got " + start);
        }
    }

    /** How long a window stays at a place. */
    public sealed interface Stay extends Serializable permits Linear, Exponential {

        /**
         * The iterations at a place.
         *
         * @param first the first step of the window
         * @param steps how many steps are trained
         * @return the number, at least 1
         */
        long iterations(int first, int steps);

        /**
         * The same everywhere (MixGRPO's {@code progressive}).
         *
         * @param iterations at least 1; 25 were published
         * @return the rule
         */
        static Stay constant(long iterations) {
            return new Linear(iterations, iterations);
        }

        /**
         * {@code max(least, floor(most (1 - p) + least p))} with {@code p = first / steps} (MixGRPO's {@code decay}).
         *
         * @param most the iterations at step 0, at least 1
         * @param least the fewest, at least 1
         * @return the rule
         */
        static Stay linear(long most, long least) {
            return new Linear(most, least);
        }

        /**
         * {@code ceil(most exp(-rate max(0, first - threshold)))} (MixGRPO's {@code exp_decay}).
         *
         * @param most the iterations up to the threshold, at least 1
         * @param threshold the last place with so many; 13 was published
         * @param rate the decline for each step after it, finite; 0.1 was published
         * @return the rule
         */
        static Stay exponential(long most, int threshold, double rate) {
            return new Exponential(most, threshold, rate);
        }
    }

    /**
     * Iterations that fall linearly with the place.
     *
     * @param most at step 0
     * @param least the fewest
     */
    public record Linear(long most, long least) implements Stay {

        /** Checks the numbers. */
        public Linear {
            if (most < 1 || least < 1) {
                throw new IllegalArgumentException("a window stays for at least 1 iteration, got " + most + " and " + least);
            }
        }

        @Override
        public long iterations(int first, int steps) {
            double passed = (double) first / steps;
            return Math.max(least, (long) (most * (1 - passed) + least * passed));
        }
    }

    /**
     * Iterations that fall exponentially with the place.
     *
     * @param most up to the threshold
     * @param threshold the last place with so many
     * @param rate the decline for each step after it
     */
    public record Exponential(long most, int threshold, double rate) implements Stay {

        /** Checks the numbers. */
        public Exponential {
            if (most < 1 || !Double.isFinite(rate)) {
                throw new IllegalArgumentException("a window stays for at least 1 iteration and that declines at a finite rate, got " + most + " and " + rate);
            }
        }

        @Override
        public long iterations(int first, int steps) {
            return Math.max(1, (long) Math.ceil(most * Math.exp(-rate * Math.max(0, first - threshold))));
        }
    }

    /**
     * A window that moves by its own length and stays at its last place in the end.
     *
     * @param size the length, at least 1
     * @param steps how many steps are trained, at least 1; leave out the last step of a run, nothing undoes its noise
     * @param stay how many iterations it stays
     * @return the window
     */
    public static SlidingWindow of(int size, int steps, Stay stay) {
        return new SlidingWindow(size, size, steps, stay, 0, false, false);
    }

    /**
     * The same with another stride, shorter than the window where places overlap (MixGRPO's {@code prog_overlap}).
     *
     * @param other how far it moves, at least 1
     * @return the window
     */
    public SlidingWindow withStride(int other) {
        return new SlidingWindow(size, other, steps, stay, start, again, published);
    }

    /**
     * The same from another first place.
     *
     * @param other the first place
     * @return the window
     */
    public SlidingWindow withStart(int other) {
        return new SlidingWindow(size, stride, steps, stay, other, again, published);
    }

    /**
     * The same, beginning again when all steps are passed (MixGRPO's {@code roll_back}).
     *
     * @return the window
     */
    public SlidingWindow rollingBack() {
        return new SlidingWindow(size, stride, steps, stay, start, true, published);
    }

    /**
     * The same with the empty windows of the published code.
     *
     * @return the window
     */
    public SlidingWindow asPublished() {
        return new SlidingWindow(size, stride, steps, stay, start, again, true);
    }

    /**
     * The window of an iteration.
     *
     * @param iteration the training iteration, from 0
     * @return the window; empty only as published
     * @throws IllegalArgumentException if the iteration is negative
     */
    public Window at(long iteration) {
        if (iteration < 0) {
            throw new IllegalArgumentException("training iterations count from 0, got " + iteration);
        }
        int last = published ? steps : steps - 1;
        long left = again ? iteration % round(last) : iteration;
        int first = start;
        while (left >= stay.iterations(first, steps)) {
            if (stride > last - first) {
                return window(published ? steps : first);
            }
            left -= stay.iterations(first, steps);
            first += stride;
        }
        return window(first);
    }

    private Window window(int first) {
        return new Window(first, Math.min(size, steps - first));
    }

    /** The iterations until it begins again. */
    private long round(int last) {
        long round = 0;
        for (int first = start; first <= last; first += stride) {
            round += stay.iterations(first, steps);
        }
        return round;
    }
}
