package io.github.diffusion4j.laws;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.laws.WeakOrder.Draws;
import io.github.diffusion4j.samplers.solvers.EulerMaruyama;
import io.github.diffusion4j.samplers.solvers.ReverseDiffusion;
import io.github.diffusion4j.schedules.GeometricSchedule;
import io.github.diffusion4j.schedules.VarianceSde;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The two samplers of score_sde, whose steps belong to an SDE of their own and so do not enter the laws of all solvers: exact moments on Gaussian data, first order. */
class ScoreSdeTest {

    private static final GaussianData DATA = new GaussianData(0.7, 0.5);
    private static final double LAST = 0.1;

    private static TimeGrid grid(NoiseSchedule schedule, int steps) {
        List<NoiseLevel> levels = IntStream.rangeClosed(0, steps).mapToObj(i -> schedule.at(1 - (1 - LAST) * i / steps)).toList();
        return TimeGrid.contiguous(levels.subList(0, steps), levels.get(steps)).withCurve(schedule);
    }

    private static void firstOrder(IntFunction<WeakOrder.Moments> moments, NoiseLevel end) {
        double[] errors = IntStream.of(200, 400).mapToDouble(n -> Math.abs(moments.apply(n).variance() - DATA.variance(end))).toArray();
        assertEquals(1, Math.log(errors[0] / errors[1]) / Math.log(2), 0.1);
        assertEquals(end.alpha() * DATA.mean(), moments.apply(400).mean(), 0.02);
    }

    @Test
    void euler_maruyama_follows_the_variance_preserving_sde() {
        VarianceSde sde = new VarianceSde(0.1, 20);
        firstOrder(n -> WeakOrder.moments(new EulerMaruyama(0.1, 20, (1 - LAST) / n), grid(sde, n), DATA, Draws.INDEPENDENT), sde.at(LAST));
    }

    @Test
    void reverse_diffusion_follows_the_variance_exploding_sde() {
        GeometricSchedule sde = new GeometricSchedule(0.05, 10);
        firstOrder(n -> WeakOrder.moments(new ReverseDiffusion(0, 0.15), grid(sde, n), DATA, Draws.INDEPENDENT), sde.at(LAST));
    }
}
