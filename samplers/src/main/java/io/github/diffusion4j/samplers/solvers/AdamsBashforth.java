package io.github.diffusion4j.samplers.solvers;

/** The classical Adams-Bashforth weights for equal steps, newest slope first (Hairer, Norsett and Wanner, Solving ODEs I, table III.1.1). */
final class AdamsBashforth {

    private static final double[][] WEIGHTS = {
        {1},
        {3 / 2.0, -1 / 2.0},
        {23 / 12.0, -16 / 12.0, 5 / 12.0},
        {55 / 24.0, -59 / 24.0, 37 / 24.0, -9 / 24.0}};

    private AdamsBashforth() {}

    /** The weights for the number of slopes that are known, at most four of them. */
    static double[] weights(int known) {
        return WEIGHTS[Math.min(known, WEIGHTS.length) - 1].clone();
    }
}
