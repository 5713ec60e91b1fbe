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
 * A step to clean data is Euler's.
 *
 * @param eta the fraction of ancestral noise, 0 (deterministic) to 1
 */
public record DpmPlusPlus2sAncestral(double eta) implements Solver {

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
        if (PureNoise.touches(grid, step)) {
            return List.of(PureNoise.step(grid, step, eta));
        }
        if (to.sigma() == 0) {
            return List.of(Stage.of(from, Coordinate.EDM.euler(from, to)));
        }
        double s = from.edmSigma();
        AncestralStep target = AncestralStep.of(s, to.edmSigma(), eta);
        NoiseLevel middle = grid.curve().atEdmSigma(Math.sqrt(s * target.down()));
        double keep = target.down() / s;
        Combination next = Combination.ZERO.withAnchor(to.alpha() / from.alpha() * keep).withData(to.alpha() * (1 - keep)).withNoise(to.alpha() * target.up());
        return List.of(Stage.of(from, Coordinate.EDM.euler(from, middle)).withAnchor(Combination.SAMPLE), Stage.of(middle, next).withInterval(from, to));
    }
}
