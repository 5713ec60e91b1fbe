package io.github.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.Parameterization.Weights;
import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.kernel.Rows;
import io.github.diffusion4j.core.kernel.Term;
import io.github.diffusion4j.schedules.EdmSchedule;
import io.github.diffusion4j.schedules.GeometricSchedule;
import io.github.diffusion4j.schedules.IddpmSchedule;
import io.github.diffusion4j.schedules.TrigSchedule;
import io.github.diffusion4j.schedules.VarianceSde;
import io.github.diffusion4j.schedules.networks.ConsistencyNetwork;
import io.github.diffusion4j.schedules.networks.EdmNetwork;
import io.github.diffusion4j.schedules.networks.FlowNetwork;
import io.github.diffusion4j.schedules.networks.GuidanceEmbedding;
import io.github.diffusion4j.schedules.networks.LcmNetwork;
import io.github.diffusion4j.schedules.networks.ToldTime;
import io.github.diffusion4j.schedules.networks.TrajectoryNetwork;
import io.github.diffusion4j.schedules.networks.TrigFlowNetwork;
import io.github.diffusion4j.schedules.networks.VarianceExplodingNetwork;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Repeats recorded preconditioning. The references stand on {@code y = x0 + s eps}; where the library has the same network on a path that preserves variance, {@code x = alpha y}.
 */
final class PreconditioningCases {

    /** Of Diffusers' consistency training. */
    private static final double LOWEST = 0.002;
    private static final double LCM_SIGMA_DATA = 0.5;

    private PreconditioningCases() {}

    static <A> void check(TrainingCase<A> golden) {
        switch (golden.recipe()) {
            case "edm", "vp", "ve", "iddpm" -> network(golden);
            case "consistency" -> consistency(golden);
            case "diffusers_consistency_script" -> script(golden);
            case "lcm" -> lcm(golden);
            case "lcm_guidance_embedding" -> embedding(golden);
            case "diffusers_edm_euler" -> edmEuler(golden);
            case "diffusers_edm_style" -> edmStyle(golden);
            case "ctm_euler", "ctm_variance", "ctm_euler_variance_mixed" -> trajectory(golden);
            case "flow_as_trigflow" -> trigFlow(golden);
            default -> throw golden.unknown();
        }
    }

    private static NoiseLevel exploding(double sigma) {
        return new NoiseLevel(sigma, 1, sigma);
    }

    private static double[] each(List<NoiseLevel> levels, ToDoubleFunction<NoiseLevel> value) {
        return levels.stream().mapToDouble(value).toArray();
    }

    /** {@code a x + b y} of arrays, with weights for each sample; y is left out where its weights are. */
    private static <A> A combined(TrainingCase<A> golden, A x, double[] a, A y, double... b) {
        A out = golden.comparison().array(new double[golden.comparison().values(x).length]);
        Kernels.combine(golden.comparison().arrays(), Rows.SAMPLES, out, true, List.of(new Term<>(x, a), new Term<>(y, b)));
        return out;
    }

    private static <A> A scaled(TrainingCase<A> golden, A x, double... factors) {
        return combined(golden, x, factors, x, 0);
    }

    private static <A> A data(TrainingCase<A> golden, A x, A output, List<NoiseLevel> levels, Parameterization network) {
        return combined(golden, x, each(levels, level -> network.data(level).first()), output, each(levels, level -> network.data(level).second()));
    }

    /** The four rows of EDM's table 1. */
    private static <A> void network(TrainingCase<A> golden) {
        double[] sigmas = golden.input("sigma");
        NoiseSchedule schedule = schedule(golden);
        Parameterization network = switch (golden.recipe()) {
            case "edm" -> EdmNetwork.of(golden.number("sigma_data"));
            case "vp" -> new ToldTime(Parameterization.epsilon(), golden.number("M") - 1);
            case "ve" -> new VarianceExplodingNetwork();
            default -> Parameterization.epsilon();
        };
        List<NoiseLevel> levels = DoubleStream.of(sigmas).mapToObj(schedule::atEdmSigma).toList();
        A x = scaled(golden, golden.array("x"), each(levels, NoiseLevel::alpha));
        A input = scaled(golden, x, each(levels, network::inputScale));
        double[] told = each(levels, network::conditioning);
        golden.check("c_in_x", input);
        golden.check("c_noise", told);
        golden.check("c_out", each(levels, level -> network.data(level).second()));
        double[] seen = golden.comparison().values(input);
        int length = seen.length / told.length;
        A output = golden.comparison().array(IntStream.range(0, seen.length).mapToDouble(i -> 0.7 * Math.tanh(seen[i]) + 0.01 * told[i / length]).toArray());
        golden.check("D", data(golden, x, output, levels, network));
        ends(golden, schedule);
        if (schedule instanceof IddpmSchedule table) {
            table(golden, table, levels);
        }
    }

