package io.github.diffusion4j.golden;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.RecordedNoise;
import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.samplers.solvers.Convention;
import io.github.diffusion4j.samplers.solvers.Coordinate;
import io.github.diffusion4j.samplers.solvers.LinearMultistep;
import io.github.diffusion4j.samplers.likelihood.FlowLikelihood;
import io.github.diffusion4j.samplers.likelihood.Prior;
import io.github.diffusion4j.samplers.likelihood.Probes;
import io.github.diffusion4j.samplers.likelihood.VectorJacobian;
import io.github.diffusion4j.schedules.VarianceSde;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.LUDecomposition;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;

/**
 * The probability flow of Gaussian data, as score_sde follows it and exactly.
 *
 * @param <A> the array of a library
 * @param golden the case
 * @param mean the mean of the data
 * @param covariance their covariance
 */
record OdeGaussian<A>(TrainingCase<A> golden, double[] mean, RealMatrix covariance) {

    private static final VarianceSde SDE = new VarianceSde(0.1, 20);
    private static final double FIRST_TIME = 1e-5;
    private static final int STEPS = 3000;
    private static final double BYTE_WIDTH = 2.0 / 256;

    static <A> void check(TrainingCase<A> golden) {
        golden.takes("covariance", "mean");
        double[] mean = Comparison.doubles(golden.argument("mean"));
        double[] flat = Comparison.doubles(golden.argument("covariance"));
        RealMatrix covariance = new Array2DRowRealMatrix(mean.length, mean.length);
        for (int i = 0; i < flat.length; i++) {
            covariance.setEntry(i / mean.length, i % mean.length, flat[i]);
        }
        new OdeGaussian<>(golden, mean, covariance).check();
    }

    private void check() {
        Arrays<A> arrays = golden.comparison().arrays();
        A data = golden.array("data");
        double[] signs = DoubleStream.of(golden.drawn("integers")).map(b -> 2 * b - 1).toArray();
        Probes probe = Probes.rademacher(RecordedNoise.of(arrays, Map.of(NoiseRequest.forward(0), golden.comparison().array(signs))));
        FlowLikelihood.Result<A> published = along(FIRST_TIME).of(arrays, this::noise, data, probe, Prior.standard());
        golden.check("latent", published.latent());
        golden.check("bits_per_dim", published.bitsPerDimension(BYTE_WIDTH));
        traces(arrays, data);
        FlowLikelihood.Result<A> exact = along(0).of(arrays, this::noise, data, Probes.exact(), this::marginal);
        golden.checkCorrect("log_p0", exact.logDensity());
        golden.checkCorrect("bits_per_dim", exact.bitsPerDimension(BYTE_WIDTH));
    }

    /** The score is -eps^ / sigma. */
    private void traces(Arrays<A> arrays, A data) {
        double[] times = Comparison.doubles(golden.expected().path("t"));
        golden.check("score_trace_at_t", DoubleStream.of(times).map(time -> {
            NoiseLevel level = SDE.at(time);
            VectorJacobian<A> network = this::noise;
            return -network.traced(new LikelihoodCases.At<>(arrays, data, level), Probes.exact()).trace()[0] / level.sigma();
        }).toArray());
    }

    /** Levels that lie close together at first, where the solver has no history, then at nearly equal ratios. */
    private static FlowLikelihood along(double firstTime) {
        NoiseLevel first = SDE.at(firstTime);
        NoiseLevel last = SDE.noisiest();
        double from = asinh(first.edmSigma());
        double to = asinh(last.edmSigma());
        List<NoiseLevel> levels = new ArrayList<>(List.of(first));
        for (int i = 1; i < STEPS; i++) {
            double fraction = (double) i / STEPS * i / STEPS;
            levels.add(SDE.atEdmSigma(Math.sinh(from + (to - from) * fraction)));
        }
        return new FlowLikelihood(new LinearMultistep(4, Coordinate.EDM, Convention.EXACT), TimeGrid.contiguous(levels, last), Parameterization.epsilon());
    }

    private static double asinh(double x) {
        return Math.log(x + Math.hypot(1, x));
    }

    /** {@code eps^ = sigma S^-1 (x - alpha m)}, {@code S = alpha^2 C + sigma^2}; its Jacobian is symmetric. */
    private VectorJacobian.Evaluated<A> noise(ModelInput<A> input, A direction) {
        RealMatrix jacobian = precision(input.level()).scalarMultiply(input.level().sigma());
        double[] x = golden.comparison().values(input.sample());
        for (int i = 0; i < x.length; i++) {
            x[i] -= input.level().alpha() * mean[i % mean.length];
        }
        return new VectorJacobian.Evaluated<>(times(jacobian, x), times(jacobian, golden.comparison().values(direction)));
    }

    private A times(RealMatrix matrix, double... rows) {
        double[] product = new double[rows.length];
        for (int from = 0; from < rows.length; from += mean.length) {
            System.arraycopy(matrix.operate(java.util.Arrays.copyOfRange(rows, from, from + mean.length)), 0, product, from, mean.length);
        }
        return golden.comparison().array(product);
    }

    private RealMatrix variance(NoiseLevel level) {
        return covariance.scalarMultiply(level.alpha() * level.alpha()).add(MatrixUtils.createRealIdentityMatrix(mean.length).scalarMultiply(level.sigma() * level.sigma()));
    }

    private RealMatrix precision(NoiseLevel level) {
        return new LUDecomposition(variance(level)).getSolver().getInverse();
    }

    private double marginal(NoiseLevel level, double... sample) {
        double[] difference = new double[sample.length];
        for (int i = 0; i < sample.length; i++) {
            difference[i] = sample[i] - level.alpha() * mean[i];
        }
        double squares = MatrixUtils.createRealVector(difference).dotProduct(precision(level).operate(MatrixUtils.createRealVector(difference)));
        return -0.5 * (squares + Math.log(new LUDecomposition(variance(level)).getDeterminant()) + sample.length * Math.log(2 * Math.PI));
    }
}
