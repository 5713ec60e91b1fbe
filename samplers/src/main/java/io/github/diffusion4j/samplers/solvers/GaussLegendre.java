package io.github.diffusion4j.samplers.solvers;

import java.util.function.DoubleUnaryOperator;

/** Gauss and Legendre's quadrature, whose nodes are the roots of the Legendre polynomial (Abramowitz and Stegun, 25.4.29). */
final class GaussLegendre {

    private static final int POINTS = 24;
    private static final double[] NODES = new double[POINTS];
    private static final double[] WEIGHTS = new double[POINTS];

    static {
        for (int i = 0; i < POINTS; i++) {
            double x = Math.cos(Math.PI * (i + 0.75) / (POINTS + 0.5));
            double[] value = legendre(x);
            for (int newton = 0; newton < 8; newton++) {
                x -= value[0] / value[1];
                value = legendre(x);
            }
            NODES[i] = x;
            WEIGHTS[i] = 2 / ((1 - x * x) * value[1] * value[1]);
        }
    }

    private GaussLegendre() {}

    /** The polynomial of degree {@code POINTS} and its derivative. */
    private static double[] legendre(double x) {
        double before = 1;
        double now = x;
        for (int n = 2; n <= POINTS; n++) {
            double next = ((2 * n - 1) * x * now - (n - 1) * before) / n;
            before = now;
            now = next;
        }
        return new double[] {now, POINTS * (x * now - before) / (x * x - 1)};
    }

    static double integral(double from, double to, DoubleUnaryOperator function) {
        double middle = (from + to) / 2;
        double half = (to - from) / 2;
        double sum = 0;
        for (int i = 0; i < POINTS; i++) {
            sum += WEIGHTS[i] * function.applyAsDouble(middle + half * NODES[i]);
        }
        return sum * half;
    }
}
