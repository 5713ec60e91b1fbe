package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Combination;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.core.plan.Stage;
import java.util.List;

/**
 * DPM-Solver++ 2M for CFG++: renoised with the estimate U without guidance, with D the guided one, U' the one of the step before, {@code h} the step in half log-SNR and {@code r = h' / h},
 * <pre>
 *   y' = e^-h y + D - e^-h U + (1 - e^-h) / (2 r) (D - U')
 * </pre>
 * in {@code y = x / alpha}; the first step and the one to clean data leave the last term out. Without guidance it is {@link DpmSolverMultistep} of order 2. Source: the authors' code of
 * arXiv:2406.08070 and ComfyUI's {@code dpmpp_2m_cfg_pp}. Twice the steps are twice the guidance, so that with guidance there is no limit and no order.
 */
public record PlusPlusMultistep() implements Solver {

    @Override
    public SolverTraits traits() {
        return new SolverTraits(2, 0, 1, 1, "Chung et al., arXiv:2406.08070");
    }

    @Override
    public List<Stage> stages(TimeGrid grid, int step) {
        NoiseLevel from = grid.from(step);
        NoiseLevel to = grid.to(step);
        Combination base = Combination.ZERO.withBase(1);
        if (PureNoise.touches(grid, step) || grid.still(step)) {
            return List.of(PureNoise.step(grid, step, 0).withRemember(base));
        }
        double keep = to.edmSigma() / from.edmSigma();
        Combination next = PlusPlus.of(from, to, keep, 1, -keep);
        History history = History.withSignal(grid, step, 2);
        if (history.size() == 2 && keep > 0) {
            double[] lambda = history.map(i -> grid.from(i).lambda());
            double slope = (1 - keep) * grid.h(step) / (2 * (lambda[0] - lambda[1]));
            double[] memory = history.memory(0, -to.alpha() * slope);
            next = next.withData(to.alpha() * (1 + slope)).withMemory(memory);
        }
        return List.of(Stage.of(from, next).withRemember(base));
    }
}
