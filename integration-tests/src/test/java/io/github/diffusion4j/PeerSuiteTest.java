package io.github.diffusion4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.noise.TorchBrownianNoise;
import io.github.diffusion4j.core.noise.TorchNoise;
import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.diffusers.DiffusersScheduler;
import io.github.diffusion4j.samplers.diffusers.ParallelScheduler;
import io.github.diffusion4j.samplers.diffusers.Run;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The scheduler tests of Diffusers, run through this library: each runs a sampling loop with a made-up network, {@code x t / (t + 1)}, and asserts sum and mean of the absolute
 * values of the final sample. {@code peer/figures.json} has the loops and the figures, {@code peer/README.md} what its fields mean.
 */
class PeerSuiteTest {

    private static final Path FIGURES = Path.of("src/test/resources/peer/figures.json");

    /** How far a run on doubles may be from what it gave when it was recorded. */
    private static final double SAME = 1e-6;

    private record Figure(JsonNode entry) {

        static List<Figure> all() throws IOException {
            return StreamSupport.stream(new ObjectMapper().readTree(FIGURES.toFile()).spliterator(), false).map(Figure::new).toList();
        }

        DiffusersConfig config() {
            ObjectNode config = ((ObjectNode) entry.path("config")).deepCopy().put("_class_name", name());
            return DiffusersConfig.parse(config.toString());
        }

        String name() {
            return entry.path("class").asText();
        }

        double number(String field) {
            assertTrue(entry.path(field).isNumber(), () -> field + " is missing in " + this);
            return entry.path(field).asDouble();
        }

        boolean vacuous() {
            return Stream.of("sum", "mean").filter(entry::has).allMatch(figure -> number(figure + "_tolerance") >= Math.abs(number(figure)));
        }

        boolean random() {
            return entry.has("torch_seed") || entry.has("brownian_seed");
        }

        /** What the peer asserts; where an entry says why this cannot hold, that it is nearly so, and the value that was measured on doubles. */
        void check(INDArray sample) {
            double[] values = sample.ravel().castTo(DataType.DOUBLE).toDoubleVector();
            Map<String, Double> actual = Map.of("sum", Arrays.stream(values).map(Math::abs).sum(), "mean", Arrays.stream(values).map(Math::abs).average().orElseThrow());
            for (String figure : List.of("sum", "mean")) {
                if (entry.has(figure)) {
                    boolean nearly = entry.has("float32") && entry.has(figure + "_relative");
                    double tolerance = nearly ? number(figure + "_relative") * Math.abs(number(figure)) : number(figure + "_tolerance");
                    assertEquals(number(figure), actual.get(figure), tolerance, () -> figure + " of " + this);
                }
            }
            if (entry.has("measured_sum") && sample.dataType() == DataType.DOUBLE) {
                assertEquals(number("measured_sum"), actual.get("sum"), SAME * number("measured_sum"), () -> "sum of " + this + " on doubles");
            }
        }

        @Override
        public String toString() {
            return name() + "." + entry.path("test").asText();
        }
    }

    /** Noise that is drawn as float32, as the peer draws it, whatever the run's type. */
    private record Float32(NoiseSource noise) implements NoiseSource {
        @Override
        public void fill(NoiseRequest request, HostArray out) {
            HostArray drawn = HostArrays.HEAP.make(ElementType.FLOAT, out.shape());
            noise.fill(request, drawn);
            out.assign(drawn);
        }
    }

    /** One run of a figure. */
    private record Loop(Figure figure, DiffusersScheduler scheduler, DataType type) {

        INDArray result() {
            return switch (figure.entry().path("loop").asText()) {
                case "PLAIN" -> run(false, false);
                case "SCALED" -> run(true, false);
                case "OVERWRITE" -> run(true, true);
                case "PREDICT_CORRECT" -> predictCorrect();
                case "TWICE" -> twice();
                case "BATCH" -> batch();
                default -> throw new IllegalArgumentException("no such loop: " + figure.entry());
            };
        }

        private Plan plan() {
            JsonNode entry = figure.entry();
            Run run = entry.has("timesteps") ? Run.timesteps(doubles(entry.path("timesteps"))) : Run.steps(entry.path("steps").asInt());
            for (Map.Entry<String, JsonNode> argument : entry.path("arguments").properties()) {
                run = run.with(argument.getKey(), argument.getValue());
            }
            return scheduler.plan(run);
        }

        private static double[] doubles(JsonNode numbers) {
            return StreamSupport.stream(numbers.spliterator(), false).mapToDouble(JsonNode::asDouble).toArray();
        }

