package io.github.diffusion4j.golden;

import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.training.Coupling;
import io.github.diffusion4j.core.training.DrawnLevels;
import io.github.diffusion4j.core.training.LossWeight;
import io.github.diffusion4j.core.training.NoiseShape;
import io.github.diffusion4j.core.training.NoisedBatch;
import io.github.diffusion4j.samplers.ComposedScheduler;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.training.ConditionalPath;
import io.github.diffusion4j.samplers.training.OptimalTransport;
import io.github.diffusion4j.schedules.BetaSchedule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Repeats recorded noises, couplings and paths. */
final class NoiseCases {

    /** What the authors of OT-CFM add to a denominator. */
    private static final double GUARD = 1e-8;
    private static final int TIMESTEPS = 1000;

    private NoiseCases() {}

    static <A> void check(TrainingCase<A> golden) {
        switch (golden.recipe()) {
            case "offset" -> shaped(golden, new NoiseShape.Offset(golden.number("noise_offset"), golden.number("adaptive_noise_scale", 0)), golden.array(golden.has("latents") ? "latents" : "noise"));
            case "pyramid" -> shaped(golden, new NoiseShape.Pyramid(golden.number("discount"), (int) golden.number("iterations"), true), golden.array("noise"));
            case "optimal_transport" -> transport(golden);
            case "input_perturbation" -> perturbed(golden);
            case "ConditionalFlowMatcher", "ExactOptimalTransportConditionalFlowMatcher" -> path(golden, ConditionalPath.straight(golden.number("sigma")));
            case "TargetConditionalFlowMatcher" -> path(golden, ConditionalPath.towardsData(golden.number("sigma")));
            case "SchrodingerBridgeConditionalFlowMatcher" -> path(golden, ConditionalPath.bridge(golden.number("sigma"), GUARD));
            case "VariancePreservingConditionalFlowMatcher" -> path(golden, ConditionalPath.variancePreserving(golden.number("sigma")));
            default -> throw golden.unknown();
        }
    }

    private static <A> void shaped(TrainingCase<A> golden, NoiseShape shape, A data) {
        Comparison<A> comparison = golden.comparison();
        A noise = golden.array("noise");
        Recorded<A> recorded = new Recorded<>(golden);
        comparison.arrays().onHost(noise, true, host -> comparison.arrays().onHost(data, false, clean -> shape.shape(host, clean, recorded)));
        golden.check("noise", noise);
    }

    /** What the reference drew, a batch at a time: a uniform number for all samples, if any, then the normal numbers. */
    private static final class Recorded<A> implements NoiseShape.Draws {

        private final TrainingCase<A> golden;
        private final List<Double> uniforms = new ArrayList<>();
        private final List<double[]> normals = new ArrayList<>();

        Recorded(TrainingCase<A> golden) {
            this.golden = golden;
        }

        @Override
        public double[] normals(int draw, int sample, int count) {
            if (draw == normals.size()) {
                normals.add(golden.drawn("normals"));
            }
            return Arrays.copyOfRange(normals.get(draw), sample * count, (sample + 1) * count);
        }

        @Override
        public double uniform(int draw, int sample) {
            if (draw == uniforms.size()) {
                uniforms.add(golden.drawn("uniforms")[0]);
            }
            return uniforms.get(draw);
        }
    }

    /** The reference numbers its pairs by the noise, x0; with replacement it takes each pair as often as a number falls to it. */
    private static <A> void transport(TrainingCase<A> golden) {
        int batch = (int) golden.number("batch");
        long[] shape = {batch, (long) golden.number("dimension")};
        HostArray noise = HostArray.of(golden.input("x0"), shape);
        HostArray data = HostArray.of(golden.input("x1"), shape);
        int[] noiseOf = OptimalTransport.ofSquaredDistance().permutation(data, noise);
        int[] dataOf = inverse(noiseOf);
        golden.check("permutation_of_x1", doubles(dataOf));
        golden.check("cost", cost(data, noise, noiseOf));
        golden.check("identity_cost", cost(data, noise, Coupling.independent().permutation(data, noise)));
        int[] pairs = Arrays.stream(golden.drawn("uniforms")).mapToInt(u -> (int) (u * batch)).toArray();
        golden.check("sampled_pairs_x0", doubles(pairs));
        golden.check("sampled_pairs_x1", Arrays.stream(pairs).mapToDouble(pair -> dataOf[pair]).toArray());
        golden.check("immiscible_noise_for_data", doubles(OptimalTransport.immiscible().permutation(data, noise)));
    }

    private static int[] inverse(int... permutation) {
        int[] inverse = new int[permutation.length];
        for (int i = 0; i < permutation.length; i++) {
            inverse[permutation[i]] = i;
        }
        return inverse;
    }

    private static double[] doubles(int... values) {
        return Arrays.stream(values).asDoubleStream().toArray();
    }

    private static double cost(HostArray data, HostArray noise, int... noiseOf) {
        return IntStream.range(0, noiseOf.length).mapToDouble(i -> {
            double[] clean = data.row(i).values();
            double[] drawn = noise.row(noiseOf[i]).values();
            return IntStream.range(0, clean.length).mapToDouble(k -> (clean[k] - drawn[k]) * (clean[k] - drawn[k])).sum();
        }).sum();
    }

    /** The network sees data with more noise than it is to find. */
    private static <A> void perturbed(TrainingCase<A> golden) {
        Comparison<A> comparison = golden.comparison();
        double[] noise = golden.has("noise") ? golden.input("noise") : golden.drawn("normals");
        double[] more = golden.drawn("normals");
        double g = golden.number("input_perturbation", golden.number("ip_noise_gamma", Double.NaN));
        double[] seen = IntStream.range(0, noise.length).mapToDouble(i -> noise[i] + g * more[i]).toArray();
        ComposedScheduler process = ComposedScheduler.of(BetaSchedule.SCALED_LINEAR.schedule(TIMESTEPS, 0.00085, 0.012), new FirstOrder(new Ancestral(0), true)).withParameterization(Parameterization.epsilon());
        golden.expected().fieldNames().forEachRemaining(name -> {
            switch (name) {
                case "noise", "new_noise", "seen" -> golden.check(name, comparison.array(seen));
                case "target" -> golden.check(name, comparison.array(noise));
                case "x_t", "noisy_latents", "input" -> golden.check(name, NoisedBatch.of(process.on(comparison.arrays()), golden.array(golden.has("latents") ? "latents" : "x0"), comparison.array(noise),
                        comparison.array(seen), DrawnLevels.at(process, golden.input("timesteps")), LossWeight.plain()).input());
                default -> throw new IllegalStateException("this is not known of input perturbation: " + name);
            }
        });
    }

    private static <A> void path(TrainingCase<A> golden, ConditionalPath path) {
        Comparison<A> comparison = golden.comparison();
        double[] times = golden.drawn("uniforms");
        golden.check("t", times);
        NoisedBatch<A> batch = path.batch(comparison.arrays(), golden.array("x0"), golden.array("x1"), comparison.array(golden.drawn("normals")), times);
        golden.check("x_t", batch.input());
        golden.check("u_t", batch.target());
    }
}
