package io.github.diffusion4j.laws;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Spacing;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.samplers.ComposedScheduler;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.diffusers.DiffusersScheduler;
import io.github.diffusion4j.samplers.diffusers.Run;
import io.github.diffusion4j.samplers.solvers.SolverCatalog;
import io.github.diffusion4j.samplers.solvers.UniPc;
import io.github.diffusion4j.schedules.BetaSchedule;
import io.github.diffusion4j.schedules.CosineSchedule;
import io.github.diffusion4j.schedules.EdmSchedule;
import io.github.diffusion4j.schedules.SigmaRamp;
import io.github.diffusion4j.schedules.Sigmas;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.DoubleStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** No run exists or fails, and no weight explodes, because of the last bit of a level: ends are those that were given, and levels that only rounding tells apart are one. */
class RoundingTest {

    private static final List<String> RAMPS = List.of("use_karras_sigmas", "use_exponential_sigmas", "use_beta_sigmas", "use_lu_lambdas");

    private static final List<SigmaRamp> COMPOSED = List.of(SigmaRamp.karras(7), SigmaRamp.exponential(), SigmaRamp.klOptimal(), SigmaRamp.polyexponential(1.3), SigmaRamp.beta(0.6, 0.6));

    private static final GaussianData DATA = new GaussianData(0.7, 0.3);

    static List<SolverCatalog.Entry> deterministic() {
        return SolverCatalog.all().stream().filter(entry -> !entry.of(8).traits().stochastic() && entry.of(8).traits().order() > 0).toList();
    }

    /**
     * Polynomials of degree 2 and more through the last slopes, in sigma, cannot follow steps that grow as fast as an inversion's, and Heun++ weighs by the run's first time, an inversion's
     * least. DPM-Solver-v3 has the statistics of another network here, which over the first step of an inversion, 7 in half log-SNR, are as wrong as that is long.
     */
    static List<SolverCatalog.Entry> stableWhereStepsGrow() {
        return deterministic().stream().filter(entry -> !entry.name().equals("Heun++") && !entry.name().equals("DPM-Solver-v3")).filter(entry -> !entry.name().equals("LMS") || entry.of(8).traits().order() <= 2).toList();
    }

    /** Tables of any size, range and kind: recorded runs know few. */
    @Provide
    Arbitrary<DiffusersConfig> tables() {
        Arbitrary<String> names = Arbitraries.of("EulerDiscreteScheduler", "HeunDiscreteScheduler", "LMSDiscreteScheduler", "KDPM2DiscreteScheduler", "DPMSolverMultistepScheduler",
                "DPMSolverSinglestepScheduler", "DEISMultistepScheduler", "UniPCMultistepScheduler", "SASolverScheduler", "DPMSolverMultistepInverseScheduler");
        return Combinators.combine(names, Arbitraries.integers().between(61, 2000), Arbitraries.doubles().between(1e-5, 0.01).ofScale(7), Arbitraries.doubles().between(0.011, 0.2).ofScale(5),
                Arbitraries.of("linear", "scaled_linear", "squaredcos_cap_v2"), Arbitraries.of(RAMPS)).as((name, size, start, end, kind, ramp) -> DiffusersConfig.of(name)
                        .with("num_train_timesteps", size).with("beta_start", start).with("beta_end", end).with("beta_schedule", kind)
                        .with(DiffusersConfig.of(name).has(ramp) ? ramp : RAMPS.get(0), true));
    }

    private static DiffusersConfig with(DiffusersConfig config, String key, Object value) {
        return config.has(key) ? config.with(key, value) : config;
    }

    @Property(tries = 2000, seed = "42")
    void a_ramp_with_sigma_min_at_its_end_runs(@ForAll("tables") DiffusersConfig table, @ForAll @IntRange(min = 1, max = 60) int steps, @ForAll boolean noise, @ForAll boolean sde) {
        DiffusersConfig config = with(with(with(table, "final_sigmas_type", "sigma_min"), "predict_x0", !noise), "lower_order_final", true);
        String algorithm = (sde && !table.className().contains("Inverse") ? "sde-" : "") + "dpmsolver" + (noise ? "" : "++");
        config = table.className().startsWith("DPM") ? with(config, "algorithm_type", algorithm) : config;
        DiffusersScheduler scheduler = config.scheduler();
        Plan plan = scheduler.plan(steps);
        double[] sigmas = scheduler.table().orElseThrow().sigmas();
        boolean inverse = config.className().contains("Inverse");
        // Diffusers drops rounded timesteps that repeat, in this class alone.
        assertTrue(plan.steps() == steps || inverse && plan.steps() < steps && config.toJson().contains("use_karras_sigmas"), () -> plan.steps() + " steps for " + steps);
        if (steps > 1) {
            assertEquals(inverse ? sigmas[0] : sigmas[sigmas.length - 1], plan.level(0).edmSigma(), 1e-12 * sigmas[sigmas.length - 1]);
        }
        boolean respaced = plan.grid().still(plan.steps() - 1);
        boolean toZero = plan.grid().to(plan.steps() - 1).sigma() == 0;
        assertTrue(respaced || toZero || steps == 1 || inverse, () -> "the last step is neither one to sigma_min nor one to 0:\n" + plan.describe());
    }

