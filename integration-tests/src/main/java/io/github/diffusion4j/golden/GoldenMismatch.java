package io.github.diffusion4j.golden;

import java.util.Locale;

/** A result that differs from the recorded one by more than the tolerance. */
final class GoldenMismatch extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final double error;

    GoldenMismatch(String what, double error) {
        super(String.format(Locale.ROOT, "%s differs by %.3g of the largest expected value", what, error));
        this.error = error;
    }

    double error() {
        return error;
    }
}
