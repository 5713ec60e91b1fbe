package io.github.diffusion4j.samplers;

import static io.github.diffusion4j.samplers.TestArrays.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.Spacing;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.samplers.diffusers.DDIMInverseScheduler;
import io.github.diffusion4j.samplers.diffusers.DDIMParallelScheduler;
import io.github.diffusion4j.samplers.diffusers.DDIMScheduler;
import io.github.diffusion4j.samplers.diffusers.DDPMParallelScheduler;
import io.github.diffusion4j.samplers.diffusers.DDPMScheduler;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.diffusers.DiffusersScheduler;
import io.github.diffusion4j.samplers.diffusers.DiscreteProcess;
import io.github.diffusion4j.samplers.diffusers.Run;
import io.github.diffusion4j.samplers.solvers.Convention;
import io.github.diffusion4j.samplers.solvers.VarianceType;
import io.github.diffusion4j.schedules.BetaSchedule;
import io.github.diffusion4j.schedules.Timesteps;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The classes of DDIM and DDPM, which are made from a config or in code. */
class CodeOrConfigTest {

    private static final DiscreteProcess PROCESS = DiscreteProcess.of(BetaSchedule.LINEAR.schedule(1000));

    private static final Map<String, Function<DiscreteProcess, DiffusersScheduler>> IN_CODE = Map.of("DDIMScheduler", DDIMScheduler::of,
            "DDIMParallelScheduler", DDIMParallelScheduler::of, "DDIMInverseScheduler", DDIMInverseScheduler::of, "DDPMScheduler", DDPMScheduler::of,
            "DDPMParallelScheduler", DDPMParallelScheduler::of);

    @ParameterizedTest
    @ValueSource(strings = {"DDIMScheduler", "DDIMParallelScheduler", "DDIMInverseScheduler", "DDPMScheduler", "DDPMParallelScheduler"})
    void code_with_the_convention_of_diffusers_gives_the_numbers_of_the_config(String name) {
        DiscreteProcess process = PROCESS.withConvention(Convention.DIFFUSERS).withParameterization(Parameterization.velocity()).withCorrection(DataCorrection.clip(1));
        Map<String, Spacing> spacings = Map.of("leading", Timesteps.leading(0), "linspace", Timesteps.linspace(), "trailing", Timesteps.trailing());
        for (String spacing : name.equals("DDIMInverseScheduler") ? Set.of("leading", "trailing") : spacings.keySet()) {
            DiffusersScheduler config = DiffusersConfig.of(name).with("timestep_spacing", spacing).with("prediction_type", "v_prediction").scheduler();
            DiffusersScheduler code = IN_CODE.get(name).apply(process.withSpacing(spacings.get(spacing)));
            assertEquals(name, code.name());
            assertEquals(Optional.of(PROCESS.schedule()), code.table());
            assertEquals(config.end(-1), code.end(-1));
            for (int steps : new int[] {1, 2, 3, 7, 30, 62, 1000}) {
                assertEquals(config.plan(steps).describe(), code.plan(steps).describe(), () -> name + " " + spacing + " " + steps);
            }
        }
    }

    @Test
    void options_of_the_code_are_the_keys_of_the_config() {
        DDIMScheduler ddim = DDIMScheduler.of(PROCESS.withConvention(Convention.DIFFUSERS).withCorrection(DataCorrection.clip(1)));
        DiffusersConfig config = DiffusersConfig.of("DDIMScheduler");
        assertEquals(config.with("set_alpha_to_one", false).scheduler().plan(7).describe(), ddim.withAlphaToOne(false).plan(7).describe());
        Run run = Run.steps(7).with("eta", 0.5).with("use_clipped_model_output", true);
        assertEquals(config.scheduler().plan(run).describe(), ddim.withEta(0.5).withClippedModelOutput(true).plan(7).describe());
        assertEquals(config.scheduler().plan(run).describe(), ((DDIMScheduler) config.scheduler()).withEta(0.5).plan(run).describe());
        DDPMScheduler ddpm = DDPMScheduler.of(ddim.process());
        assertEquals(DiffusersConfig.of("DDPMScheduler").with("variance_type", "fixed_large").scheduler().plan(7).describe(),
                ddpm.withVariance(VarianceType.FIXED_LARGE).plan(7).describe());
    }

