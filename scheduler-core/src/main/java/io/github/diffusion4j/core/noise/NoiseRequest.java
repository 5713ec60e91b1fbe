package io.github.diffusion4j.core.noise;

import java.io.Serializable;

/**
 * Which noise is meant. Two requests that are equal get the same numbers; two that differ get independent ones.
 *
 * @param stream what the noise is for
 * @param index the network evaluation of a run, or the iteration of a training loop, from 0
 * @param draw 0, or the number of the draw where one evaluation needs several
 */
public record NoiseRequest(Stream stream, int index, int draw) implements Serializable {

    /** What noise is for; each use has its own stream, so that none repeats another's numbers. */
    public enum Stream {
        /** The sample a run starts from. */
        START,
        /** The noise a stochastic step adds. */
        STEP,
        /** The noise of a training batch or of an explicit forward process. */
        FORWARD
    }

    /**
     * Checks the request.
     *
     * @throws IllegalArgumentException if a number is out of range
     */
    public NoiseRequest {
        if (index < 0 || draw < 0 || draw >= 1 << 24) {
            throw new IllegalArgumentException("index and draw count from 0 (draw below 2^24), got index=" + index + ", draw=" + draw);
        }
    }

    /**
     * The noise a run starts from.
     *
     * @return the request
     */
    public static NoiseRequest start() {
        return new NoiseRequest(Stream.START, 0, 0);
    }

    /**
     * The noise added after a network evaluation.
     *
     * @param evaluation the evaluation, from 0
     * @return the request
     */
    public static NoiseRequest step(int evaluation) {
        return new NoiseRequest(Stream.STEP, evaluation, 0);
    }

    /**
     * The noise of a training iteration.
     *
     * @param iteration the iteration, from 0
     * @return the request
     */
    public static NoiseRequest forward(int iteration) {
        return new NoiseRequest(Stream.FORWARD, iteration, 0);
    }
}
