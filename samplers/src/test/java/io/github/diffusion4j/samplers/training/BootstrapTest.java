package io.github.diffusion4j.samplers.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.training.DrawnLevels;
import io.github.diffusion4j.core.training.LevelDraw;
import io.github.diffusion4j.core.training.LevelSampler;
import io.github.diffusion4j.core.training.NoisedBatch;
import io.github.diffusion4j.core.training.TrainingRecipe;
import io.github.diffusion4j.samplers.ComposedScheduler;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.Coordinate;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.Heun;
import io.github.diffusion4j.schedules.BetaSchedule;
import io.github.diffusion4j.schedules.EdmSchedule;
import io.github.diffusion4j.schedules.Flow;
import io.github.diffusion4j.schedules.TrigSchedule;
import io.github.diffusion4j.schedules.networks.ConsistencyNetwork;
import io.github.diffusion4j.schedules.networks.EdmNetwork;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** On Gaussian data N(m, S) all maps are known, so that targets can be compared with what they approximate. */
class BootstrapTest {

    private static final double MEAN = 0.3;
    private static final double VARIANCE = 0.49;
    private static final Solver DDIM = new FirstOrder(new Ancestral(0), true);

    /** How an exact network answers: its estimate of the data, in the parameterization that is asked for. */
    private interface Estimate {
        double data(double x, NoiseLevel level);
    }

    private static double posterior(double x, NoiseLevel level) {
        double a = level.alpha();
        double s = level.sigma();
        return (a * VARIANCE * x + s * s * MEAN) / (a * a * VARIANCE + s * s);
    }

    private static double deviation(NoiseLevel level) {
        return Math.sqrt(level.alpha() * level.alpha() * VARIANCE + level.sigma() * level.sigma());
    }

    /** Where the probability flow leads from one level to another. */
    private static double flow(double x, NoiseLevel from, NoiseLevel to) {
        return to.alpha() * MEAN + deviation(to) / deviation(from) * (x - from.alpha() * MEAN);
    }

    /** The only sample's lesson as numbers: what the student sees, what it is to return. */
    private record Taught(double input, double target, double weight) {}

    private static Taught taught(NoiseSchedule schedule, Bootstrap bootstrap, Networks<HostArray> networks, NoiseLevel level, double data, double noise) {
        NoisedBatch<HostArray> batch = BootstrapBatches.of(ComposedScheduler.of(schedule, DDIM).on(HostArrays.HEAP), TrainingRecipe.of(LevelSampler.uniform(new Flow(1))), bootstrap, networks)
                .batch(one(data), one(noise), new DrawnLevels(List.of(level), 1), List.of(), 1, 0);
        return new Taught(batch.input().values()[0], batch.target().values()[0], batch.weights().values()[0]);
    }

    private static HostArray one(double value) {
        return HostArray.of(new double[] {value}, 1, 1);
    }

    /** A network that is told sigma itself and returns its estimate of the data. */
    private static Networks<HostArray> exact(Estimate estimate) {
        return call -> one(estimate.data(call.input().values()[0], new NoiseLevel(0, 1, call.timesteps().values()[0])));
    }

    /** With the exact consistency function the target of distillation is off by what the solver misses in one step: of first order h^2, of second h^3 (Song et al., theorem 1). */
    @Test
    void the_error_of_distillation_has_the_order_of_the_solver() {
        assertEquals(2, slope(DDIM), 0.1);
        assertEquals(3, slope(new Heun(Coordinate.EDM)), 0.1);
    }

    private static double slope(Solver solver) {
        EdmSchedule schedule = new EdmSchedule(1e-3, 80);
        NoiseLevel from = schedule.at(2);
        double[] errors = IntStream.of(32, 64).mapToDouble(n -> {
            NoiseLevel to = schedule.at(2 - 1.0 / n);
            Networks<HostArray> networks = exact((x, level) -> posterior(x, level));
            Networks<HostArray> roles = call -> call.role() == Role.TEACHER ? networks.evaluate(call)
                    : one(flow(call.input().values()[0], new NoiseLevel(0, 1, call.timesteps().values()[0]), NoiseLevel.clean(0)));
            double x = 0.7 + 2 * 1.3;
            Taught lesson = taught(schedule, Consistency.of(Parameterization.sample(), (drawn, iteration) -> new Gap.Pair(from, to), Route.teacher(solver, Parameterization.sample())), roles, from, 0.7, 1.3);
            return Math.abs(lesson.target() - flow(x, from, NoiseLevel.clean(0)));
        }).toArray();
        return Math.log(errors[0] / errors[1]) / Math.log(2);
    }

