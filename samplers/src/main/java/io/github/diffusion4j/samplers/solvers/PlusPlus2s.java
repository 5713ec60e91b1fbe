package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Combination;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.core.plan.Stage;
import java.util.List;

/**
 * DPM++ 2S ancestral for CFG++. With (down, up) the ancestral split, {@code q = down / s}, {@code m = sqrt(q)}, D and U the estimates with and without guidance at the start and D2, U2 in the middle,
 * in {@code y = x / alpha}:
 * <pre>
 *   exact      y2 = m y + (1 - m) U              y' = q y + D2 - q U2 + up z
 *   as ComfyUI y2 = m (y + D - U) + (1 - m) D    y' = q (y + D - U2) + (1 - q) D2 + up z
 * </pre>
 *
 * <p>ComfyUI's (2026-02) uses U2 where the first U was meant; without guidance the exact one is {@link DpmPlusPlus2sAncestral}, ComfyUI's has no order. A step to clean data takes D. Source: the
 * authors' code of arXiv:2406.08070.
 *
 * @param eta the fraction of ancestral noise, 0 to 1
 * @param convention EXACT, or K_DIFFUSION for ComfyUI's
 */
public record PlusPlus2s(double eta, Convention convention) implements Solver {

    /** Checks the fraction. */
    public PlusPlus2s {
        AncestralStep.checkEta(eta);
    }

    @Override
    public SolverTraits traits() {
        return new SolverTraits(convention == Convention.EXACT ? 2 : 0, eta == 0 ? 0 : 2, 2, 0, "Chung et al., arXiv:2406.08070");
    }

    @Override
    public List<Stage> stages(TimeGrid grid, int step) {
        NoiseLevel from = grid.from(step);
        NoiseLevel to = grid.to(step);
        if (PureNoise.touches(grid, step)) {
            return List.of(PureNoise.step(grid, step, eta));
        }
        AncestralStep target = AncestralStep.of(from.edmSigma(), to.edmSigma(), eta);
        if (target.down() == 0) {
            return List.of(Stage.of(from, PlusPlus.first(from, to, target)));
        }
        double q = target.down() / from.edmSigma();
        double m = Math.sqrt(q);
        NoiseLevel middle = grid.curve().atEdmSigma(from.edmSigma() * m);
        boolean exact = convention == Convention.EXACT;
        Combination half = exact ? PlusPlus.of(from, middle, m, 0, 1 - m) : PlusPlus.of(from, middle, m, 1, -m);
        Combination anchor = exact ? Combination.SAMPLE : Combination.SAMPLE.withData(from.alpha());
        double data = exact ? 1 : 1 - q;
        Combination next = Combination.ZERO.withAnchor(to.alpha() / from.alpha() * q).withData(to.alpha() * data).withBase(-to.alpha() * q).withNoise(to.alpha() * target.up());
        return List.of(Stage.of(from, half).withAnchor(anchor), Stage.of(middle, next).withInterval(from, to));
    }
}
