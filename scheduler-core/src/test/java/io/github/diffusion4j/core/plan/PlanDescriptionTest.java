package io.github.diffusion4j.core.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PlanDescriptionTest {

    /** A solver one of whose steps is changed. */
    private record Changed(Solver inner, int step, UnaryOperator<Stage> change) implements Solver {
        @Override
        public SolverTraits traits() {
            return inner.traits();
        }

        @Override
        public List<Stage> stages(TimeGrid grid, int i) {
            List<Stage> stages = inner.stages(grid, i);
            return i == step ? stages.stream().map(change).toList() : stages;
        }
    }

    private static Plan plan(Solver solver, int steps, DataCorrection correction) {
        return Plan.of(solver, GaussianOracle.grid(steps, true), Parameterization.epsilon(), correction);
    }

    private static Stage nudged(Stage stage) {
        return new Stage(stage.level(), stage.before(), stage.remember(), stage.anchor(), stage.next().withAnchor(Math.nextUp(stage.next().anchor())),
                stage.scaling(), stage.interval());
    }

    @Property(tries = 60, seed = "1")
    void equal_plans_have_equal_fingerprints_and_a_weight_changed_in_its_last_bit_another(@ForAll @IntRange(min = 1, max = 30) int steps,
            @ForAll @IntRange(max = 29) int at, @ForAll @IntRange(max = 2) int which) {
        Solver solver = List.of(new TestSolvers.Euler(), new TestSolvers.Heun(), new TestSolvers.Churn(0.1)).get(which);
        Plan plan = plan(solver, steps, DataCorrection.NONE);
        assertEquals(plan.fingerprint(), plan(solver, steps, DataCorrection.NONE).fingerprint());
        assertNotEquals(plan.fingerprint(), plan(new Changed(solver, at % steps, PlanDescriptionTest::nudged), steps, DataCorrection.NONE).fingerprint());
        assertNotEquals(plan.fingerprint(), plan(solver, steps + 1, DataCorrection.NONE).fingerprint());
    }

    @Test
    void what_else_changes_a_run_changes_its_fingerprint() {
        Solver solver = new TestSolvers.Multistep();
        Plan plan = plan(solver, 5, DataCorrection.NONE);
        assertNotEquals(plan.fingerprint(), plan.withStartScale(2).fingerprint());
        assertNotEquals(plan.fingerprint(), plan.from(1).fingerprint());
        assertNotEquals(plan(solver, 5, DataCorrection.clip(1)).fingerprint(), plan(solver, 5, DataCorrection.clip(2)).fingerprint());
        Solver langevin = new Changed(solver, 2, stage -> stage.withScaling(new Langevin(0.1)));
        assertNotEquals(plan.fingerprint(), plan(langevin, 5, DataCorrection.NONE).fingerprint());
    }

    @Test
    void the_name_of_the_solver_does_not() {
        Solver solver = new TestSolvers.Heun();
        assertEquals(plan(solver, 4, DataCorrection.NONE).fingerprint(), plan(new Changed(solver, 1, stage -> stage), 4, DataCorrection.NONE).fingerprint());
    }

    @Test
    void arrays_are_named() {
        PlanDescription heun = plan(new TestSolvers.Heun(), 2, DataCorrection.NONE).describe();
        assertEquals(List.of(0, 0, 1), heun.rows().stream().map(PlanDescription.Row::step).toList());
        assertEquals(Map.of("output", 1.0), heun.rows().get(0).weights().get("remember"));
        assertEquals(List.of("anchor", "output", "memory0"), List.copyOf(heun.rows().get(1).weights().get("next").keySet()));
        PlanDescription clipped = plan(new TestSolvers.Multistep(), 2, DataCorrection.clip(1)).describe();
        assertEquals(Map.of("data", 1.0), clipped.rows().get(0).weights().get("remember"));
        assertEquals(2, clipped.rows().get(0).weights().get("data").size());
        PlanDescription churn = plan(new TestSolvers.Churn(0.1), 2, DataCorrection.NONE).describe();
        assertEquals(1, churn.rows().get(0).noise().get(0).draw());
        assertTrue(churn.toString().contains("before = sample + 0.100000 noise"), churn.toString());
    }

    @Test
    void text_and_markdown_have_a_line_per_evaluation() {
        PlanDescription description = plan(new TestSolvers.Heun(), 4, DataCorrection.NONE).describe();
        assertEquals(2 + 7, description.toString().lines().count());
        assertEquals(4 + 7, description.markdown().lines().count());
    }
}
