package io.github.diffusion4j.core.plan;

/**
 * How a quantity of a row follows from those of its elements: a log-probability, a divergence, an entropy. The published code of DDPO, Flow-GRPO, DanceGRPO, MixGRPO and D3PO takes the mean, so that
 * its "ratio" of two policies is the d-th root of the importance ratio: a clip range of 1e-4 at d = 16384 elements stands for 1.64 in the true log ratio.
 */
public enum Reduction {

    /** The sum over the elements of a row: the density of the row. */
    SUM,
    /** The mean over the elements of a row: the sum divided by their number, what published code calls the log-probability. */
    MEAN;

    /** What a sum over a row of so many elements becomes. */
    double of(double sum, int elements) {
        return this == SUM ? sum : sum / elements;
    }

    /** The factor of a weight of the mean over so many elements. */
    double perMean(int elements) {
        return this == SUM ? elements : 1;
    }
}
