package io.github.diffusion4j.docs.quality;

import java.util.Arrays;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;

/**
 * A Gaussian in the space of a classifier's features, by which sets of pictures are compared.
 *
 * @param mean its mean
 * @param covariance its covariance
 */
public record Gaussian(RealVector mean, RealMatrix covariance) {

    /**
     * The Gaussian with the mean and the covariance of a set.
     *
     * @param rows the features, a row for each picture, two or more
     * @return the Gaussian
     */
    public static Gaussian fitted(double[]... rows) {
        RealVector mean = MatrixUtils.createRealVector(new double[rows[0].length]);
        for (double[] row : rows) {
            mean = mean.add(MatrixUtils.createRealVector(row));
        }
        mean = mean.mapDivide(rows.length);
        RealMatrix centered = MatrixUtils.createRealMatrix(rows.length, rows[0].length);
        for (int i = 0; i < rows.length; i++) {
            centered.setRowVector(i, MatrixUtils.createRealVector(rows[i]).subtract(mean));
        }
        return new Gaussian(mean, symmetric(centered.transpose().multiply(centered).scalarMultiply(1.0 / (rows.length - 1))));
    }

    /**
     * The Frechet distance to another (Heusel et al., arXiv:1706.08500, equation 6): {@code |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2))}.
     *
     * @param other the other
     * @return the distance, as published a square
     */
    public double frechetDistance(Gaussian other) {
        RealVector difference = mean.subtract(other.mean);
        // tr (C1 C2)^(1/2) = tr (R C2 R)^(1/2) with R the root of C1, which is symmetric.
        RealMatrix root = root(covariance);
        double cross = Arrays.stream(new EigenDecompositionSymmetric(symmetric(root.multiply(other.covariance).multiply(root))).getEigenvalues())
                .map(value -> Math.sqrt(Math.max(0, value))).sum();
        return difference.dotProduct(difference) + covariance.getTrace() + other.covariance.getTrace() - 2 * cross;
    }

    private static RealMatrix root(RealMatrix matrix) {
        EigenDecompositionSymmetric eigen = new EigenDecompositionSymmetric(matrix);
        double[] roots = Arrays.stream(eigen.getEigenvalues()).map(value -> Math.sqrt(Math.max(0, value))).toArray();
        return symmetric(eigen.getV().multiply(MatrixUtils.createRealDiagonalMatrix(roots)).multiply(eigen.getVT()));
    }

    private static RealMatrix symmetric(RealMatrix matrix) {
        return matrix.add(matrix.transpose()).scalarMultiply(0.5);
    }
}
