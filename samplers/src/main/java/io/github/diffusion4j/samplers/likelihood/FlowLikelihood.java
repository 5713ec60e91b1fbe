package io.github.diffusion4j.samplers.likelihood;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.core.plan.Session;
import io.github.diffusion4j.core.plan.Solver;
import java.io.Serializable;
import java.util.stream.IntStream;

/**
 * The density of samples under a model: they run along the probability flow to the noise, whose density is known, and the logarithm of the flow's determinant is added (Song et al.,
 * arXiv:2011.13456, equation 39 and appendix D.2; Chen et al., arXiv:1806.07366, equation 8).
 *
 * <p>The determinant takes no integrator of its own. In EDM's coordinates {@code y = x / alpha}, {@code s = sigma / alpha} the flow is {@code dy/ds = eps^}, and so {@code d ln det / ds = div eps^}.
 * A plan weights sample and estimates with numbers that do not depend on them, so any solver that takes y along takes a further value along as well. Here that value is the determinant relative to
 * that of data N(0, 1), {@code l = ln det - d/2 ln(1 + s^2)}, which changes little where there is much noise. It travels as {@code X = (alpha + sigma) l}, which is 0 at neither end of a path, and
 * the companion's velocity is, with {@code delta = div x0^} and {@code eta = div eps^} by x,
 * <pre>
 *   alpha E - sigma X0 = (alpha - sigma) l + (alpha + sigma) r
 *   r = (alpha d - (alpha^2 + sigma^2) delta) / sigma = ((alpha^2 + sigma^2) eta - sigma d) / alpha
 * </pre>
 * In the end {@code ln p(x) = ln p_T(x_T) + l + d/2 ln((alpha_T^2 + sigma_T^2) / (alpha_0^2 + sigma_0^2))}, with the solver's order in the steps.
 *
 * <p>What is measured is the density at the level where the grid starts, of samples taken to stand there: from clean data on, the density of the data; from a little noise on, as published
 * (t = 1e-5), that of data with as much noise.
 *
 * @param solver a deterministic solver that goes towards the noise
 * @param grid the levels from the cleanest to the noisiest, each step starting where the one before it ended; pure noise (alpha 0) may be the end where the output determines the data there
 * @param parameterization what the network outputs
 */
public record FlowLikelihood(Solver solver, TimeGrid grid, Parameterization parameterization) implements Serializable {

    /**
     * Checks the run.
     *
     * @throws IllegalArgumentException if it goes towards the data, has gaps, adds noise, is none of a flow, or cannot be compiled, with the reason
     */
    public FlowLikelihood {
        NoiseLevel start = grid.from(grid.first());
        NoiseLevel end = grid.to(grid.last() - 1);
        if (!(start.edmSigma() < end.edmSigma())) {
            throw new IllegalArgumentException("a likelihood runs from the data to the noise, got a grid from " + start + " to " + end + "; take grid.reversed()");
        }
        for (int step = grid.first() + 1; step < grid.last(); step++) {
            if (!grid.from(step).sameAs(grid.to(step - 1))) {
                throw new IllegalArgumentException("step " + step + " starts at " + grid.from(step) + " where the one before it ended at " + grid.to(step - 1)
                        + "; a likelihood follows the flow without gaps");
            }
        }
        Plan plan = Plan.of(solver, grid, parameterization, DataCorrection.NONE);
        if (plan.stochastic() || solver.traits().stochastic()) {
            throw new IllegalArgumentException(solver + " adds noise; only a deterministic solver follows the flow");
        }
        for (int i = 0; i < plan.evaluations(); i++) {
            if (!parameterization.boundary(plan.level(i)).equals(new Parameterization.Weights(0, 1))) {
                throw new IllegalArgumentException(parameterization + " is no estimate of the data's mean at " + plan.level(i) + " but a consistency model's end of the flow, which has no divergence");
            }
        }
    }

    /**
     * The run of a plan back to its noise.
     *
     * @param plan a run from noise to data; its correction, guidance and skipping do not take part
     * @param parameterization what the network outputs
     * @return the likelihood
     * @throws IllegalArgumentException as the constructor
     */
    public static FlowLikelihood reversing(Plan plan, Parameterization parameterization) {
        return new FlowLikelihood(plan.solver(), plan.grid().reversed(), parameterization);
    }

