package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Data N(mean, deviation^2): the exact noise estimate and the exact solution of the probability-flow equation. */
final class GaussianOracle {

    private static final double MEAN = 0.7;
    private static final double DEVIATION = 0.5;

    private GaussianOracle() {}

    /** E[eps | x], the best possible epsilon prediction. */
    static INDArray epsilon(ModelInput<INDArray> in) {
        NoiseLevel l = in.level();
        double variance = Math.pow(l.alpha() * DEVIATION, 2) + l.sigma() * l.sigma();
        return in.sample().sub(l.alpha() * MEAN).muli(l.sigma() / variance);
    }

    /** Where the flow carries x from one level to another. */
    static double flow(NoiseLevel from, NoiseLevel to, double x) {
        return to.alpha() * MEAN + deviation(to) / deviation(from) * (x - from.alpha() * MEAN);
    }

    private static double deviation(NoiseLevel l) {
        return Math.hypot(l.alpha() * DEVIATION, l.sigma());
    }

    /** Levels of equal distance in log SNR on the linear VP process, time = t in (0, 1]. */
    static TimeGrid grid(int steps, boolean toClean) {
        List<NoiseLevel> levels = new ArrayList<>();
        for (int i = 0; i <= steps; i++) {
            double edm = Math.exp(2.5 - 5.0 * i / steps);
            double alpha = 1 / Math.hypot(1, edm);
            levels.add(new NoiseLevel(1 - (double) i / steps, alpha, alpha * edm));
        }
        return TimeGrid.contiguous(levels.subList(0, steps), toClean ? NoiseLevel.clean(0) : levels.get(steps));
    }

    /** Runs a plan with the oracle. */
    static INDArray run(Plan plan, INDArray start, io.github.diffusion4j.core.noise.NoiseSource noise) {
        SamplerState<INDArray> state = plan.startFrom(start, noise);
        for (int i = 0; i < plan.evaluations(); i++) {
            state = plan.step(i, epsilon(plan.input(i, state)), state, noise);
        }
        return state.sample();
    }
}