    @Test
    void the_ends_of_a_run_are_those_of_its_ramp() {
        Plan plan = DiffusersConfig.parse("{\"_class_name\":\"EulerDiscreteScheduler\",\"use_karras_sigmas\":true,\"final_sigmas_type\":\"sigma_min\"}").scheduler().plan(20);
        double lowest = BetaSchedule.LINEAR.schedule(1000).cleanest().edmSigma();
        assertEquals(0.0277, plan.level(18).sigma(), 5e-5);
        assertEquals(lowest, plan.level(19).sigma(), 1e-15);
        assertTrue(plan.grid().still(19));
    }

    @Test
    void a_run_has_as_many_steps_as_asked_for_although_timesteps_repeat() {
        Plan plan = DiffusersConfig.parse("{\"_class_name\":\"DPMSolverMultistepInverseScheduler\",\"num_train_timesteps\":100,\"beta_schedule\":\"squaredcos_cap_v2\",\"use_beta_sigmas\":true}")
                .scheduler().plan(20);
        double[] expected = DoubleStream.concat(DoubleStream.of(0, 96), DoubleStream.concat(DoubleStream.generate(() -> 98).limit(17), DoubleStream.of(99))).toArray();
        assertArrayEquals(expected, java.util.stream.IntStream.range(0, plan.steps()).mapToDouble(plan::timestep).toArray());
    }

    @Property(tries = 400, seed = "42")
    void the_first_timestep_of_a_ramp_is_the_last_of_the_table(@ForAll("tables") DiffusersConfig table, @ForAll @IntRange(min = 2, max = 60) int steps) {
        int last = table.scheduler().table().orElseThrow().size() - 1;
        Plan plan = table.scheduler().plan(steps);
        boolean inverse = table.className().contains("Inverse");
        assertEquals(inverse ? 0 : last, plan.timestep(0), 1e-9);
    }

    private static double[] run(Plan plan, double... start) {
        return Trajectory.run(plan, Trajectory.Network.of(DATA), start, NoiseSource.none());
    }

    /** The guide's inversion: a run that ends at the cleanest level of training, reversed. Its first two levels are one, so that no weight explodes. */
    @ParameterizedTest
    @MethodSource("stableWhereStepsGrow")
    void inversion_on_a_ramp_finds_the_noise_again(SolverCatalog.Entry solver) {
        for (NoiseSchedule schedule : List.of(BetaSchedule.SCALED_LINEAR.schedule(1000, 0.00085, 0.012), BetaSchedule.LINEAR.schedule(1000), BetaSchedule.SQUARED_COSINE.schedule(300),
                new EdmSchedule(0.002, 80), new CosineSchedule(1, 0.008))) {
            for (SigmaRamp ramp : COMPOSED.subList(0, 3)) {
                Plan plan = ComposedScheduler.of(schedule, solver.of(40)).withSpacing(Sigmas.ramp(ramp)).withEnd(schedule.cleanest())
                        .withParameterization(io.github.diffusion4j.core.Parameterization.sample()).plan(40);
                double exact = DATA.flow(schedule.cleanest(), schedule.noisiest(), 0.9);
                double scale = Math.hypot(schedule.noisiest().alpha(), schedule.noisiest().sigma());
                double error = Math.abs(run(plan.reversed(), 0.9)[0] - exact) / scale;
                assertTrue(error < 0.3, () -> solver + " on " + schedule + ": relative error " + error + "\n" + plan.reversed().describe());
                plan.reversed().describe().rows().forEach(row -> row.weights().values().forEach(part -> part.values()
                        .forEach(weight -> assertTrue(Math.abs(weight) < 1e4 * scale, () -> solver + " weighs with " + weight + ":\n" + row))));
            }
        }
    }

    /** Weights that count steps, or look beyond the next one. */
    private static final Set<String> SEES_ALL_LEVELS = Set.of("iPNDM", "Heun++");