        /** The peer's tests scale their samples for the network in two ways: in a copy, or, where {@code overwrite}, in place, so that the step starts from the scaled sample. */
        private INDArray run(boolean scaled, boolean overwrite) {
            Plan whole = plan();
            INDArray sample = scaled ? ramp(i -> i).mul(whole.startScale()) : ramp(i -> i);
            int first = figure.entry().path("started_at").asInt(0);
            if (figure.entry().has("noised_from")) {
                first = figure.entry().path("noised_from").asInt();
                sample = scheduler.addNoise(whole, sample, ramp(i -> length() - 1 - i), whole.timestep(whole.evaluationOf(first)));
            }
            Plan plan = first == 0 ? whole : whole.from(first);
            NoiseSource noise = noise(plan);
            SamplerState<INDArray> state = plan.startFrom(sample);
            for (int i = 0; i < plan.evaluations(); i++) {
                ModelInput<INDArray> input = plan.input(i, state);
                if (overwrite) {
                    state = new SamplerState<>(Nd4jArrays.ND4J, i, input.sample(), state.anchor() == state.sample() ? input.sample() : state.anchor(), state.predictions());
                }
                state = plan.step(i, network(scaled ? input.sample() : state.sample(), input.timestep()), state, noise);
            }
            return state.sample();
        }

        /** Generators are seeded once and drawn from where a step needs noise. */
        private NoiseSource noise(Plan plan) {
            if (figure.entry().has("brownian_seed")) {
                double[] sigmas = plan.grid().starts().stream().mapToDouble(NoiseLevel::edmSigma).toArray();
                return new Float32(new TorchBrownianNoise(figure.entry().path("brownian_seed").asLong(), sigmas[sigmas.length - 1], sigmas[0]));
            }
            return figure.entry().has("torch_seed") ? new Float32(torch(plan)) : NoiseSource.none();
        }

        private TorchNoise torch(Plan plan) {
            long seed = figure.entry().path("torch_seed").asLong();
            TorchNoise everyStep = TorchNoise.of(seed, seed);
            return figure.entry().path("draws_every_step").asBoolean() ? everyStep : everyStep.drawnAt(plan.noisyEvaluations());
        }

        /** The peer sets sigmas before timesteps, and so its network is told the first sigmas of the run over all training timesteps. */
        private INDArray predictCorrect() {
            Plan plan = plan();
            NoiseSource noise = noise(plan);
            Plan training = scheduler.plan(2000);
            SamplerState<INDArray> state = plan.startFrom(ramp(i -> i));
            for (int i = 0; i < plan.evaluations(); i++) {
                double sigma = 0.01 * Math.pow(1348 / 0.01, training.grid().from(plan.stepOf(i)).time());
                state = plan.step(i, network(state.sample(), sigma), state, noise);
            }
            return state.sample();
        }

        /** A run, and one more that starts with the predictions of the first: three steps before it that go nowhere stand for them in its plan. */
        private INDArray twice() {
            Plan first = plan();
            int last = first.evaluations() - 1;
            SamplerState<INDArray> state = first.startFrom(ramp(i -> i));
            for (int i = 0; i < last; i++) {
                state = first.step(i, network(state.sample(), first.timestep(i)), state, NoiseSource.none());
            }
            INDArray output = network(state.sample(), first.timestep(last));
            NoiseLevel level = first.level(last);
            INDArray newest = state.sample().mul(level.sigma()).add(output.mul(level.alpha()));
            List<INDArray> predictions = List.of(newest, state.predictions().get(0), state.predictions().get(1));
            INDArray sample = first.step(last, output, state, NoiseSource.none()).sample();
            int before = predictions.size();
            List<NoiseLevel> starts = new ArrayList<>(Collections.nCopies(before, first.level(0)));
            starts.addAll(first.grid().starts());
            Plan second = Plan.of(first.solver(), TimeGrid.contiguous(starts, first.grid().to(last)), scheduler.parameterization(), scheduler.correction());
            state = new SamplerState<>(Nd4jArrays.ND4J, before, sample, sample, predictions);
            for (int i = before; i < second.evaluations(); i++) {
                state = second.step(i, network(state.sample(), second.timestep(i)), state, NoiseSource.none());
            }
            return state.sample();
        }

        /** Three samples, moved by 0.1 up and down, at the timesteps 0, 1 and 2. */
        private INDArray batch() {
            INDArray sample = Nd4j.concat(0, ramp(i -> i), ramp(i -> i).add(0.1), ramp(i -> i).sub(0.1));
            int each = (int) sample.size(0) / 3;
            double[] timesteps = IntStream.range(0, 3 * each).mapToDouble(row -> row / each).toArray();
            INDArray output = Nd4j.concat(0, IntStream.range(0, timesteps.length)
                    .mapToObj(row -> network(sample.get(NDArrayIndex.interval(row, row + 1)), timesteps[row])).toArray(INDArray[]::new));
            return ((ParallelScheduler) scheduler).batchStepNoNoise(output, timesteps, sample, figure.entry().path("steps").asInt());
        }

