package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Combination;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.core.plan.Stage;
import java.util.List;

/**
 * DPM++ 2S ancestral of k-diffusion: DPM-Solver++ of second order, singlestep (Lu et al., arXiv:2211.01095, algorithm 1 with r = 1/2), to the ancestral target, then noise. In
 * {@code y = x / alpha}, {@code s = sigma / alpha}, with (down, up) the ancestral split of the step and {@code m = sqrt(s down)}:
 * <pre>
 *   y1 = (m / s) y + (1 - m / s) D(y, s)
 *   y' = (down / s) y + (1 - down / s) D(y1, m) + up z
 * </pre>
 * A step to clean data is Euler's. With the split of {@link RectifiedAncestral}, ComfyUI's for flows, a step from pure noise has its second evaluation at {@code t = 0.9999}.
 *
 * @param eta the fraction of ancestral noise, 0 (deterministic) to 1
 * @param rectified whether noise is split as rectified flows do
 */
public record DpmPlusPlus2sAncestral(double eta, boolean rectified) implements Solver {

    private static final double BEHIND_PURE_NOISE = 0.9999;

    /**
     * With k-diffusion's split.
     *
     * @param eta the fraction of ancestral noise, 0 (deterministic) to 1
     */
    public DpmPlusPlus2sAncestral(double eta) {
        this(eta, false);
    }

    /** Checks the fraction. */
    public DpmPlusPlus2sAncestral {
        AncestralStep.checkEta(eta);
    }

    @Override
    public SolverTraits traits() {
        return new SolverTraits(2, eta == 0 ? 0 : 2, 2, 0, "Lu et al., arXiv:2211.01095, algorithm 1");
    }

    @Override
    public List<Stage> stages(TimeGrid grid, int step) {
        NoiseLevel from = grid.from(step);
        NoiseLevel to = grid.to(step);
        if (to.alpha() == 0 || from.alpha() == 0 && !rectified) {
            return List.of(PureNoise.step(grid, step, eta));
        }
        if (to.sigma() == 0) {
            return List.of(Stage.of(from, Coordinate.FLOW.euler(from, to)));
        }
        AncestralStep target = rectified ? AncestralStep.rectified(from, to, eta) : AncestralStep.of(from.edmSigma(), to.edmSigma(), eta);
        double second = from.alpha() == 0 ? BEHIND_PURE_NOISE / (1 - BEHIND_PURE_NOISE) : Math.sqrt(from.edmSigma() * target.down());
        NoiseLevel middle = grid.curve().atEdmSigma(second);
        double sample = to.alpha() * target.down() / from.sigma();
        Combination next = Combination.ZERO.withAnchor(sample).withData(to.alpha() - sample * from.alpha()).withNoise(to.alpha() * target.up());
        return List.of(Stage.of(from, Coordinate.FLOW.euler(from, middle)).withAnchor(Combination.SAMPLE), Stage.of(middle, next).withInterval(from, to));
    }
}