    /** Consistency training's error is of the conditional path: its mean over noise at a fixed sample vanishes to second order; here both ends of the route lie on one line. */
    @Property(tries = 50, seed = "42")
    void without_a_teacher_the_route_keeps_data_and_noise(@ForAll @DoubleRange(min = 0.01, max = 60) double sigma, @ForAll @DoubleRange(min = -2, max = 2) double data,
            @ForAll @DoubleRange(min = -2, max = 2) double noise) {
        List<Double> seen = new ArrayList<>();
        EdmSchedule schedule = new EdmSchedule(1e-3, 80);
        Gap gap = (drawn, iteration) -> new Gap.Pair(drawn, schedule.at(drawn.sigma() / 2));
        Taught lesson = taught(schedule, Consistency.of(Parameterization.sample(), gap, Route.data()), call -> {
            seen.add(call.input().values()[0]);
            return one(0.25);
        }, schedule.at(sigma), data, noise);
        assertEquals(data + sigma / 2 * noise, seen.get(0), 1e-12 * (1 + sigma));
        assertEquals(data + sigma * noise, lesson.input(), 1e-12 * (1 + sigma));
        assertEquals(0.25, lesson.target(), 1e-15);
    }

    /** With the boundary condition the target's error counts by the square of c_out, and the student that returns the target says what is wanted. */
    @Property(tries = 50, seed = "42")
    void the_boundary_condition_is_part_of_the_target(@ForAll @DoubleRange(min = 0.01, max = 60) double sigma) {
        EdmSchedule schedule = new EdmSchedule(0.002, 80);
        ConsistencyNetwork student = new ConsistencyNetwork(0.5, 0.002);
        NoiseLevel level = schedule.at(sigma);
        NoiseLevel cleaner = schedule.at(0.002);
        Taught lesson = taught(schedule, Consistency.of(student, (drawn, iteration) -> new Gap.Pair(drawn, cleaner), Route.data()), call -> one(1e3), level, 0.4, -1.1);
        double x = 0.4 - 1.1 * sigma;
        double said = student.data(level).first() * x + student.data(level).second() * lesson.target();
        assertEquals(0.4 - 1.1 * 0.002, said, 1e-9 * (1 + sigma), "at sigma_min the estimate is the sample, whatever the network returns");
        assertEquals(Math.pow(student.data(level).second(), 2), lesson.weight(), 1e-12 * lesson.weight());
    }

    /** Easy tuning begins as diffusion training: where the cleaner level is 0 the target is the data. */
    @Test
    void a_gap_that_reaches_the_data_teaches_the_data() {
        EdmSchedule schedule = new EdmSchedule(1e-6, 1e6);
        Gap closing = Gap.closing(schedule, new TimePair(2, 8, 1), 100);
        assertEquals(0, closing.of(schedule.at(0.01), 0).cleaner().sigma());
        Taught lesson = taught(schedule, Consistency.of(EdmNetwork.of(0.5), closing, Route.data()).perGap(), call -> one(9), schedule.at(0.01), 0.4, -1.1);
        EdmNetwork network = EdmNetwork.of(0.5);
        double x = 0.4 - 0.011;
        assertEquals(0.4, network.data(schedule.at(0.01)).first() * x + network.data(schedule.at(0.01)).second() * lesson.target(), 1e-12);
        double late = closing.of(schedule.at(0.01), 1000).cleaner().sigma();
        assertTrue(late > 0.009 && late < 0.01, "the gap closes: " + late);
    }

