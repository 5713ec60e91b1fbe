package io.github.diffusion4j.core.training;

import io.github.diffusion4j.core.noise.CounterUniform;
import java.io.Serializable;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * How the uniform numbers of a training batch go together. Each is uniform in (0, 1), so every choice has the same expectation; the more evenly a batch covers the unit interval, the less its
 * loss varies. A batch may be one of several, of workers or of accumulated gradients, that are covered together.
 *
 * @param kind how numbers are chosen
 * @param group which of the batches this is, from 0
 * @param groups how many batches there are
 */
public record Uniforms(Kind kind, int group, int groups) implements Serializable {

    /** The least number that is drawn; 0 would be the clean end itself, whose sigma has no logarithm. */
    private static final double LEAST = 0x1p-54;
    private static final double MOST = 1 - 0x1p-53;

    /** How numbers are chosen. */
    public enum Kind {
        /** Independently for each sample. */
        INDEPENDENT,
        /** One from each of as many strata as there are samples: {@code (g + i G + U_i) / (B G)} in group g of G. */
        STRATIFIED,
        /** In pairs u and 1 - u: the second half of a batch mirrors the first. */
        ANTITHETIC,
        /** At equal distances: {@code (U + (g + i G) / (B G)) mod 1} with one U (Kingma et al., arXiv:2107.00630, appendix I.1). */
        LOW_DISCREPANCY
    }

    /** Checks the group. */
    public Uniforms {
        if (groups < 1 || group < 0 || group >= groups) {
            throw new IllegalArgumentException("groups count from 0, got group " + group + " of " + groups);
        }
    }

    /**
     * Independent numbers.
     *
     * @return the choice
     */
    public static Uniforms independent() {
        return new Uniforms(Kind.INDEPENDENT, 0, 1);
    }

    /**
     * One number from each stratum.
     *
     * @return the choice
     */
    public static Uniforms stratified() {
        return new Uniforms(Kind.STRATIFIED, 0, 1);
    }

    /**
     * Pairs of u and 1 - u.
     *
     * @return the choice
     */
    public static Uniforms antithetic() {
        return new Uniforms(Kind.ANTITHETIC, 0, 1);
    }

    /**
     * Numbers at equal distances.
     *
     * @return the choice
     */
    public static Uniforms lowDiscrepancy() {
        return new Uniforms(Kind.LOW_DISCREPANCY, 0, 1);
    }

    /**
     * The numbers of one of several batches of one size that belong together, with the same seed and iteration: of workers, or of gradients that are accumulated.
     *
     * @param which which batch, from 0
     * @param of how many there are
     * @return the choice
     */
    public Uniforms inGroup(int which, int of) {
        return new Uniforms(kind, which, of);
    }

    /**
     * The number of a sample among those of all groups: noise is drawn by it too, so that batches of several workers are together one batch, split up.
     *
     * @param sample the sample in its batch, from 0
     * @return {@code group + sample groups}
     */
    public int place(int sample) {
        return group + sample * groups;
    }

    /**
     * The numbers of a batch.
     *
     * @param numbers the random numbers
     * @param iteration the training iteration, from 0
     * @param batch the number of samples, at least 1
     * @return a number in (0, 1) for each sample
     */
    public double[] of(CounterUniform numbers, int iteration, int batch) {
        return of(place -> numbers.at(iteration, place), batch);
    }

    /**
     * The numbers of a batch, of given random numbers.
     *
     * @param numbers the independent random numbers of this iteration, in [0, 1), by their place: that of sample i in group g of G is {@code g + i G}; with low discrepancy all batches share that
     *        of place 0
     * @param batch the number of samples, at least 1
     * @return a number in (0, 1) for each sample
     */
    public double[] of(IntToDoubleFunction numbers, int batch) {
        if (batch < 1) {
            throw new IllegalArgumentException("a batch needs at least one sample, got " + batch);
        }
        return IntStream.range(0, batch).mapToDouble(i -> Math.min(MOST, Math.max(LEAST, number(numbers, batch, i)))).toArray();
    }

    private double number(IntToDoubleFunction numbers, int batch, int i) {
        int place = place(i);
        double all = (double) batch * groups;
        int half = (batch + 1) / 2;
        return switch (kind) {
            case INDEPENDENT -> numbers.applyAsDouble(place);
            case STRATIFIED -> (place + numbers.applyAsDouble(place)) / all;
            case ANTITHETIC -> i < half ? numbers.applyAsDouble(place) : 1 - numbers.applyAsDouble(place - half * groups);
            case LOW_DISCREPANCY -> {
                double u = numbers.applyAsDouble(0) + place / all;
                yield u - Math.floor(u);
            }
        };
    }
}