    @Provide
    Arbitrary<SolverCatalog.Entry> solvers() {
        return Arbitraries.of(deterministic().stream().filter(entry -> !entry.name().contains("singlestep") && !SEES_ALL_LEVELS.contains(entry.name())).toList());
    }

    /**
     * A level that is visited twice adds an evaluation and changes nothing: multistep solvers leave the older of two estimates at one level out. (With a corrector the second
     * evaluation sees the corrected sample, and the result gets a little better.)
     */
    @Property(tries = 400, seed = "42")
    void a_repeated_level_changes_nothing(@ForAll("solvers") SolverCatalog.Entry solver, @ForAll("grids") List<NoiseLevel> levels, @ForAll @IntRange(min = 0, max = 6) int place,
            @ForAll boolean rounded) {
        List<NoiseLevel> twice = new ArrayList<>(levels);
        NoiseLevel level = levels.get(place);
        twice.add(place, rounded ? new NoiseLevel(level.time(), level.alpha() * (1 + 1e-15), level.sigma() * (1 - 1e-15)) : level);
        double once = run(Trajectory.plan(solver.of(levels.size() - 1), grid(levels)), 1.3)[0];
        double repeated = run(Trajectory.plan(solver.of(twice.size() - 1), grid(twice)), 1.3)[0];
        boolean corrects = solver.of(8) instanceof UniPc || solver.name().equals("SA-Solver") || solver.variant().endsWith("with corrector");
        assertEquals(once, repeated, corrects ? 0.01 : 1e-10, () -> solver + " at level " + place);
    }

    private static TimeGrid grid(List<NoiseLevel> levels) {
        NoiseSchedule schedule = new EdmSchedule(1e-3, 1e3);
        return TimeGrid.contiguous(levels.subList(0, levels.size() - 1), levels.get(levels.size() - 1)).withCurve(schedule);
    }

    @Provide
    Arbitrary<List<NoiseLevel>> grids() {
        return Arbitraries.doubles().between(0.2, 1).list().ofSize(8).map(steps -> {
            List<NoiseLevel> levels = new ArrayList<>();
            double log = 2;
            for (double step : steps) {
                levels.add(new NoiseLevel(log, 1, Math.exp(log)));
                log -= step;
            }
            return levels;
        });
    }

    @Provide
    Arbitrary<Tuple.Tuple2<NoiseSchedule, Spacing>> ramps() {
        return Combinators.combine(Arbitraries.of(BetaSchedule.LINEAR.schedule(1000), BetaSchedule.SQUARED_COSINE.schedule(77), new EdmSchedule(0.002, 80), new CosineSchedule(1.3, 0.008)),
                Arbitraries.of(COMPOSED)).as((schedule, ramp) -> Tuple.of(schedule, Sigmas.ramp(ramp)));
    }

    @Property(tries = 300, seed = "42")
    void composed_ramps_end_at_the_levels_of_the_schedule(@ForAll("ramps") Tuple.Tuple2<NoiseSchedule, Spacing> ramp, @ForAll @IntRange(min = 2, max = 200) int steps) {
        List<NoiseLevel> levels = ramp.get2().levels(ramp.get1(), steps);
        assertEquals(ramp.get1().noisiest(), levels.get(0));
        assertEquals(ramp.get1().cleanest(), levels.get(steps - 1));
    }

    @Property(tries = 200, seed = "42")
    void edm_ramps_end_at_sigma_max_and_sigma_min(@ForAll @IntRange(min = 2, max = 60) int steps, @ForAll boolean exponential, @ForAll boolean zero,
            @ForAll("edm") DiffusersConfig config) {
        DiffusersConfig edm = config.with("sigma_schedule", exponential ? "exponential" : "karras").with("final_sigmas_type", zero ? "zero" : "sigma_min");
        Plan plan = edm.scheduler().plan(Run.steps(steps));
        assertEquals(edm.scheduler().schedule().noisiest().sigma(), plan.level(0).sigma());
        assertEquals(edm.scheduler().schedule().cleanest().sigma(), plan.level(plan.evaluations() - 1).sigma());
    }

    @Provide
    Arbitrary<DiffusersConfig> edm() {
        return Combinators.combine(Arbitraries.of("EDMEulerScheduler", "EDMDPMSolverMultistepScheduler", "CosineDPMSolverMultistepScheduler"), Arbitraries.doubles().between(1e-4, 1).ofScale(6),
                Arbitraries.doubles().between(1.1, 700), Arbitraries.doubles().between(1, 12)).as((name, lowest, highest, rho) -> DiffusersConfig.of(name)
                        .with("sigma_min", lowest).with("sigma_max", highest).with("rho", rho));
    }
}