    /** The exact mean velocity of Gaussian data satisfies the shortcut identity. */
    @Property(tries = 50, seed = "42")
    void the_exact_mean_velocity_is_its_own_shortcut(@ForAll @DoubleRange(min = 0.02, max = 1) double time, @ForAll @IntRange(min = 0, max = 500) int iteration) {
        Flow schedule = new Flow(1);
        Shortcut shortcut = new Shortcut(schedule, Parameterization.flow(), 128);
        Networks<HostArray> mean = call -> {
            double t = call.timesteps().values()[0];
            double d = call.columns().get(0).values()[0];
            double x = call.input().values()[0];
            return one((x - flow(x, schedule.at(t), schedule.at(Math.max(0, t - d)))) / d);
        };
        NoisedBatch<HostArray> batch = BootstrapBatches.of(ComposedScheduler.of(schedule, DDIM).on(HostArrays.HEAP), TrainingRecipe.of(LevelSampler.uniform(schedule)), shortcut, mean)
                .batch(one(0.8), one(-0.4), new DrawnLevels(List.of(schedule.at(time)), 1), List.of(), iteration, iteration);
        double twice = batch.columns().get(0).values()[0];
        double t = batch.timesteps().values()[0];
        double x = batch.input().values()[0];
        assertEquals((x - flow(x, schedule.at(t), schedule.at(Math.max(0, t - twice)))) / twice, batch.target().values()[0], 1e-9);
        assertEquals(Math.rint(t / twice), t / twice, 1e-9, "times are multiples of the length");
    }

    /** A derivative by central differences errs with the square of the step. */
    @Test
    void mean_flows_find_their_derivative_by_differences() {
        double t = 0.7;
        double r = 0.2;
        Flow schedule = new Flow(1);
        MeanFlow meanFlow = new MeanFlow(Parameterization.flow(), LevelDraw.uniformFlowTime(), 0, 1);
        // z and its velocity on the exact flow: the conditional velocity is that of this one sample.
        double z = 0.2;
        double v = (flow(z, schedule.at(t), schedule.at(t + 1e-5)) - flow(z, schedule.at(t), schedule.at(t - 1e-5))) / 2e-5;
        Networks<HostArray> mean = call -> {
            double time = call.timesteps().values()[0];
            double x = call.input().values()[0];
            return one((x - flow(x, schedule.at(time), schedule.at(r))) / (time - r));
        };
        double exact = (z - flow(z, schedule.at(t), schedule.at(r))) / (t - r);
        double[] errors = Arrays.stream(new double[] {0.02, 0.01}).map(h -> Math.abs(new BootstrapBatches<>(ComposedScheduler.of(schedule, DDIM).on(HostArrays.HEAP),
                TrainingRecipe.of(LevelSampler.uniform(schedule)), (tape, level, chance, iteration) -> meanFlow.lesson(tape, t, r), mean, h)
                .batch(one(z - t * v), one(z + (1 - t) * v), new DrawnLevels(List.of(schedule.at(t)), 1), List.of(), 1, 0).target().values()[0] - exact)).toArray();
        assertEquals(4, errors[0] / errors[1], 0.1);
        assertTrue(errors[1] < 1e-3, errors[1] + "");
    }

    /** A student that is exact has no tangent: the target of continuous-time consistency is its own output. */
    @Test
    void an_exact_consistency_function_has_no_tangent() {
        TrigSchedule schedule = new TrigSchedule(1);
        Networks<HostArray> exact = call -> {
            NoiseLevel level = schedule.at(call.timesteps().values()[0]);
            double x = call.input().values()[0];
            double velocity = call.role() == Role.TEACHER ? (level.alpha() * x - posterior(x, level)) / level.sigma() : (level.alpha() * x - flow(x, level, NoiseLevel.clean(0))) / level.sigma();
            return one(velocity);
        };
        for (double angle : new double[] {0.2, 0.8, 1.3}) {
            NoiseLevel level = schedule.at(angle);
            double x = 0.5 * level.alpha() - 0.9 * level.sigma();
            NoisedBatch<HostArray> batch = new BootstrapBatches<>(ComposedScheduler.of(schedule, DDIM).on(HostArrays.HEAP), TrainingRecipe.of(LevelSampler.uniform(schedule)),
                    new ContinuousConsistency(true, 0, 0.1), exact, 1e-4).batch(one(0.5), one(-0.9), new DrawnLevels(List.of(level), 1), List.of(), 1, 0);
            assertEquals((level.alpha() * x - flow(x, level, NoiseLevel.clean(0))) / level.sigma(), batch.target().values()[0], 1e-6, "angle " + angle);
        }
    }

