package io.github.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.kernel.Rows;
import io.github.diffusion4j.core.kernel.Term;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.RecordedNoise;
import io.github.diffusion4j.samplers.likelihood.Decoder;
import io.github.diffusion4j.samplers.likelihood.ForwardPosterior;
import io.github.diffusion4j.samplers.likelihood.Objective;
import io.github.diffusion4j.samplers.likelihood.ReverseVariance;
import io.github.diffusion4j.samplers.likelihood.VariationalBound;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * The variational bound as guided-diffusion has it, for its stand-in network {@code 0.7 tanh(x) + 0.05 t} with variance channels {@code 0.5 cos(1.7 x)}.
 *
 * @param <A> the array of a library
 * @param golden the case
 * @param bound the bound without correction
 */
record BoundCases<A>(TrainingCase<A> golden, VariationalBound bound) {

    private static final Pattern VLB = Pattern.compile("vlb_(epsilon|x0|start_x|previous_x|v)_(.*)");
    private static final Pattern TIMES = Pattern.compile("t((_\\d+)+)");

    static <A> void check(TrainingCase<A> golden) {
        golden.takes("betas");
        DiscreteSchedule schedule = LikelihoodCases.schedule(golden);
        Matcher vlb = VLB.matcher(golden.recipe());
        if (vlb.matches()) {
            new BoundCases<>(golden, bound(schedule, parameterization(schedule, vlb.group(1)), variance(vlb.group(2)), DataCorrection.NONE)).terms();
        } else {
            new BoundCases<>(golden, bound(schedule, Parameterization.epsilon(), ReverseVariance.LEARNED_RANGE, DataCorrection.NONE))
                    .loss(Objective.valueOf(golden.recipe().substring("loss_".length()).toUpperCase(Locale.ROOT)));
        }
    }

    private static VariationalBound bound(DiscreteSchedule schedule, Parameterization parameterization, ReverseVariance variance, DataCorrection correction) {
        return new VariationalBound(schedule, parameterization, variance, Decoder.TANH, correction);
    }

    private static Parameterization parameterization(DiscreteSchedule schedule, String name) {
        return switch (name) {
            case "epsilon" -> Parameterization.epsilon();
            case "v" -> Parameterization.velocity();
            case "previous_x" -> new ForwardPosterior(schedule).previousSample();
            default -> Parameterization.sample();
        };
    }

    /** What guided-diffusion calls learned is the logarithm. */
    private static ReverseVariance variance(String name) {
        return name.equals("learned") ? ReverseVariance.LEARNED_LOG : ReverseVariance.valueOf(name.toUpperCase(Locale.ROOT));
    }

    private void terms() {
        golden.expected().fieldNames().forEachRemaining(name -> {
            Matcher times = TIMES.matcher(name);
            if (times.matches()) {
                term(golden.expected().path(name), Pattern.compile("_").splitAsStream(times.group(1).substring(1)).mapToInt(Integer::parseInt).toArray());
            } else if (name.equals("bits")) {
                bits(golden.expected().path(name));
            } else {
                throw golden.unknown();
            }
        });
    }

    private Arrays<A> arrays() {
        return golden.comparison().arrays();
    }

    /** The noised samples, in one pass for all timesteps. */
    private A noised(A data, A noise, int... timesteps) {
        A sample = arrays().make(arrays().type(data), arrays().shape(data));
        Kernels.combine(arrays(), Rows.SAMPLES, sample, true, java.util.List.of(new Term<>(data, each(NoiseLevel::alpha, timesteps)), new Term<>(noise, each(NoiseLevel::sigma, timesteps))));
        return sample;
    }

    private double[] each(ToDoubleFunction<NoiseLevel> part, int... timesteps) {
        return IntStream.of(timesteps).mapToObj(bound.schedule()::at).mapToDouble(part).toArray();
    }