        private static INDArray network(INDArray sample, double t) {
            return sample.mul(t / (t + 1));
        }

        private int length() {
            return 4 * 3 * 8 * (oneDimensional() ? 1 : 8);
        }

        private boolean oneDimensional() {
            return figure.entry().path("one_dimensional").asBoolean();
        }

        /** Four samples of a ramp over [0, 1), of which neighbouring values are those of neighbouring samples. */
        private INDArray ramp(IntUnaryOperator place) {
            int each = length() / 4;
            double[] values = IntStream.range(0, length()).mapToDouble(i -> place.applyAsInt(i % each * 4 + i / each) / (double) length()).toArray();
            return Nd4j.createFromArray(values).reshape(oneDimensional() ? new long[] {4, 3, 8} : new long[] {4, 3, 8, 8}).castTo(type);
        }
    }

    static List<Arguments> figures() throws IOException {
        return Figure.all().stream().flatMap(figure -> Stream.of(DataType.DOUBLE, DataType.FLOAT).map(type -> Arguments.of(figure, type))).toList();
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("figures")
    void every_figure_of_the_peer_is_reproduced(Figure figure, DataType type) {
        DiffusersConfig config = figure.config();
        figure.check(new Loop(figure, config.scheduler(), type).result());
        if (figure.entry().has("through")) {
            for (JsonNode name : figure.entry().path("through")) {
                config = config.as(name.asText()).config();
            }
            figure.check(new Loop(figure, config.as(figure.name()).config().scheduler(), type).result());
        }
    }

    @Test
    void timesteps_are_those_the_peer_lists() {
        assertTimesteps("DDIMScheduler", 801, 601, 401, 201, 1);
        assertTimesteps("DDIMParallelScheduler", 801, 601, 401, 201, 1);
        assertTimesteps("DDIMInverseScheduler", 1, 201, 401, 601, 801);
        assertTimesteps("PNDMScheduler", 901, 851, 851, 801, 801, 751, 751, 701, 701, 651, 651, 601, 601, 501, 401, 301, 201, 101, 1);
    }

    private static void assertTimesteps(String name, double... expected) {
        Plan plan = DiffusersConfig.of(name).with("steps_offset", 1).scheduler().plan(name.startsWith("PNDM") ? 10 : 5);
        assertArrayEquals(expected, IntStream.range(0, plan.evaluations()).mapToDouble(plan::timestep).toArray(), name);
    }

    @Test
    void custom_timesteps_are_refused_where_the_peer_refuses_them() {
        for (String name : List.of("DDPMScheduler", "DDPMParallelScheduler", "LCMScheduler", "TCDScheduler", "CMStochasticIterativeScheduler")) {
            DiffusersScheduler scheduler = DiffusersConfig.of(name).scheduler();
            double most = scheduler.table().map(table -> table.size()).orElse(40);
            assertThrows(IllegalArgumentException.class, () -> scheduler.plan(Run.timesteps(39, 30, 12, 15, 0)), () -> name + ", out of order");
            assertThrows(IllegalArgumentException.class, () -> scheduler.plan(Run.steps(4).with("timesteps", new double[] {39, 30, 12, 1, 0})), () -> name + ", with a number of steps");
            assertThrows(IllegalArgumentException.class, () -> scheduler.plan(Run.timesteps(most)), () -> name + ", beyond the table");
        }
    }

    @Test
    void no_figure_is_missing() throws IOException {
        List<Figure> figures = Figure.all();
        assertEquals(113, figures.stream().map(Figure::toString).distinct().count());
        assertEquals(27, figures.stream().map(Figure::name).collect(Collectors.toSet()).size());
        assertEquals(28, figures.stream().filter(Figure::random).count());
        assertEquals(13, figures.stream().filter(figure -> figure.entry().has("float32")).count());
        assertEquals(19, figures.stream().filter(figure -> figure.entry().has("measured_sum")).count());
    }

    @Test
    void figures_below_their_own_tolerance_are_held_by_a_measured_value() throws IOException {
        List<Figure> vacuous = Figure.all().stream().filter(Figure::vacuous).toList();
        assertEquals(List.of(), vacuous.stream().filter(figure -> !figure.entry().has("measured_sum")).toList());
    }
}