    @Test
    void a_run_may_say_otherwise() {
        DDIMParallelScheduler ddim = DDIMParallelScheduler.of(PROCESS).withEta(1).withClippedModelOutput(true).withAlphaToOne(false);
        assertEquals(ddim.withEta(0.3).plan(5).describe(), ddim.plan(Run.steps(5).with("eta", 0.3)).describe());
        assertEquals(ddim.withClippedModelOutput(false).plan(5).describe(), ddim.plan(Run.steps(5).with("use_clipped_model_output", false)).describe());
    }

    @Test
    void given_timesteps_may_lie_between_those_of_the_table() {
        Plan plan = DDIMScheduler.of(PROCESS).plan(Run.timesteps(900.5, 20, 3));
        assertEquals(PROCESS.schedule().at(900.5), plan.level(0));
        assertEquals(PROCESS.schedule().at(20), plan.grid().to(0));
        assertEquals(900, DDPMScheduler.of(PROCESS.withConvention(Convention.DIFFUSERS)).plan(Run.timesteps(900.5, 20)).timestep(0));
        assertThrows(IllegalArgumentException.class, () -> DDPMScheduler.of(PROCESS).plan(Run.steps(3).with("timesteps", new double[] {9, 8})));
        assertThrows(IllegalArgumentException.class, () -> DDPMScheduler.of(PROCESS).plan(Run.timesteps(999.5, 20)));
    }

    @Test
    void a_scheduler_of_a_small_table_can_step() {
        DDIMScheduler ddim = DDIMScheduler.of(DiscreteProcess.of(BetaSchedule.LINEAR.schedule(5)).withSpacing(Timesteps.explicit(3, 1)));
        assertEquals(2, ddim.plan(2).evaluations());
        assertEquals(2, ddim.step(normal(1, 1, 2), 3, 1, normal(2, 1, 2)).length());
    }

    @Test
    void equal_parts_make_equal_schedulers() throws Exception {
        DDIMScheduler ddim = DDIMScheduler.of(PROCESS);
        DDPMScheduler ddpm = DDPMScheduler.of(PROCESS);
        List<DiffusersScheduler> all = List.of(ddim, ddim.withEta(1), ddim.withClippedModelOutput(true), ddim.withAlphaToOne(false), DDIMParallelScheduler.of(PROCESS), ddpm,
                ddpm.withVariance(VarianceType.FIXED_LARGE), DDIMInverseScheduler.of(PROCESS), DDIMScheduler.of(PROCESS.withSpacing(Timesteps.trailing())),
                DDIMScheduler.of(PROCESS.withConvention(Convention.DIFFUSERS)), DDIMScheduler.of(DiscreteProcess.of(BetaSchedule.SQUARED_COSINE.schedule(1000))),
                DiffusersConfig.of("DDIMScheduler").scheduler());
        for (DiffusersScheduler one : all) {
            for (DiffusersScheduler other : all) {
                if (one == other) {
                    DiffusersScheduler copy = copy(one);
                    assertEquals(one, copy);
                    assertEquals(one.hashCode(), copy.hashCode());
                    assertEquals(one.plan(4).describe(), copy.plan(4).describe());
                } else {
                    assertNotEquals(one, other);
                }
            }
        }
        assertEquals(ddim, ddim.withEta(1).withEta(0));
    }

    private static DiffusersScheduler copy(DiffusersScheduler scheduler) throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(scheduler);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (DiffusersScheduler) in.readObject();
        }
    }
}
