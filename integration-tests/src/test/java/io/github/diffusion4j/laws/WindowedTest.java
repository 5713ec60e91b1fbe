package io.github.diffusion4j.laws;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.FlowSde;
import io.github.diffusion4j.samplers.solvers.SolverCatalog;
import io.github.diffusion4j.samplers.solvers.Windowed;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A run with a window is three runs, one after the other. */
class WindowedTest {

    private static final int STEPS = 9;
    private static final int FROM = 3;
    private static final int TO = 6;
    private static final Trajectory.Network NETWORK = Trajectory.Network.of(new GaussianData(0.7, 0.5));

    static Stream<SolverCatalog.Entry> solvers() {
        return SolverCatalog.all().stream().filter(entry -> !(entry.of(STEPS) instanceof Windowed));
    }

    private static Plan plan(Solver solver) {
        return Trajectory.plan(solver, OrderOfConvergence.grid(STEPS));
    }

    /** Noise that follows from the levels that it drives, whatever the number of the evaluation. */
    private static final NoiseSource BY_LEVEL = (request, out) ->
            CounterNoise.of(7).fill(new NoiseRequest(request.stream(), (int) (100 * request.interval().from()) + (int) (1e4 * request.interval().to()), request.draw(), request.interval()), out);

    @ParameterizedTest
    @MethodSource("solvers")
    void the_parts_are_runs_of_their_own(SolverCatalog.Entry entry) {
        Solver outside = entry.of(STEPS);
        if (outside.traits().stochastic()) {
            return;
        }
        Solver inside = new FirstOrder(FlowSde.ratio(0.7), true);
        double[] x = {1.3, -0.4};
        double[] before = Trajectory.run(plan(outside).slice(0, FROM), NETWORK, x, BY_LEVEL);
        double[] within = Trajectory.run(plan(inside).slice(FROM, TO), NETWORK, before, BY_LEVEL);
        double[] after = Trajectory.run(plan(outside).from(TO), NETWORK, within, BY_LEVEL);
        assertArrayEquals(after, Trajectory.run(plan(new Windowed(inside, outside, FROM, TO)), NETWORK, x, BY_LEVEL), entry.toString());
    }

    @Test
    void an_empty_window_is_the_outside_alone() {
        Solver ode = new FirstOrder(new Ancestral(0), true);
        assertEquals(plan(ode).key(), plan(new Windowed(new FirstOrder(FlowSde.ratio(0.7), true), ode, 4, 4)).key());
    }
}