    private static <A> NoiseSchedule schedule(TrainingCase<A> golden) {
        return switch (golden.recipe()) {
            case "edm" -> new EdmSchedule(Double.MIN_VALUE, Double.MAX_VALUE);
            case "vp" -> new VarianceSde(golden.number("beta_min"), golden.number("beta_min") + golden.number("beta_d"));
            case "ve" -> new GeometricSchedule(golden.number("sigma_min", 0.02), golden.number("sigma_max", 100));
            default -> IddpmSchedule.of((int) golden.number("M"), golden.number("C_1"), golden.number("C_2"));
        };
    }

    /** EDM's network knows every level; the others have a first and a last. */
    private static <A> void ends(TrainingCase<A> golden, NoiseSchedule schedule) {
        if (golden.recipe().equals("edm")) {
            golden.check("sigma_min", golden.number("sigma_min", 0));
            if (!golden.expected().path("sigma_max").asText().equals("inf")) {
                golden.check("sigma_max", golden.number("sigma_max"));
            }
            return;
        }
        double lowest = golden.recipe().equals("vp") ? schedule.at(golden.number("epsilon_t")).edmSigma() : schedule.cleanest().edmSigma();
        golden.check("sigma_min", lowest);
        golden.comparison().check("sigma_min as given", golden.number("sigma_min", lowest), lowest);
        golden.check("sigma_max", schedule.noisiest().edmSigma());
    }

    /** The reference numbers its table from the noisiest level, with sigma 0 at the end. */
    private static <A> void table(TrainingCase<A> golden, IddpmSchedule schedule, List<NoiseLevel> levels) {
        int size = schedule.table().size();
        double[] sigmas = schedule.table().sigmas();
        golden.check("u", Arrays.stream(Comparison.doubles(golden.expected().path("u_index"))).map(j -> j == size ? 0 : sigmas[size - 1 - (int) j]).toArray());
        golden.check("nearest", each(levels, level -> size - 1 - level.time()));
    }

    private static <A> void consistency(TrainingCase<A> golden) {
        double sigmaData = golden.number("sigma_data");
        ConsistencyNetwork boundary = new ConsistencyNetwork(sigmaData, golden.number("sigma_min"));
        List<NoiseLevel> levels = DoubleStream.of(golden.input("sigma")).mapToObj(PreconditioningCases::exploding).toList();
        scalings(golden, "edm ", golden.expected().path("edm"), levels, EdmNetwork.of(sigmaData));
        scalings(golden, "boundary ", golden.expected().path("boundary"), levels, boundary);
        golden.check("c_noise", each(levels, boundary::conditioning));
    }

    private static <A> void scalings(TrainingCase<A> golden, String what, JsonNode recorded, List<NoiseLevel> levels, Parameterization network) {
        golden.check(what + "c_skip", recorded.path("c_skip"), each(levels, level -> network.data(level).first()));
        golden.check(what + "c_out", recorded.path("c_out"), each(levels, level -> network.data(level).second()));
        golden.check(what + "c_in", recorded.path("c_in"), each(levels, network::inputScale));
    }

    /** EDM's scalings with the factor of the output divided by sigma_data and that of the input squared, where the boundary condition is meant. */
    private static <A> void script(TrainingCase<A> golden) {
        double sigmaData = golden.number("sigma_data");
        EdmNetwork edm = EdmNetwork.of(sigmaData);
        ConsistencyNetwork boundary = new ConsistencyNetwork(sigmaData, golden.number("sigma_min", LOWEST));
        List<NoiseLevel> levels = DoubleStream.of(golden.input("sigma")).mapToObj(PreconditioningCases::exploding).toList();
        golden.check("c_skip", each(levels, level -> edm.data(level).first()));
        golden.check("c_out", each(levels, level -> edm.data(level).second() / sigmaData));
        golden.check("c_in", each(levels, level -> edm.inputScale(level) * edm.inputScale(level)));
        golden.check("c_noise_edm", each(levels, edm::conditioning));
        golden.check("c_noise_cm", each(levels, boundary::conditioning));
        scalings(golden, "correct ", golden.correct(), levels, boundary);
    }

