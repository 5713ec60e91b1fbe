package io.github.diffusion4j.samplers.rewards;

import java.io.Serializable;

/**
 * The steps of a run that reinforcement learning trains, and on which the run is stochastic; all others are deterministic.
 *
 * @param first the index of the first step, from 0
 * @param length how many steps, at least 0
 */
public record Window(int first, int length) implements Serializable {

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is negative
     */
    public Window {
        if (first < 0 || length < 0) {
            throw new IllegalArgumentException("a window has a first step and a length of at least 0, got " + first + " and " + length);
        }
    }

    /**
     * Whether a step is inside.
     *
     * @param step the index of the step
     * @return whether it is trained
     */
    public boolean contains(int step) {
        return step >= first && step - first < length;
    }

    /**
     * A window anywhere, each place equally likely: {@code first} uniform in {@code [from, to - size]} (MixGRPO's {@code random}, Li et al., arXiv:2507.21802; Flow-GRPO-Fast). Never let it
     * reach the last step of a run: nothing undoes its noise.
     *
     * @param size the length, at least 1
     * @param from the first step that may be inside, at least 0
     * @param to the step after the last that may be inside, at least {@code from + size}
     * @param uniform a random number in [0, 1)
     * @return the window
     * @throws IllegalArgumentException if no such window exists, or the number is outside
     */
    public static Window anywhere(int size, int from, int to, double uniform) {
        if (size < 1 || from < 0 || to - from < size) {
            throw new IllegalArgumentException("a window of at least one step must fit into the steps from 0 on that it may have, got " + size + " steps in " + from + " to " + to);
        }
        if (!(uniform >= 0 && uniform < 1)) {
            throw new IllegalArgumentException("a place is drawn by a number in [0, 1), got " + uniform);
        }
        return new Window(from + (int) (uniform * (to - from - size + 1)), size);
    }
}