    /**
     * What a run along the flow gives.
     *
     * @param <A> the array of a library
     * @param logDensity for each sample its log-density in nats
     * @param logDeterminant for each sample the logarithm of the flow's determinant, from where it stood to the noise
     * @param dimensions how many values a sample has
     * @param latent where the samples arrived, owned by the caller
     */
    public record Result<A>(double[] logDensity, double[] logDeterminant, int dimensions, A latent) {

        /**
         * The log-densities in bits for each dimension, for data of finitely many values.
         *
         * @param width the distance of neighbouring values, see {@link Likelihood#bitsPerDimension}
         * @return for each sample {@code -log2 p / dimensions - log2 width}
         */
        public double[] bitsPerDimension(double width) {
            return java.util.Arrays.stream(logDensity).map(log -> Likelihood.bitsPerDimension(log, dimensions, width)).toArray();
        }
    }

    /**
     * Measures samples.
     *
     * @param <A> the array of a library
     * @param arrays the library
     * @param network the network with its derivative
     * @param data samples at the grid's first level, along the first axis; not changed
     * @param probes how the divergence is found
     * @param prior the density at the noise
     * @return the densities
     */
    public <A> Result<A> of(Arrays<A> arrays, VectorJacobian<A> network, A data, Probes probes, Prior prior) {
        Runs<A> runs = Plan.of(solver, grid, parameterization, DataCorrection.NONE).on(arrays);
        Runs<HostArray> beside = Plan.of(solver, grid, Parameterization.velocity(), DataCorrection.NONE).on(HostArrays.HEAP);
        double[] values = arrays.values(data);
        int rows = arrays.shape(data).length == 0 ? 1 : (int) arrays.shape(data)[0];
        int dimensions = values.length / rows;
        HostArray none = HostArrays.HEAP.make(ElementType.DOUBLE, rows, 1);
        try (SamplerState<A> start = runs.startFrom(data);
                Session<A> run = runs.session(start, NoiseSource.none());
                Session<HostArray> companion = beside.session(beside.startFrom(none), NoiseSource.none())) {
            while (!run.done()) {
                ModelInput<A> input = run.input();
                VectorJacobian.Traced<A> traced = network.traced(input, probes);
                companion.step(velocity(input.level(), dimensions, traced.trace(), companion.input().sample().values()));
                run.step(traced.output());
            }
            return result(arrays, prior, companion.result().values(), run.result(), dimensions);
        }
    }

    /** What the companion's network would return. */
    private HostArray velocity(NoiseLevel level, int dimensions, double[] trace, double... companion) {
        double both = level.alpha() + level.sigma();
        HostArray velocity = HostArrays.HEAP.make(ElementType.DOUBLE, companion.length, 1);
        velocity.fill(IntStream.range(0, companion.length)
                .mapToDouble(row -> (level.alpha() - level.sigma()) / both * companion[row] + both * rate(level, dimensions, trace[row])).toArray());
        return velocity;
    }

    /** r, in the form whose divisor is the larger one. */
    private double rate(NoiseLevel level, int dimensions, double trace) {
        double inner = parameterization.inputScale(level) * trace;
        if (level.alpha() >= level.sigma()) {
            Parameterization.Weights weights = parameterization.noise(level);
            return (power(level) * (weights.first() * dimensions + weights.second() * inner) - level.sigma() * dimensions) / level.alpha();
        }
        Parameterization.Weights weights = parameterization.data(level);
        return (level.alpha() * dimensions - power(level) * (weights.first() * dimensions + weights.second() * inner)) / level.sigma();
    }

    private static double power(NoiseLevel level) {
        return level.alpha() * level.alpha() + level.sigma() * level.sigma();
    }

    private <A> Result<A> result(Arrays<A> arrays, Prior prior, double[] companion, A latent, int dimensions) {
        NoiseLevel start = grid.from(grid.first());
        NoiseLevel end = grid.to(grid.last() - 1);
        double[] values = arrays.values(latent);
        double unit = 0.5 * dimensions * Math.log(power(end) / power(start));
        double[] determinants = java.util.Arrays.stream(companion).map(x -> x / (end.alpha() + end.sigma()) + unit).toArray();
        double[] densities = IntStream.range(0, companion.length)
                .mapToDouble(row -> prior.logDensity(end, java.util.Arrays.copyOfRange(values, row * dimensions, (row + 1) * dimensions)) + determinants[row]).toArray();
        return new Result<>(densities, determinants, dimensions, latent);
    }
}