    private static <A> void lcm(TrainingCase<A> golden) {
        if (golden.number("sigma_data", LCM_SIGMA_DATA) != LCM_SIGMA_DATA) {
            throw golden.unknown();
        }
        LcmNetwork network = new LcmNetwork(Parameterization.epsilon(), golden.number("timestep_scaling"));
        Function<Double, Weights> boundary = t -> network.boundary(NoiseLevel.clean(t));
        double[] timesteps = golden.input("timesteps");
        golden.check("c_skip", Arrays.stream(timesteps).map(t -> boundary.apply(t).first()).toArray());
        golden.check("c_out", Arrays.stream(timesteps).map(t -> boundary.apply(t).second()).toArray());
    }

    private static <A> void embedding(TrainingCase<A> golden) {
        GuidanceEmbedding embedding = new GuidanceEmbedding((int) golden.number("embedding_dim"));
        golden.check("embedding", Arrays.stream(golden.input("w")).boxed().flatMapToDouble(w -> Arrays.stream(embedding.of(w))).toArray());
    }

    private static <A> int sign(TrainingCase<A> golden) {
        String type = golden.argument("prediction_type").asText();
        return switch (type) {
            case "epsilon" -> 1;
            case "v_prediction" -> -1;
            default -> throw new IllegalStateException("this prediction type is not known: " + type);
        };
    }

    private static <A> void edmEuler(TrainingCase<A> golden) {
        EdmNetwork network = new EdmNetwork(golden.number("sigma_data"), sign(golden), EdmNetwork.Time.QUARTER_LOG);
        List<NoiseLevel> levels = DoubleStream.of(golden.input("sigma")).mapToObj(PreconditioningCases::exploding).toList();
        A x = golden.array("x");
        golden.check("input", scaled(golden, x, each(levels, network::inputScale)));
        golden.check("D", data(golden, x, golden.array("F"), levels, network));
        golden.check("c_noise", each(levels, network::conditioning));
    }

    /** Epsilon or v of a path that preserves variance. */
    private static <A> void edmStyle(TrainingCase<A> golden) {
        Parameterization network = sign(golden) == 1 ? Parameterization.epsilon() : Parameterization.velocity();
        List<NoiseLevel> levels = DoubleStream.of(golden.input("sigma")).mapToObj(new TrigSchedule(1)::atEdmSigma).toList();
        A x = scaled(golden, golden.array("x"), each(levels, NoiseLevel::alpha));
        golden.check("x0", data(golden, x, golden.array("F"), levels, network));
    }

    private static <A> void trajectory(TrainingCase<A> golden) {
        TrajectoryNetwork.Skip skip = switch (golden.recipe()) {
            case "ctm_euler" -> TrajectoryNetwork.Skip.EULER;
            case "ctm_variance" -> TrajectoryNetwork.Skip.VARIANCE;
            default -> TrajectoryNetwork.Skip.MIXED;
        };
        TrajectoryNetwork network = new TrajectoryNetwork(skip, golden.number("sigma_data"), golden.number("sigma_min"));
        double[] t = golden.input("t");
        double[] s = golden.input("s");
        golden.check("c_skip", IntStream.range(0, t.length).mapToDouble(i -> network.step(t[i], s[i]).first()).toArray());
        golden.check("c_out", IntStream.range(0, t.length).mapToDouble(i -> network.step(t[i], s[i]).second()).toArray());
        golden.check("denoised", combined(golden, golden.array("x"), Arrays.stream(t).map(level -> network.data(level).first()).toArray(), golden.array("g"),
                Arrays.stream(t).map(level -> network.data(level).second()).toArray()));
    }

    /** A flow network on the trigonometric path, and the output that TrigFlow's own network would have. */
    private static <A> void trigFlow(TrainingCase<A> golden) {
        FlowNetwork flow = new FlowNetwork(1);
        TrigFlowNetwork trig = new TrigFlowNetwork();
        List<NoiseLevel> levels = DoubleStream.of(golden.input("angle")).mapToObj(new TrigSchedule(1)::at).toList();
        A x = golden.array("x");
        A input = scaled(golden, x, each(levels, flow::inputScale));
        double[] time = each(levels, flow::conditioning);
        golden.check("flow_input", input);
        golden.check("flow_time", time);
        double[] seen = golden.comparison().values(input);
        int length = seen.length / time.length;
        A output = golden.comparison().array(IntStream.range(0, seen.length).mapToDouble(i -> 0.7 * Math.tanh(seen[i]) + 0.1 * time[i / length]).toArray());
        golden.check("trigflow_output", combined(golden, x, each(levels, level -> trig.target(level).first() * flow.data(level).first() + trig.target(level).second() * flow.noise(level).first()),
                output, each(levels, level -> trig.target(level).first() * flow.data(level).second() + trig.target(level).second() * flow.noise(level).second())));
    }
}
