package io.github.diffusion4j.samplers.tables;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.samplers.ComposedScheduler;
import io.github.diffusion4j.samplers.guidance.LinearGuidance;
import io.github.diffusion4j.samplers.guidance.Scale;
import io.github.diffusion4j.samplers.guidance.Window;
import io.github.diffusion4j.samplers.names.Names;
import io.github.diffusion4j.samplers.solvers.SolverCatalog;
import io.github.diffusion4j.schedules.BetaSchedule;
import io.github.diffusion4j.schedules.SigmaRamp;
import io.github.diffusion4j.schedules.Sigmas;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RunTableTest {

    private static final DiscreteSchedule SCHEDULE = BetaSchedule.SCALED_LINEAR.schedule(1000, 0.00085, 0.012);

    private static List<Object> column(Table table, String name) {
        int k = table.columns().indexOf(name);
        assertTrue(k >= 0, () -> name + " is none of " + table.columns());
        return table.rows().stream().map(row -> row.get(k)).toList();
    }

    @Test
    void a_multistep_solver_reads_one_prediction_first_and_last() {
        Table table = RunTable.of("2M", Names.a1111("DPM++ 2M Karras").on(SCHEDULE).plan(6)).table();
        assertEquals(List.of(1, 2, 2, 2, 2, 1), column(table, "predictions"));
        assertEquals(List.of(0, 0, 0, 0, 0, 0), column(table, "draws"));
    }

    /** Whatever the solver: times, levels and weights are those of the plan, every number of it. */
    @Test
    void every_solver_has_the_numbers_of_its_plan() {
        for (SolverCatalog.Entry entry : SolverCatalog.all()) {
            Plan plan = ComposedScheduler.of(SCHEDULE, entry.of(6)).withSpacing(Sigmas.ramp(SigmaRamp.karras(7), 10, 0.05)).withEnd(SCHEDULE.cleanest()).plan(6);
            RunTable run = RunTable.of(entry.toString(), plan);
            Table table = run.table();
            assertEquals(plan.evaluations(), table.rows().size());
            for (int i = 0; i < plan.evaluations(); i++) {
                int at = i;
                assertEquals(plan.timestep(i), column(table, "time").get(i));
                assertEquals(plan.level(i).logSnr(), column(table, "log_snr").get(i));
                plan.describe().rows().get(i).weights().get("next").forEach((array, weight) -> assertEquals(weight, column(table, "weight " + array).get(at), entry.toString()));
            }
        }
    }

    @Test
    void guidance_is_its_scale_where_it_is_on() {
        Plan plan = Names.a1111("Euler").on(SCHEDULE).plan(12);
        assertEquals(0, RunTable.of("unguided", plan).guidance().length);
        Plan guided = plan.guided(LinearGuidance.classifierFree(Scale.of(7), Window.edmSigma(0.5, 5)));
        double[] levels = RunTable.of("guided", guided).values(Quantity.EDM_SIGMA);
        double[] expected = Arrays.stream(levels).map(sigma -> sigma > 0.5 && sigma <= 5 ? 7 : 1).toArray();
        assertArrayEquals(expected, RunTable.of("guided", guided).guidance(), 1e-9);
        assertTrue(Arrays.stream(expected).anyMatch(scale -> scale == 7) && Arrays.stream(expected).anyMatch(scale -> scale == 1));
        assertEquals(IntStream.range(0, 12).mapToObj(i -> (Object) RunTable.of("guided", guided).guidance()[i]).toList(), column(RunTable.of("guided", guided).table(), "guidance"));
    }

    @Test
    void runs_stand_side_by_side_and_below_each_other() {
        RunTable shorter = RunTable.of("short", Names.a1111("Euler Karras").on(SCHEDULE).plan(3));
        RunTable longer = RunTable.of("long", Names.a1111("Euler Karras").on(SCHEDULE).plan(5));
        Table beside = RunTable.beside(Quantity.EDM_SIGMA, shorter, longer);
        assertEquals(List.of("evaluation", "short", "long"), beside.columns());
        assertEquals(5, beside.rows().size());
        assertNull(beside.rows().get(3).get(1));
        assertEquals(longer.values(Quantity.EDM_SIGMA)[3], beside.rows().get(3).get(2));
        Table all = RunTable.all(shorter, longer);
        assertEquals(8, all.rows().size());
        assertEquals("run", all.columns().get(0));
    }
}
