package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.plan.ArrayScaling;

/**
 * Coefficients-preserving sampling: a fixed share of the noise at the end of each step is fresh, whatever the length of the step,
 * <pre>
 *   fresh = sigma' sin(a pi / 2),      keep = sigma' cos(a pi / 2),      keep^2 + fresh^2 = sigma'^2
 * </pre>
 * a = 0 is the deterministic step, a = 1 draws all noise anew, as consistency sampling does. Because the share does not fall with shorter steps, a run does not get better with more of them: its order
 * is 0. Source: the {@code cps} step of Flow-GRPO's code; its "log-probability" there is {@code -(x' - mean)^2} without {@code 2 fresh^2} and is none.
 *
 * @param share a, 0 to 1
 */
public record CoefficientsPreserving(double share) implements Renoise {

    /** Checks the share. */
    public CoefficientsPreserving {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("the share of fresh noise lies in [0, 1], got " + share);
        }
    }

    @Override
    public int order() {
        return share == 0 ? 1 : 0;
    }

    @Override
    public boolean stochastic() {
        return share > 0;
    }

    @Override
    public String citation() {
        return "Flow-GRPO's code, sde_type cps";
    }

    @Override
    public Split split(NoiseLevel from, NoiseLevel to) {
        double angle = share * Math.PI / 2;
        double keep = share == 1 ? 0 : Math.cos(angle);
        return new Split(to.sigma() * keep, to.sigma() * Math.sin(angle), ArrayScaling.NONE);
    }
}