    /** Two steps of DDIM by a teacher that knows the data are one step to the same place. */
    @Property(tries = 50, seed = "42")
    void a_halved_run_of_a_perfect_teacher_teaches_the_data(@ForAll @DoubleRange(min = 0.05, max = 1.5) double angle) {
        TrigSchedule schedule = new TrigSchedule(1);
        ProgressiveDistillation halved = new ProgressiveDistillation(Parameterization.sample(), DDIM, schedule, List.of(0.0, 1.0, 2.0));
        Taught lesson = taught(schedule, (tape, level, chance, iteration) -> halved.lesson(tape, level, schedule.at(angle * 0.7), schedule.at(angle * 0.4)), call -> one(0.6), schedule.at(angle), 0.6, 1.2);
        assertEquals(0.6, lesson.target(), 1e-9);
    }

    /** Student and target of a phase arrive at one place if the network knows the data. */
    @Test
    void phases_end_at_their_edges() {
        var table = BetaSchedule.SCALED_LINEAR.schedule(1000, 0.00085, 0.012);
        for (int phases : new int[] {1, 4, 50}) {
            Phases of = new Phases(table, 50, phases);
            for (int index = 0; index < 50; index++) {
                assertTrue(of.edge(index) <= index && of.index(of.level(index)) == index);
                NoiseLevel level = of.level(index);
                for (boolean anywhere : new boolean[] {false, true}) {
                    PhasedConsistency bootstrap = new PhasedConsistency(Parameterization.sample(), of, Route.data(), anywhere, Consistency.Guidance.NONE);
                    Taught lesson = taught(table, bootstrap, call -> one(0.6), level, 0.6, 1.2);
                    assertEquals(0.6, lesson.target(), 1e-7, phases + " phases, index " + index);
                }
            }
        }
        assertThrows(IllegalArgumentException.class, () -> new Phases(table, 50, 51));
        assertThrows(IllegalArgumentException.class, () -> new Phases(table, 50, 4).index(table.at(500)));
    }

    /** A generator moves by the normalised difference of the two estimates, against the critic and towards the teacher. */
    @Test
    void distribution_matching_moves_towards_the_teacher() {
        Taught lesson = taught(new Flow(1), new DistributionMatching(Parameterization.sample()), call -> one(call.role() == Role.TEACHER ? 1.0 : 0.25), new Flow(1).at(0.5), 0.5, 1);
        assertEquals(0.5 + (1.0 - 0.25) / 0.5, lesson.target(), 1e-12);
        assertEquals(0.5, lesson.weight(), 1e-15);
    }

    /** DREAM with an exact network is plain training. */
    @Test
    void dreaming_of_no_error_changes_nothing() {
        NoiseLevel level = new TrigSchedule(1).at(0.8);
        Taught lesson = taught(new TrigSchedule(1), new Dream(1), call -> one(-0.9), level, 0.5, -0.9);
        assertEquals(-0.9, lesson.target(), 1e-15);
        assertEquals(0.5 * level.alpha() - 0.9 * level.sigma(), lesson.input(), 1e-15);
    }

    static List<Recipe> recipes() {
        return Recipes.all();
    }