    private A network(A sample, int... timesteps) {
        double[] x = arrays().values(sample);
        int length = x.length / timesteps.length;
        double[] mean = IntStream.range(0, x.length).mapToDouble(i -> 0.7 * Math.tanh(x[i]) + 0.05 * timesteps[i / length]).toArray();
        if (!bound.variance().learned()) {
            return golden.comparison().array(mean);
        }
        long[] shape = golden.comparison().shape();
        shape[1] *= 2;
        double[] both = new double[2 * x.length];
        for (int i = 0; i < x.length; i++) {
            int place = i + i / length * length;
            both[place] = mean[i];
            both[place + length] = 0.5 * Math.cos(1.7 * x[i]);
        }
        return golden.comparison().array(both, shape);
    }

    private void term(JsonNode expected, int... timesteps) {
        A data = golden.array("x0");
        A noise = golden.array("noise");
        A sample = noised(data, noise, timesteps);
        A output = network(sample, timesteps);
        VariationalBound.Reverse reverse = bound.reverse(arrays(), sample, output, timesteps);
        VariationalBound.Loss hybrid = bound.loss(Objective.RESCALED_MSE, arrays(), data, noise, sample, output, timesteps);
        Map<String, double[]> found = Map.of("x_t", arrays().values(sample), "mean", reverse.mean().values(), "log_variance", reverse.logVariance().values(),
                "variance", DoubleStream.of(reverse.logVariance().values()).map(Math::exp).toArray(), "pred_xstart", reverse.data().values(),
                "vb_bits", bound.terms(arrays(), data, sample, output, timesteps), "vb", hybrid.bound(), "mse", hybrid.squared(), "loss", hybrid.total());
        expected.fieldNames().forEachRemaining(name -> {
            if (!found.containsKey(name)) {
                throw golden.unknown();
            }
            golden.check(name, expected.path(name), found.get(name));
        });
    }

    private void bits(JsonNode expected) {
        Map<NoiseRequest, A> drawn = new LinkedHashMap<>();
        int timesteps = bound.schedule().size();
        for (int t = timesteps - 1; t >= 0; t--) {
            drawn.put(NoiseRequest.forward(t), golden.comparison().array(golden.drawn("normals")));
        }
        VariationalBound clipped = bound(bound.schedule(), bound.parameterization(), bound.variance(), DataCorrection.clip(1));
        VariationalBound.Bits bits = clipped.evaluate(arrays(), input -> network(input.sample(), IntStream.generate(() -> (int) input.timestep())
                .limit(golden.comparison().shape()[0]).toArray()), golden.array("x0"), RecordedNoise.of(arrays(), drawn));
        Map<String, double[]> found = Map.of("total", bits.total(), "prior", bits.prior(), "vb", noisiestFirst(bits.terms()), "xstart_mse", noisiestFirst(bits.dataErrors()),
                "mse", noisiestFirst(bits.noiseErrors()));
        expected.fieldNames().forEachRemaining(name -> {
            if (!found.containsKey(name)) {
                throw golden.unknown();
            }
            golden.check(name, expected.path(name), found.get(name));
        });
    }

    private static double[] noisiestFirst(double[]... rows) {
        return java.util.Arrays.stream(rows).flatMapToDouble(row -> IntStream.range(0, row.length).mapToDouble(i -> row[row.length - 1 - i])).toArray();
    }

    private void loss(Objective objective) {
        int[] timesteps = DoubleStream.of(golden.input("t")).mapToInt(t -> (int) t).toArray();
        A data = golden.array("x0");
        A noise = golden.array("noise");
        A sample = noised(data, noise, timesteps);
        VariationalBound.Loss loss = bound.loss(objective, arrays(), data, noise, sample, network(sample, timesteps), timesteps);
        Map<String, double[]> found = Map.of("vb", loss.bound(), "mse", loss.squared(), "loss", loss.total());
        golden.expected().fieldNames().forEachRemaining(name -> {
            if (!found.containsKey(name)) {
                throw golden.unknown();
            }
            golden.check(name, found.get(name));
        });
    }
}
