package io.github.diffusion4j.docs.digits;

import java.util.Arrays;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;

/**
 * The Frechet distance between the Gaussians fitted to two sets of features (Heusel et al., arXiv:1706.08500, equation 6):
 * {@code |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2))}.
 */
final class FrechetDistance {

    private FrechetDistance() {}

    static double between(double[][] first, double[][] second) {
        RealVector difference = mean(first).subtract(mean(second));
        RealMatrix c1 = covariance(first);
        RealMatrix c2 = covariance(second);
        // tr (C1 C2)^(1/2) = tr (R C2 R)^(1/2) with R the root of C1, which is symmetric.
        RealMatrix root = root(c1);
        double cross = Arrays.stream(new EigenDecompositionSymmetric(symmetric(root.multiply(c2).multiply(root))).getEigenvalues())
                .map(value -> Math.sqrt(Math.max(0, value))).sum();
        return difference.dotProduct(difference) + c1.getTrace() + c2.getTrace() - 2 * cross;
    }

    private static RealMatrix root(RealMatrix matrix) {
        EigenDecompositionSymmetric eigen = new EigenDecompositionSymmetric(matrix);
        double[] roots = Arrays.stream(eigen.getEigenvalues()).map(value -> Math.sqrt(Math.max(0, value))).toArray();
        return symmetric(eigen.getV().multiply(MatrixUtils.createRealDiagonalMatrix(roots)).multiply(eigen.getVT()));
    }

    private static RealMatrix symmetric(RealMatrix matrix) {
        return matrix.add(matrix.transpose()).scalarMultiply(0.5);
    }

    private static RealVector mean(double[][] rows) {
        RealVector sum = MatrixUtils.createRealVector(new double[rows[0].length]);
        for (double[] row : rows) {
            sum = sum.add(MatrixUtils.createRealVector(row));
        }
        return sum.mapDivide(rows.length);
    }

    private static RealMatrix covariance(double[][] rows) {
        RealVector mean = mean(rows);
        RealMatrix centered = MatrixUtils.createRealMatrix(rows.length, rows[0].length);
        for (int i = 0; i < rows.length; i++) {
            centered.setRowVector(i, MatrixUtils.createRealVector(rows[i]).subtract(mean));
        }
        return symmetric(centered.transpose().multiply(centered).scalarMultiply(1.0 / (rows.length - 1)));
    }
}
