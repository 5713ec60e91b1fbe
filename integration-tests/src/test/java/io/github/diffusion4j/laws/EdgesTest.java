package io.github.diffusion4j.laws;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.Spacing;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.samplers.ComposedScheduler;
import io.github.diffusion4j.samplers.Sampling;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.diffusers.Run;
import io.github.diffusion4j.samplers.solvers.SolverCatalog;
import io.github.diffusion4j.schedules.BetaSchedule;
import io.github.diffusion4j.schedules.CosineSchedule;
import io.github.diffusion4j.schedules.EdmSchedule;
import io.github.diffusion4j.schedules.Flow;
import io.github.diffusion4j.schedules.SigmaRamp;
import io.github.diffusion4j.schedules.Sigmas;
import io.github.diffusion4j.schedules.Timesteps;
import io.github.diffusion4j.schedules.TrigSchedule;
import io.github.diffusion4j.schedules.VarianceExploding;
import io.github.diffusion4j.schedules.VarianceSde;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Whatever is put together either runs, with as many steps as asked (two Diffusers classes count otherwise, as there) and finite numbers, or is refused when the plan is made, for one of a few reasons. 22,000 combinations.
 */
class EdgesTest {

    private static final AtomicInteger RUNS = new AtomicInteger();
    private static final AtomicInteger REFUSALS = new AtomicInteger();

    private static final List<NoiseSchedule> SCHEDULES = List.of(BetaSchedule.LINEAR.schedule(1000), BetaSchedule.SCALED_LINEAR.schedule(1000, 0.00085, 0.012),
            BetaSchedule.SQUARED_COSINE.schedule(1000), BetaSchedule.SCALED_LINEAR.schedule(1000, 0.00085, 0.012).withZeroTerminalSnr(),
            BetaSchedule.LINEAR.schedule(100).withSnrDivided(3), VarianceExploding.of(BetaSchedule.LINEAR.schedule(1000)), new Flow(1000), new Flow(1),
            new EdmSchedule(0.002, 80), new VarianceSde(0.1, 20), new CosineSchedule(1, 0.008), new TrigSchedule(1));

    private static final List<Spacing> SPACINGS = List.of(Timesteps.leading(0), Timesteps.leading(1), Timesteps.linspace(), Timesteps.trailing(), Sigmas.time(),
            Sigmas.ramp(SigmaRamp.karras(7)), Sigmas.ramp(SigmaRamp.exponential()), Sigmas.ramp(SigmaRamp.beta(0.6, 0.6)), Sigmas.ramp(SigmaRamp.karras(7), 14, 0.03),
            Sigmas.logSnr(3, -2), Sigmas.shiftedFlow(3), Sigmas.explicit(10, 3, 1, 0.2));

    private static final List<Parameterization> PARAMETERIZATIONS = List.of(Parameterization.epsilon(), Parameterization.sample(), Parameterization.velocity(), Parameterization.flow());

    private static final List<DataCorrection> CORRECTIONS = List.of(DataCorrection.NONE, DataCorrection.clip(1), DataCorrection.dynamicThreshold(0.95, 1.5));

    @Provide
    Arbitrary<Integer> steps() {
        return Arbitraries.frequencyOf(Tuple.of(12, Arbitraries.integers().between(1, 8)), Tuple.of(4, Arbitraries.integers().between(9, 60)),
                Tuple.of(1, Arbitraries.integers().between(61, 1000)));
    }

    @Provide
    Arbitrary<NoiseSchedule> schedules() {
        return Arbitraries.of(SCHEDULES);
    }

    @Provide
    Arbitrary<Spacing> spacings() {
        return Arbitraries.of(SPACINGS);
    }

    @Provide
    Arbitrary<Parameterization> parameterizations() {
        return Arbitraries.of(PARAMETERIZATIONS);
    }

    @Provide
    Arbitrary<DataCorrection> corrections() {
        return Arbitraries.of(CORRECTIONS);
    }

    @Provide
    Arbitrary<SolverCatalog.Entry> solvers() {
        return Arbitraries.of(SolverCatalog.all());
    }

    @Provide
    Arbitrary<DiffusersConfig> configs() {
        List<String> names = List.copyOf(DiffusersConfig.classNames());
        Arbitrary<DiffusersConfig> config = Arbitraries.of(names).map(DiffusersConfig::of);
        return with(with(with(with(with(with(with(config, "timestep_spacing", "leading", "linspace", "trailing"), "prediction_type", "epsilon", "sample", "v_prediction", "flow_prediction"),
                "final_sigmas_type", "zero", "sigma_min"), "solver_order", 1, 2, 3), "rescale_betas_zero_snr", true, false), "beta_schedule", "linear", "squaredcos_cap_v2"),
                "algorithm_type", "dpmsolver", "dpmsolver++", "sde-dpmsolver", "sde-dpmsolver++").flatMap(c -> with(with(with(with(with(Arbitraries.just(c),
                        "use_karras_sigmas", true, false), "use_exponential_sigmas", true, false), "use_beta_sigmas", true, false), "use_flow_sigmas", true, false),
                        "thresholding", true, false));
    }

