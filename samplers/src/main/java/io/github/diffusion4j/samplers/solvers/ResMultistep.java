package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Combination;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.core.plan.Stage;
import java.util.List;

/**
 * The multistep exponential integrator RES of second order (Zhang et al., arXiv:2308.02157, section 4), also for CFG++: in {@code y = x / alpha}, with {@code h = ln(s / down)}, D and U the estimates with
 * and without guidance, U' the one of the step before, at {@code c = -h' / h},
 * <pre>
 *   y' = e^-h (y + D - U) + h (b1 U + b2 U') + up z,   b2 = phi2(-h) / c,  b1 = phi1(-h) - b2
 * </pre>
 * The first step, and one to clean data, is {@code y' = D + down (y - U) / s + up z}. Source: ComfyUI's {@code res_multistep_cfg_pp}; there {@code h'} is measured to the level that the ancestral
 * step before went down to.
 *
 * @param eta the fraction of ancestral noise, 0 to 1
 * @param plusPlus whether U is the estimate without guidance (CFG++), and else D
 */
public record ResMultistep(double eta, boolean plusPlus) implements Solver {

    /** Checks the fraction. */
    public ResMultistep {
        AncestralStep.checkEta(eta);
    }

    @Override
    public SolverTraits traits() {
        return new SolverTraits(2, eta == 0 ? 0 : 2, 1, 1, "Zhang et al., arXiv:2308.02157, section 4");
    }

    @Override
    public List<Stage> stages(TimeGrid grid, int step) {
        Combination base = Combination.ZERO.withBase(1);
        return List.of(plusPlus ? stage(grid, step, base) : alone(stage(grid, step, base)));
    }

    /** With the guided estimate for the one without guidance. */
    private static Stage alone(Stage stage) {
        Combination next = stage.next();
        return Stage.of(stage.level(), next.withData(next.data() + next.base()).withBase(0)).withRemember(Combination.ZERO.withData(1));
    }

    private Stage stage(TimeGrid grid, int step, Combination base) {
        NoiseLevel from = grid.from(step);
        NoiseLevel to = grid.to(step);
        if (PureNoise.touches(grid, step) || grid.still(step)) {
            return PureNoise.step(grid, step, eta).withRemember(base);
        }
        AncestralStep target = AncestralStep.of(from.edmSigma(), to.edmSigma(), eta);
        History history = History.withSignal(grid, step, 2);
        Combination next = target.down() == 0 || history.size() < 2 ? PlusPlus.first(from, to, target) : second(grid, history, step, target);
        return Stage.of(from, next).withRemember(base);
    }

    private Combination second(TimeGrid grid, History history, int step, AncestralStep target) {
        NoiseLevel from = grid.from(step);
        NoiseLevel to = grid.to(step);
        NoiseLevel before = grid.from(history.steps()[1]);
        double down = AncestralStep.of(before.edmSigma(), from.edmSigma(), eta).down();
        double h = Math.log(from.edmSigma() / target.down());
        double c = Math.log(down / before.edmSigma()) / h;
        double keep = target.down() / from.edmSigma();
        double older = Phi.of(2, -h) / c;
        double newer = Phi.of(1, -h) - older;
        double[] memory = history.memory(0, to.alpha() * h * older);
        return PlusPlus.of(from, to, keep, keep, -keep + h * newer).withMemory(memory).withNoise(to.alpha() * target.up());
    }
}