    /** Every recipe makes finite batches, the same over and over, and a sample's lesson does not depend on its neighbours unless noise is coupled. */
    @ParameterizedTest
    @MethodSource("recipes")
    void every_recipe_makes_batches(Recipe recipe) {
        Networks<HostArray> networks = call -> {
            HostArray out = HostArrays.HEAP.make(call.input().type(), call.input().shape());
            double shift = call.branch().equals(Branch.CONDITIONAL) ? 0.1 : -0.1;
            out.fill(Arrays.stream(call.input().values()).map(x -> Math.tanh(x) + shift + call.role().ordinal() * 0.01).toArray());
            return out;
        };
        HostArray data = HostArray.of(IntStream.range(0, 24).mapToDouble(i -> Math.sin(i)).toArray(), 3, 2, 2, 2);
        NoisedBatch<HostArray> batch = recipe.batches(HostArrays.HEAP, networks).batch(data, List.of(), 7, 3);
        NoisedBatch<HostArray> again = recipe.batches(HostArrays.HEAP, networks).batch(data, List.of(), 7, 3);
        NoisedBatch<HostArray> alone = recipe.batches(HostArrays.HEAP, networks).batch(data.part(0, 0, 1), List.of(), 7, 3);
        for (HostArray array : List.of(batch.input(), batch.timesteps(), batch.target(), batch.weights())) {
            assertTrue(Arrays.stream(array.values()).allMatch(Double::isFinite), recipe.name() + ": " + Arrays.toString(array.values()));
        }
        assertEquals(batch, again);
        assertFalse(batch.equals(recipe.batches(HostArrays.HEAP, networks).batch(data, List.of(), 7, 4)));
        if (!recipe.name().equals("OT-CFM")) {
            assertArrayEquals(alone.target().values(), Arrays.copyOf(batch.target().values(), 8), recipe.name());
        }
        assertEquals(recipe, Recipes.named(recipe.name().toUpperCase(Locale.ROOT)));
        assertTrue(recipe.scheduler().plan(4).evaluations() == 4 && !recipe.source().isEmpty());
        if (!recipe.bootstrap().isEmpty()) {
            String refusal = assertThrows(IllegalStateException.class, () -> recipe.batches(HostArrays.HEAP, Recipe.alone()).batch(data, List.of(), 7, 3)).getMessage();
            assertTrue(refusal.contains("recipe.batches(arrays, networks)"), refusal);
        }
    }

    @Test
    void bad_input_is_refused() {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Recipes.named("SD4")).getMessage().contains("sd3"));
        assertThrows(IllegalArgumentException.class, () -> new Shortcut(new Flow(1), Parameterization.flow(), 100));
        assertThrows(IllegalArgumentException.class, () -> new MeanFlow(Parameterization.flow(), LevelDraw.uniformFlowTime(), 1.5, 1));
        assertThrows(IllegalArgumentException.class, () -> new ProgressiveDistillation(Parameterization.sample(), DDIM, new Flow(1), List.of(0.0, 1.0)));
        EdmSchedule edm = new EdmSchedule(0.002, 80);
        Consistency closed = Consistency.of(Parameterization.sample(), (drawn, iteration) -> new Gap.Pair(drawn, drawn), Route.data()).perGap();
        String closing = assertThrows(IllegalArgumentException.class, () -> taught(edm, closed, call -> one(0), edm.at(1), 1, 1)).getMessage();
        assertTrue(closing.contains("let the gap close less far"), closing);
        Flow flow = new Flow(1);
        Bootstrap clean = (tape, level, chance, iteration) -> Tape.lesson(Parameterization.epsilon(), flow.at(0), Linear.DATA, Linear.DATA);
        String refusal = assertThrows(IllegalArgumentException.class, () -> taught(flow, clean, Recipe.alone(), flow.at(0.5), 1, 1)).getMessage();
        assertTrue(refusal.contains("draw levels with more noise"), refusal);
        Bootstrap uneven = (tape, level, chance, iteration) -> Tape.direct(Parameterization.flow(), level, Tape.at(level),
                tape.ask(chance.row() == 0 ? Role.TEACHER : Role.STUDENT, Parameterization.flow(), Tape.at(level), level));
        refusal = assertThrows(IllegalArgumentException.class, () -> BootstrapBatches.of(ComposedScheduler.of(flow, DDIM).on(HostArrays.HEAP), TrainingRecipe.of(LevelSampler.uniform(flow)), uneven,
                (Networks.Call<HostArray> call) -> call.input()).batch(HostArray.of(new double[2], 2, 1), List.of(), 1, 0)).getMessage();
        assertTrue(refusal.contains("different networks"), refusal);
    }
}
