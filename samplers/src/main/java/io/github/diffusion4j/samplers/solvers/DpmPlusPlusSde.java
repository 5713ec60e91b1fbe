package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Combination;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.core.plan.Stage;
import java.util.List;

/**
 * DPM++ SDE of k-diffusion: DPM-Solver++ of second order, singlestep, with ancestral noise at both evaluations (Lu et al., arXiv:2211.01095,
 * algorithm 1, made stochastic). In {@code y = x / alpha}, {@code s = sigma / alpha}, with (down, up) the ancestral split of a step,
 * <pre>
 *   s1 = s^(1-r) s'^r
 *   y1 = (down1 / s) y + (1 - down1 / s) D + up1 W(s, s1)
 *   y' = (down / s) y + (1 - down / s) ((1 - 1/(2r)) D + 1/(2r) D(y1, s1)) + up W(s, s')
 * </pre>
 * The two noise intervals overlap: with a Brownian path W the weak order is 2, with independent draws 1. A step to clean data is Euler's.
 *
 * @param r where the second evaluation lies, in (0, 1]; 1/2 usually
 * @param eta the fraction of ancestral noise, 0 (deterministic) to 1
 * @param noise the standard deviation of the noise, k-diffusion's s_noise
 */
public record DpmPlusPlusSde(double r, double eta, double noise) implements Solver {

    /** Checks the place of the second evaluation. */
    public DpmPlusPlusSde {
        if (!(r > 0 && r <= 1)) {
            throw new IllegalArgumentException("r must lie in (0, 1], got " + r);
        }
        AncestralStep.checkEta(eta);
    }

    @Override
    public SolverTraits traits() {
        return new SolverTraits(2, eta == 0 ? 0 : 2, 2, 0, "Lu et al., arXiv:2211.01095, algorithm 1").withOverlappingDraws();
    }

    @Override
    public List<Stage> stages(TimeGrid grid, int step) {
        NoiseLevel from = grid.from(step);
        NoiseLevel to = grid.to(step);
        if (PureNoise.touches(grid, step)) {
            Stage limit = PureNoise.step(grid, step, eta);
            return List.of(Stage.of(from, limit.next().withNoise(noise * limit.next().noise())));
        }
        if (to.sigma() == 0) {
            return List.of(Stage.of(from, Coordinate.EDM.euler(from, to)));
        }
        double s = from.edmSigma();
        NoiseLevel middle = grid.curve().atEdmSigma(Math.exp((1 - r) * Math.log(s) + r * Math.log(to.edmSigma())));
        AncestralStep half = AncestralStep.of(s, middle.edmSigma(), eta);
        AncestralStep whole = AncestralStep.of(s, to.edmSigma(), eta);
        double second = 1 / (2 * r);
        double data = to.alpha() * (1 - whole.down() / s);
        Combination first = Combination.ZERO.withSample(middle.alpha() / from.alpha() * half.down() / s)
                .withData(middle.alpha() * (1 - half.down() / s)).withNoise(middle.alpha() * half.up() * noise);
        Combination next = Combination.ZERO.withAnchor(to.alpha() / from.alpha() * whole.down() / s).withData(data * second)
                .withMemory(data * (1 - second)).withNoise(to.alpha() * whole.up() * noise);
        return List.of(Stage.of(from, first).withAnchor(Combination.SAMPLE).withRemember(Combination.ZERO.withData(1)).withInterval(from, middle),
                Stage.of(middle, next).withInterval(from, to));
    }
}
