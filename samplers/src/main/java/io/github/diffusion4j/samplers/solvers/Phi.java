package io.github.diffusion4j.samplers.solvers;

/**
 * The phi functions of exponential integrators (Hochbruck and Ostermann, Acta Numerica 2010, section 2):
 * {@code phi_0(z) = e^z}, {@code phi_(k+1)(z) = (phi_k(z) - 1/k!) / z}, {@code phi_k(0) = 1/k!}. The recursion cancels near
 * 0, where the Taylor series is used.
 */
final class Phi {

    private static final double SERIES_BELOW = 1;
    private static final int SERIES_TERMS = 20;

    private Phi() {}

    static double of(int k, double z) {
        if (z == Double.NEGATIVE_INFINITY) {
            return 0;
        }
        return Math.abs(z) < SERIES_BELOW ? series(k, z) : recursion(k, z);
    }

    private static double series(int k, double z) {
        double term = 1 / factorial(k);
        double sum = 0;
        for (int n = 1; n <= SERIES_TERMS; n++) {
            sum += term;
            term *= z / (k + n);
        }
        return sum;
    }

    private static double recursion(int k, double z) {
        double phi = Math.exp(z);
        for (int j = 0; j < k; j++) {
            phi = j == 0 ? Math.expm1(z) / z : (phi - 1 / factorial(j)) / z;
        }
        return phi;
    }

    static double factorial(int n) {
        double product = 1;
        for (int i = 2; i <= n; i++) {
            product *= i;
        }
        return product;
    }
}
