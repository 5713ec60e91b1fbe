package io.github.diffusion4j.samplers.training;

import java.io.Serializable;

/**
 * The earlier time r of a pair (t, r) in consistency tuning, which comes closer to t from stage to stage: {@code r = max(0, t (1 - q^-(stage + 1) (1 + k / (1 + exp(b t)))))} (Geng et al.,
 * "ECT", arXiv:2406.14548, section 3, code). Times are EDM's noise levels. At r = 0 the target is the data: the first stage is diffusion training where t is small. Without k it is
 * {@code r / t = 1 - q^-(stage + 1)} everywhere.
 *
 * @param q how much closer a stage is than the one before, above 1; 2, or 256 to begin near the end
 * @param k how much farther apart small times are, at least 0; 8 was published, 0 is the constant rule
 * @param b where times count as small, finite; 1 was published
 */
public record TimePair(double q, double k, double b) implements Serializable {

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is out of its domain, naming them
     */
    public TimePair {
        if (!(q > 1 && Double.isFinite(q) && k >= 0 && Double.isFinite(k) && Double.isFinite(b))) {
            throw new IllegalArgumentException("pairs of times need q above 1, k of at least 0 and b, all finite, got " + q + ", " + k + " and " + b);
        }
    }

    /**
     * The earlier time.
     *
     * @param t the later time, at least 0
     * @param stage the stage, from 0
     * @return r, from 0 to t; t itself where the gap is below rounding
     */
    public double earlier(double t, int stage) {
        return t - gap(t, stage);
    }

    /**
     * {@code t - r} without cancellation: what the loss is divided by.
     *
     * @param t the later time, at least 0
     * @param stage the stage, from 0
     * @return the gap, at most t
     * @throws IllegalArgumentException if time or stage is negative, or the time is not finite
     */
    public double gap(double t, int stage) {
        if (!(t >= 0 && Double.isFinite(t)) || stage < 0) {
            throw new IllegalArgumentException("a pair needs a finite time and a stage, both at least 0, got " + t + " and " + stage);
        }
        return t * Math.min(1, Math.pow(q, -(stage + 1.0)) * (1 + k / (1 + Math.exp(b * t))));
    }
}
