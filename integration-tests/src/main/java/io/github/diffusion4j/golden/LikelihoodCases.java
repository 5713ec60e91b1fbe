package io.github.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.RecordedNoise;
import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.samplers.likelihood.Decoder;
import io.github.diffusion4j.samplers.likelihood.ForwardPosterior;
import io.github.diffusion4j.samplers.likelihood.Likelihood;
import io.github.diffusion4j.samplers.likelihood.Probes;
import io.github.diffusion4j.samplers.likelihood.VdmBound;
import io.github.diffusion4j.samplers.likelihood.VectorJacobian;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Bounds and densities as recorded of guided-diffusion, VDM and score_sde. */
final class LikelihoodCases {

    private LikelihoodCases() {}

    static <A> void check(TrainingCase<A> golden) {
        String recipe = golden.recipe();
        if (recipe.startsWith("vlb_") || recipe.startsWith("loss_")) {
            BoundCases.check(golden);
            return;
        }
        switch (recipe) {
            case "posterior_tables" -> tables(golden);
            case "discretised_gaussian" -> discretised(golden);
            case "normal_kl" -> divergence(golden);
            case "ode_gaussian" -> OdeGaussian.check(golden);
            case "hutchinson_affine" -> hutchinson(golden);
            case "vdm", "vdm_loss", "vdm_prior", "vdm_decoder", "vdm_diffusion" -> vdm(golden);
            default -> throw golden.unknown();
        }
    }

    static DiscreteSchedule schedule(TrainingCase<?> golden) {
        return DiscreteSchedule.ofBetas(Comparison.doubles(golden.argument("betas")));
    }

    private static void tables(TrainingCase<?> golden) {
        golden.takes("betas");
        ForwardPosterior posterior = new ForwardPosterior(schedule(golden));
        Map<String, IntToDoubleFunction> tables = Map.of("posterior_variance", posterior::variance, "posterior_log_variance_clipped", posterior::logVariance,
                "posterior_mean_coef1", posterior::weightOfData, "posterior_mean_coef2", posterior::weightOfSample);
        golden.expected().fieldNames().forEachRemaining(name -> {
            if (!tables.containsKey(name)) {
                throw golden.unknown();
            }
            golden.check(name, IntStream.range(0, posterior.schedule().size()).mapToDouble(tables.get(name)).toArray());
        });
    }

    private static void discretised(TrainingCase<?> golden) {
        golden.takes("log_scale");
        golden.check("log_likelihood", discretised(golden, Decoder.TANH));
        golden.checkCorrect("log_likelihood_exact_cdf", discretised(golden, Decoder.EXACT));
    }

    private static double[] discretised(TrainingCase<?> golden, Decoder decoder) {
        double[] x = golden.input("x");
        double[] mean = golden.input("mean");
        return IntStream.range(0, x.length).mapToDouble(i -> decoder.logLikelihood(x[i], mean[i], golden.number("log_scale"))).toArray();
    }

    private static void divergence(TrainingCase<?> golden) {
        golden.takes();
        double[] mean1 = golden.input("mean1");
        golden.check("kl", IntStream.range(0, mean1.length).mapToDouble(i -> Likelihood.divergence(mean1[i], golden.input("logvar1")[i], golden.input("mean2")[i],
                golden.input("logvar2")[i])).toArray());
    }

    /** An affine network whose Jacobian is the matrix: each probe as the noise of a solve, then the axes. */
    private static <A> void hutchinson(TrainingCase<A> golden) {
        golden.takes();
        double[] matrix = golden.input("matrix");
        int dimensions = (int) Math.sqrt(matrix.length);
        double[] probes = golden.input("probes");
        int rows = probes.length / dimensions;
        Arrays<A> arrays = golden.comparison().arrays();
        A directions = golden.comparison().array(probes, rows, dimensions);
        VectorJacobian<A> network = (input, direction) -> new VectorJacobian.Evaluated<>(input.sample(), transposed(golden, matrix, direction, rows, dimensions));
        ModelInput<A> input = new At<>(arrays, directions, NoiseLevel.clean(0));
        Probes signs = Probes.rademacher(RecordedNoise.of(arrays, Map.of(NoiseRequest.forward(0), directions)));
        double[] estimates = network.traced(input, signs).trace();
        golden.check("estimates", estimates);
        double mean = DoubleStream.of(estimates).average().orElseThrow();
        golden.check("trace", mean);
        golden.check("variance", DoubleStream.of(estimates).map(x -> (x - mean) * (x - mean)).average().orElseThrow());
        golden.check("exact trace", golden.expected().path("trace"), network.traced(input, Probes.exact()).trace()[0]);
    }

    private static <A> A transposed(TrainingCase<A> golden, double[] matrix, A direction, int rows, int dimensions) {
        double[] e = golden.comparison().values(direction);
        double[] product = new double[e.length];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < dimensions; i++) {
                for (int j = 0; j < dimensions; j++) {
                    product[row * dimensions + j] += matrix[i * dimensions + j] * e[row * dimensions + i];
                }
            }
        }
        return golden.comparison().array(product, rows, dimensions);
    }

    private static <A> void vdm(TrainingCase<A> golden) {
        golden.takes("gamma_min", "gamma_max", "T", "t", "mse", "vocab_size");
        VdmBound bound = new VdmBound(golden.number("gamma_min"), golden.number("gamma_max"), (int) golden.number("vocab_size", 256));
        Arrays<A> arrays = golden.comparison().arrays();
        golden.expected().fieldNames().forEachRemaining(name -> {
            switch (name) {
                case "prior", "loss_klz" -> golden.check(name, bound.prior(arrays, golden.array("x")));
                case "decoder", "loss_recon" -> golden.check(name, bound.reconstruction(arrays, golden.array("x"), golden.array("noise")));
                case "diffusion", "loss_diff", "loss" -> golden.check(name, diffusion(golden, bound));
                default -> throw golden.unknown();
            }
        });
    }

    private static double[] diffusion(TrainingCase<?> golden, VdmBound bound) {
        double range = bound.gamma1() - bound.gamma0();
        int steps = (int) golden.number("T");
        double[] times = numbers(golden, "t");
        double[] errors = numbers(golden, "mse");
        return IntStream.range(0, times.length).mapToDouble(i -> {
            if (steps == 0) {
                return VdmBound.weight(range) * errors[i];
            }
            double start = VdmBound.stepStart(times[i], steps);
            return VdmBound.weight(bound.gamma0() + range * start, bound.gamma0() + range * (start + 1.0 / steps), steps) * errors[i];
        }).toArray();
    }

    private static double[] numbers(TrainingCase<?> golden, String name) {
        JsonNode argument = golden.argument(name);
        return golden.has(name) ? golden.input(name) : argument.isArray() ? Comparison.doubles(argument) : new double[] {golden.number(name)};
    }

    /** An input outside a run, of a network that predicts noise. */
    record At<A>(Arrays<A> arrays, A sample, NoiseLevel level) implements ModelInput<A> {

        @Override
        public double timestep() {
            return Parameterization.epsilon().conditioning(level);
        }

        @Override
        public List<Branch> branches() {
            return List.of(Branch.CONDITIONAL);
        }
    }
}
