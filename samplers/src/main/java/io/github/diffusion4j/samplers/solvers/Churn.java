package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Combination;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.core.plan.Stage;
import java.util.ArrayList;
import java.util.List;

/**
 * Churn: each step first lifts the sample to a higher noise level with fresh noise, which the network sees, then takes another solver's step from
 * there (Karras et al., arXiv:2206.00364, algorithm 2):
 * <pre>
 *   s^ = s (1 + gamma),  x^ = (alpha^ / alpha) x + alpha^ noise sqrt(s^^2 - s^2) z,   s = sigma / alpha
 * </pre>
 *
 * @param inner the solver of the step
 * @param gamma the relative lift, {@code min(S_churn / N, sqrt 2 - 1)}, at least 0
 * @param sigmaMin the lowest sigma / alpha that is lifted, S_tmin
 * @param sigmaMax the highest sigma / alpha that is lifted, S_tmax
 * @param noise the standard deviation of the noise, S_noise
 */
public record Churn(Solver inner, double gamma, double sigmaMin, double sigmaMax, double noise) implements Solver {

    private static final double LARGEST = Math.sqrt(2) - 1;

    /** Checks lift and noise. */
    public Churn {
        if (!(gamma >= 0 && noise >= 0 && Double.isFinite(gamma) && Double.isFinite(noise))) {
            throw new IllegalArgumentException("churn needs a lift and a noise of at least 0, got gamma=" + gamma + ", noise=" + noise);
        }
    }

    /**
     * Churn at every noise level.
     *
     * @param inner the solver of the step
     * @param total S_churn, the sum of all lifts, at least 0
     * @param steps the number of steps N of the run
     * @return the solver
     */
    public static Churn of(Solver inner, double total, int steps) {
        return new Churn(inner, Math.min(total / steps, LARGEST), 0, Double.POSITIVE_INFINITY, 1);
    }

    @Override
    public SolverTraits traits() {
        SolverTraits traits = inner.traits();
        return traits.withWeakOrder(gamma == 0 ? traits.weakOrder() : Math.max(traits.order(), traits.weakOrder())).withCitation("Karras et al., arXiv:2206.00364, algorithm 2");
    }

    @Override
    public List<Stage> stages(TimeGrid grid, int step) {
        NoiseLevel from = grid.from(step);
        double sigma = from.edmSigma();
        if (gamma == 0 || sigma < sigmaMin || sigma > sigmaMax || from.alpha() == 0) {
            return inner.stages(grid, step);
        }
        NoiseLevel lifted = grid.curve().atEdmSigma(sigma * (1 + gamma));
        List<NoiseLevel> starts = new ArrayList<>(grid.starts());
        starts.set(step, lifted);
        for (int earlier = 0; earlier < step; earlier++) {
            starts.set(earlier, starts.get(earlier).edmSigma() < lifted.edmSigma() ? lifted : starts.get(earlier));
        }
        List<Stage> stages = new ArrayList<>(inner.stages(new TimeGrid(starts, grid.ends(), grid.curve(), grid.first(), grid.last()), step));
        stages.set(0, stages.get(0).withBefore(lift(from, lifted, noise)));
        return stages;
    }

    /** The sample at a higher noise level, with fresh noise. */
    static Combination lift(NoiseLevel from, NoiseLevel to, double noise) {
        double fresh = noise * to.alpha() * Math.sqrt(to.edmSigma() * to.edmSigma() - from.edmSigma() * from.edmSigma());
        return Combination.ZERO.withSample(to.alpha() / from.alpha()).withNoise(fresh);
    }
}