    /** With one of some values for a key, or with its default, where the class has it. */
    private static Arbitrary<DiffusersConfig> with(Arbitrary<DiffusersConfig> configs, String key, Object... values) {
        return configs.flatMap(config -> config.has(key)
                ? Arbitraries.integers().between(-3, values.length - 1).map(i -> i < 0 ? config : config.with(key, values[i]))
                : Arbitraries.just(config));
    }

    /** The reasons for which a run may be refused: what was put together has no meaning, or no network can say what is asked. Any other refusal is a fault. */
    private static final List<String> REASONS = List.of("spacing by timesteps needs a discrete schedule", "shifted flow times need a flow", "a ramp needs ends with both signal and noise",
            "explicit noise levels cannot make a run of", "lies outside the schedule's range", "is out of range; this", "says nothing about the data at alpha 0",
            "says nothing about the noise at sigma 0", "final_sigmas_type sigma_min of a flow",
            "steps must lie in 1 to", "outside 0 to", "only one of use_karras_sigmas", "unknown prediction_type", "unknown algorithm_type", "unknown beta_schedule", "has solver_order 1 and 2",
            "takes 2 steps", "cannot step to sigma 0", "cannot step to clean data", "has timestep_spacing leading and trailing", "has no thresholding", "no third order for sde-dpmsolver",
            "needs at least 2", "needs as many timesteps to pick from", "step towards the noise cannot", "and use_karras_sigmas runs over sigma / alpha",
            "and use_exponential_sigmas runs over sigma / alpha", "from which a restart cannot jump", "at a level with noise to restart from", "and use_beta_sigmas runs over sigma / alpha");

    private static void runs(Supplier<Plan> made, IntPredicate asked, Supplier<String> what) {
        Plan plan;
        try {
            plan = made.get();
        } catch (IllegalArgumentException e) {
            REFUSALS.incrementAndGet();
            // Diffusers gives the last timestep of a table of zero terminal SNR a signal of 2^-24, on linear betas more than the one before it has: a run that visits both turns around.
            boolean patched = e.getMessage().contains("step 0 of the grid turns around") && e.getMessage().contains("\"rescale_betas_zero_snr\":true");
            assertTrue(patched || REASONS.stream().anyMatch(String.valueOf(e.getMessage())::contains), () -> what.get() + " is refused: " + e.getMessage());
            return;
        }
        RUNS.incrementAndGet();
        assertTrue(asked.test(plan.steps()), () -> what.get() + " makes " + plan.steps() + " steps");
        CounterNoise noise = CounterNoise.of(1);
        INDArray result = Sampling.run(plan, in -> Transforms.tanh(in.sample(), true), plan.start(noise, ElementType.DOUBLE, 1, 2, 1), noise, Sampling.Listener.none());
        for (double value : result.data().asDouble()) {
            assertTrue(Double.isFinite(value), () -> what.get() + " gives " + value);
        }
        result.close();
    }

    @Property(tries = 14_000, seed = "42")
    void whatever_is_composed(@ForAll("schedules") NoiseSchedule schedule, @ForAll("spacings") Spacing spacing, @ForAll("parameterizations") Parameterization parameterization,
            @ForAll("corrections") DataCorrection correction, @ForAll("solvers") SolverCatalog.Entry solver, @ForAll("steps") int steps, @ForAll boolean toClean) {
        runs(() -> {
            ComposedScheduler scheduler = ComposedScheduler.of(schedule, solver.of(steps)).withSpacing(spacing).withParameterization(parameterization).withCorrection(correction);
            return (toClean ? scheduler : scheduler.withEnd(schedule.cleanest())).plan(steps);
        }, made -> made == steps, () -> schedule + ", " + spacing + ", " + parameterization + ", " + correction + ", " + solver + ", " + steps + " steps");
    }

    @Property(tries = 8_000, seed = "42")
    void whatever_a_config_says(@ForAll("configs") DiffusersConfig config, @ForAll("steps") int steps) {
        runs(() -> config.scheduler().plan(Run.steps(steps)), made -> switch (config.className()) {
            // Counts the points of a run, clean data among them.
            case "MiniMaxH3Scheduler" -> made == steps - 1;
            // Merges levels whose timesteps are equal after rounding, as in Diffusers.
            case "DPMSolverMultistepInverseScheduler" -> made <= steps;
            default -> made == steps;
        }, () -> config + ", " + steps + " steps");
    }

    @AfterContainer
    static void both_kinds_occurred() {
        System.out.println("edges: " + RUNS + " ran, " + REFUSALS + " were refused");
        assertTrue(RUNS.get() > 5000 && REFUSALS.get() > 1000, () -> RUNS + " ran, " + REFUSALS + " were refused");
    }
}
