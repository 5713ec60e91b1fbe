package io.github.diffusion4j.core.noise;

import java.io.Serializable;

/**
 * Which noise is meant. Two requests that are equal get the same numbers.
 *
 * <p>A source of independent draws tells requests apart by stream, index and draw. A Brownian source reads the interval
 * instead: it returns the increment of one path over it, divided by its standard deviation, so that draws over overlapping
 * intervals are correlated as the increments of that path are.
 *
 * @param stream what the noise is for
 * @param index the network evaluation of a run, or the iteration of a training loop, from 0
 * @param draw 0, or the number of the draw where one evaluation needs several
 * @param interval the stretch of the reverse process that the noise drives, {@link Interval#NONE} where there is none
 */
public record NoiseRequest(Stream stream, int index, int draw, Interval interval) implements Serializable {

    /**
     * A stretch of noise levels in EDM's coordinate {@code sigma / alpha}.
     *
     * @param from the level at which the stretch starts, 0 or more, may be infinite
     * @param to the level at which it ends
     */
    public record Interval(double from, double to) implements Serializable {

        /** No stretch: noise that drives no part of a reverse process. */
        public static final Interval NONE = new Interval(0, 0);

        /**
         * Checks the ends.
         *
         * @throws IllegalArgumentException if an end is negative or not a number
         */
        public Interval {
            if (!(from >= 0 && to >= 0)) {
                throw new IllegalArgumentException("noise levels are at least 0, got an interval from " + from + " to " + to);
            }
        }
    }

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
        return new NoiseRequest(Stream.START, 0, 0, Interval.NONE);
    }

    /**
     * The noise added after a network evaluation.
     *
     * @param evaluation the evaluation, from 0
     * @return the request
     */
    public static NoiseRequest step(int evaluation) {
        return new NoiseRequest(Stream.STEP, evaluation, 0, Interval.NONE);
    }

    /**
     * The noise of a training iteration.
     *
     * @param iteration the iteration, from 0
     * @return the request
     */
    public static NoiseRequest forward(int iteration) {
        return new NoiseRequest(Stream.FORWARD, iteration, 0, Interval.NONE);
    }
}
