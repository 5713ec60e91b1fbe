package io.github.diffusion4j.samplers.solvers;

import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** Integrals of the Lagrange basis polynomials of some nodes: the weights of multistep methods, exact for polynomials. */
final class Lagrange {

    private Lagrange() {}

    /** The weights {@code w_j} with {@code integral_a^b p = sum_j w_j p(nodes_j)} for every polynomial of degree below the number of nodes. */
    static double[] integrals(double[] nodes, double a, double b) {
        double length = b - a;
        return weights(scaled(nodes, a, length), degree -> length / (degree + 1));
    }

    private static double[] scaled(double[] nodes, double origin, double length) {
        double[] result = new double[nodes.length];
        for (int j = 0; j < nodes.length; j++) {
            result[j] = (nodes[j] - origin) / length;
        }
        return result;
    }

    /** The weights with {@code sum_j w_j nodes_j^k = moment(k)} for every k below the number of nodes. */
    static double[] weights(double[] nodes, IntToDoubleFunction moment) {
        double[] moments = IntStream.range(0, nodes.length).mapToDouble(moment).toArray();
        double[] weights = new double[nodes.length];
        for (int j = 0; j < nodes.length; j++) {
            double[] basis = basis(nodes, j);
            for (int degree = 0; degree < basis.length; degree++) {
                weights[j] += basis[degree] * moments[degree];
            }
        }
        return weights;
    }

    /** The coefficients, lowest degree first, of the polynomial that is 1 at node j and 0 at the others. */
    private static double[] basis(double[] nodes, int j) {
        double[] coefficients = {1};
        for (int m = 0; m < nodes.length; m++) {
            if (m == j) {
                continue;
            }
            double scale = 1 / (nodes[j] - nodes[m]);
            double[] product = new double[coefficients.length + 1];
            for (int k = 0; k < coefficients.length; k++) {
                product[k] -= coefficients[k] * nodes[m] * scale;
                product[k + 1] += coefficients[k] * scale;
            }
            coefficients = product;
        }
        return coefficients;
    }
}
