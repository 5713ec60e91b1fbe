package io.github.diffusion4j.samplers.solvers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.ArrayScaling;
import io.github.diffusion4j.core.plan.Stage;
import io.github.diffusion4j.schedules.BetaSchedule;
import io.github.diffusion4j.schedules.Flow;
import io.github.diffusion4j.schedules.Sigmas;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

/** What the steps of policies do to the noise of the path. */
class FlowSdeTest {

    private static final Flow FLOW = new Flow(1);

    private static double variance(Renoise.Split split) {
        return split.keep() * split.keep() + split.fresh() * split.fresh();
    }

    @Property(seed = "42")
    void exact_steps_and_shares_keep_the_noise_of_the_path(@ForAll @DoubleRange(min = 0.01, max = 1) double t, @ForAll @DoubleRange(min = 0, max = 1) double fraction,
            @ForAll @DoubleRange(min = 0, max = 1) double scale) {
        double end = t * fraction;
        for (Renoise rule : List.of(FlowSde.ratio(scale), FlowSde.constant(scale), new CoefficientsPreserving(scale))) {
            assertEquals(end * end, variance(rule.split(FLOW.at(t), FLOW.at(end))), 4e-16 + 1e-15 * end, rule::toString);
        }
    }

    @Property(seed = "42")
    void published_steps_exceed_it_by_the_closed_form(@ForAll @DoubleRange(min = 0.05, max = 0.99) double t, @ForAll @DoubleRange(min = 0, max = 1) double fraction,
            @ForAll @DoubleRange(min = 0.01, max = 1.5) double scale) {
        double end = t * fraction;
        for (FlowSde rule : List.of(FlowSde.ratio(scale).asPublished(), FlowSde.constant(scale).asPublished())) {
            double square = rule.diffusion() == FlowSde.Diffusion.RATIO ? scale * scale * t / (1 - t) : scale * scale;
            double length = t - end;
            double excess = square * length * length / t * (1 + square / (4 * t));
            assertEquals(end * end + excess, variance(rule.split(FLOW.at(t), FLOW.at(end))), 1e-12 * (1 + excess), rule::toString);
        }
    }

    /** Short steps of either kind are the same step. */
    @Property(seed = "42")
    void the_published_step_is_the_exact_one_to_first_order(@ForAll @DoubleRange(min = 0.1, max = 0.9) double t, @ForAll @DoubleRange(min = 0.1, max = 1.5) double scale) {
        double length = 1e-6;
        for (FlowSde rule : List.of(FlowSde.ratio(scale), FlowSde.constant(scale))) {
            Renoise.Split exact = rule.split(FLOW.at(t), FLOW.at(t - length));
            Renoise.Split published = rule.asPublished().split(FLOW.at(t), FLOW.at(t - length));
            assertEquals(exact.keep(), published.keep(), 1e-7 * length * 1e5);
            assertEquals(1, published.fresh() / exact.fresh(), 2e-3);
        }
    }

    /** Two exact steps are one: their noise left and their deviation are those of the long step. */
    @Property(seed = "42")
    void exact_steps_compose(@ForAll @DoubleRange(min = 0.1, max = 0.9) double t, @ForAll @DoubleRange(min = 0.05, max = 0.95) double a, @ForAll @DoubleRange(min = 0.05, max = 0.95) double b) {
        for (FlowSde rule : List.of(FlowSde.ratio(0.7), FlowSde.constant(0.3))) {
            NoiseLevel middle = FLOW.at(t * a);
            NoiseLevel end = FLOW.at(t * a * b);
            double two = rule.split(FLOW.at(t), middle).keep() / middle.sigma() * rule.split(middle, end).keep();
            assertEquals(rule.split(FLOW.at(t), end).keep(), two, 1e-14);
        }
    }

    @Test
    void the_ratio_of_root_two_is_the_posterior() {
        var schedule = BetaSchedule.SCALED_LINEAR.schedule(1000, 0.00085, 0.012);
        for (List<NoiseLevel> step : List.of(List.of(FLOW.at(0.8), FLOW.at(0.5)), List.of(schedule.at(700), schedule.at(300)))) {
            Renoise.Split flow = FlowSde.ratio(Math.sqrt(2)).split(step.get(0), step.get(1));
            Renoise.Split posterior = new Ancestral(1).split(step.get(0), step.get(1));
            assertEquals(posterior.keep(), flow.keep(), 1e-14);
            assertEquals(posterior.fresh(), flow.fresh(), 1e-14);
        }
    }

    @Test
    void both_ends_are_finite() {
        Renoise.Split fromNoise = FlowSde.ratio(0.7).split(FLOW.at(1), FLOW.at(0.9));
        assertEquals(new Renoise.Split(0, 0.9, ArrayScaling.NONE), fromNoise);
        Renoise.Split published = FlowSde.ratio(0.7).asPublished().split(FLOW.at(1), FLOW.at(0.9));
        assertEquals(0.7, published.fresh(), 1e-15);
        assertEquals(new Renoise.Split(0, 0, ArrayScaling.NONE), FlowSde.constant(0.3).split(FLOW.at(0.1), FLOW.at(0)));
        double left = FlowSde.constant(0.3).asPublished().split(FLOW.at(1 / 6.0), FLOW.at(0)).keep();
        assertEquals(-0.045, left, 1e-15);
        assertThrows(IllegalArgumentException.class, () -> FlowSde.ratio(0.7).split(FLOW.at(0.5), FLOW.at(0.6)));
        assertThrows(IllegalArgumentException.class, () -> new FlowSde(FlowSde.Diffusion.RATIO, -1, FlowSde.Method.EXACT));
        assertThrows(IllegalArgumentException.class, () -> new CoefficientsPreserving(1.1));
    }

    private static TimeGrid grid() {
        return TimeGrid.contiguous(Sigmas.shiftedFlow(3).levels(FLOW, 8), FLOW.at(0)).withCurve(FLOW);
    }

    @Test
    void a_window_is_one_solver_inside_and_another_outside() {
        FirstOrder inside = new FirstOrder(FlowSde.ratio(0.7).asPublished(), true);
        Windowed windowed = new Windowed(inside, new FirstOrder(new Ancestral(0), true), 2, 5);
        List<Integer> noisy = IntStream.range(0, 8).filter(step -> windowed.stages(grid(), step).get(0).next().noise() > 0).boxed().toList();
        assertEquals(List.of(2, 3, 4), noisy);
        assertEquals(inside.stages(grid(), 3), windowed.stages(grid(), 3));
        assertEquals(inside.stages(grid(), 3), windowed.stages(grid().slice(3, 8), 3));
        assertTrue(windowed.traits().stochastic());
        assertThrows(IllegalArgumentException.class, () -> new Windowed(inside, inside, 3, 2));
    }

    /** Behind the window a multistep solver knows nothing of the steps before, which left no prediction; at pure noise it has none to use. */
    @Test
    void a_multistep_solver_outside_begins_anew() {
        DpmSolverMultistep outside = DpmSolverMultistep.plusPlus(2);
        Windowed windowed = new Windowed(new FirstOrder(FlowSde.ratio(0.7), true), outside, 2, 4);
        List<Integer> remembered = IntStream.range(0, 8).mapToObj(step -> windowed.stages(grid(), step).get(0)).map(Stage::next).map(next -> (int) next.memory().stream().filter(w -> w != 0).count()).toList();
        assertEquals(List.of(0, 1, 0, 0, 1, 2, 2), remembered.subList(0, 7));
        assertArrayEquals(new Object[] {1, 1}, new Object[] {windowed.traits().history(), windowed.traits().order()});
    }
}
