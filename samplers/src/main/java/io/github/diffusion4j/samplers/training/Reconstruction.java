package io.github.diffusion4j.samplers.training;

import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.kernel.Pass;
import io.github.diffusion4j.core.kernel.Rows;
import io.github.diffusion4j.core.kernel.Term;
import io.github.diffusion4j.core.training.Average;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.DoubleStream;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.ArrayRealVector;
import org.hipparchus.linear.LUDecomposition;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;

/**
 * The average of a width that was not tracked, made after the training from stored power function averages (Karras et al., "EDM2", arXiv:2312.02696, algorithm 3).
 *
 * <p>With {@code A_ij = <p_i, p_j>} and {@code b_i = <p_i, p>} of the snapshots' profiles and the wanted one, {@code x = A^-1 b} is the least-squares fit; its sum is made 1, which for a good
 * fit it nearly is. At the time of a snapshot, and for widths near those that were tracked, the fit is good, the better the more snapshots there are. Far outside it is poor, and so is the
 * average that comes of it. {@link #error} says so before any array is read; from deviations 0.05 and 0.1 that were stored at equal intervals it is
 *
 * <pre>
 *                      wanted 0.03   0.075   0.15    0.2    0.3
 *   4 times, at the last      0.17   0.035   0.11   0.22   0.94
 *  32 times, at the last     0.011  0.0009  0.002  0.006   0.58
 *   4 times, between the last two   0.72
 * </pre>
 *
 * @param coefficients what each snapshot weighs, with sum 1; some are negative
 * @param error the distance of the fitted profile from the wanted one, {@code |sum x_i p_i - p| / |p|}; for a profile that is among the snapshots 0, but for rounding (1e-7)
 */
public record Reconstruction(List<Double> coefficients, double error) implements Serializable {

    /** Copies the list. */
    public Reconstruction {
        coefficients = List.copyOf(coefficients);
    }

    /**
     * The profile of a power function average: {@code p(t) = (gamma + 1) t^gamma / time^(gamma + 1)} from 0 to its time, and 0 after it.
     *
     * @param time how much was trained when it was stored, in updates or images, the same for all; above 0
     * @param std its standard deviation as a part of the time, above 0 and at most 0.30028
     */
    public record Profile(double time, double std) implements Serializable {

        /**
         * Checks the numbers.
         *
         * @throws IllegalArgumentException if the time is not above 0, or no profile has this deviation
         */
        public Profile {
            if (!(time > 0 && Double.isFinite(time))) {
                throw new IllegalArgumentException("a profile ends at a time above 0, got " + time);
            }
            Average.power(std);
        }

        /**
         * {@code <p, q>}, the integral of the product (EDM2, algorithm 3).
         *
         * @param other another profile q, of the same unit of time
         * @return the inner product, above 0
         */
        public double inner(Profile other) {
            double g = Average.power(std).gamma();
            double h = Average.power(other.std).gamma();
            double decline = time < other.time ? Math.pow(time / other.time, h) : Math.pow(other.time / time, g);
            return (g + 1) * (h + 1) * decline / ((g + h + 1) * Math.max(time, other.time));
        }
    }

    /**
     * Fits a profile.
     *
     * @param snapshots the profiles of the stored averages, at least one
     * @param wanted the profile of the average that is wanted
     * @return the coefficients, in the order of the snapshots
     * @throws IllegalArgumentException if there is no snapshot, or one is there twice
     */
    public static Reconstruction of(List<Profile> snapshots, Profile wanted) {
        if (snapshots.isEmpty() || new HashSet<>(snapshots).size() < snapshots.size()) {
            throw new IllegalArgumentException("an average is fitted from snapshots that differ in time or deviation, at least one; got " + snapshots);
        }
        int count = snapshots.size();
        RealMatrix gram = new Array2DRowRealMatrix(count, count);
        RealVector toWanted = new ArrayRealVector(count);
        // Profiles of unit length: those of early snapshots are higher by orders of magnitude.
        double[] lengths = snapshots.stream().mapToDouble(p -> Math.sqrt(p.inner(p))).toArray();
        for (int i = 0; i < count; i++) {
            toWanted.setEntry(i, snapshots.get(i).inner(wanted) / lengths[i]);
            for (int j = 0; j < count; j++) {
                gram.setEntry(i, j, snapshots.get(i).inner(snapshots.get(j)) / (lengths[i] * lengths[j]));
            }
        }
        RealVector fitted = new LUDecomposition(gram, 0).getSolver().solve(toWanted);
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += fitted.getEntry(i) / lengths[i];
        }
        RealVector scaled = fitted.mapDivide(sum);
        double own = wanted.inner(wanted);
        double squared = scaled.dotProduct(gram.operate(scaled)) - 2 * scaled.dotProduct(toWanted) + own;
        List<Double> coefficients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            coefficients.add(scaled.getEntry(i) / lengths[i]);
        }
        return new Reconstruction(coefficients, Math.sqrt(Math.max(0, squared) / own));
    }

    /**
     * The average itself.
     *
     * @param <A> the array of a library
     * @param arrays the library
     * @param snapshots the parameters of each snapshot, in the order of the coefficients
     * @return the parameters of the average, new arrays
     * @throws IllegalArgumentException if there are not as many snapshots as coefficients, or they do not have the same number of parameters
     */
    public <A> List<A> combine(Arrays<A> arrays, List<List<A>> snapshots) {
        if (snapshots.size() != coefficients.size() || snapshots.stream().mapToInt(List::size).distinct().count() != 1) {
            throw new IllegalArgumentException("there are " + coefficients.size() + " coefficients, for as many snapshots with the same number of parameters; got "
                    + snapshots.stream().map(List::size).toList() + " parameters");
        }
        List<A> average = new ArrayList<>();
        for (int k = 0; k < snapshots.get(0).size(); k++) {
            int parameter = k;
            average.add(combineOne(arrays, snapshots.stream().map(snapshot -> snapshot.get(parameter)).toList()));
        }
        return average;
    }

    /** In as few passes as registers allow: what is summed so far stands in one of them, and the result in another. */
    private <A> A combineOne(Arrays<A> arrays, List<A> parameters) {
        A sum = arrays.make(arrays.type(parameters.get(0)), arrays.shape(parameters.get(0)));
        int most = Pass.REGISTERS - 2;
        for (int start = 0; start < parameters.size(); start += most) {
            List<Term<A>> terms = new ArrayList<>();
            for (int i = start; i < Math.min(parameters.size(), start + most); i++) {
                terms.add(new Term<>(parameters.get(i), coefficients.get(i)));
            }
            if (start > 0) {
                terms.add(new Term<>(sum, 1));
            }
            Kernels.combine(arrays, Rows.SAMPLES, sum, false, terms);
        }
        return sum;
    }

    /**
     * The coefficients as an array.
     *
     * @return a copy
     */
    public double[] toArray() {
        return coefficients.stream().flatMapToDouble(DoubleStream::of).toArray();
    }
}
