package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.solvers.LateChurn;

/**
 * The arguments of a run that lift its noise: {@code s_churn}, {@code s_tmin}, {@code s_tmax}, {@code s_noise}.
 *
 * @param gamma the relative lift, {@code min(s_churn / n, sqrt 2 - 1)}, n the number of noise levels without the last
 * @param sigmaMin the lowest sigma that is lifted
 * @param sigmaMax the highest sigma that is lifted
 * @param noise the standard deviation of the noise
 */
record ChurnArguments(double gamma, double sigmaMin, double sigmaMax, double noise) {

    static ChurnArguments of(Settings run, int steps) {
        double churn = run.number("s_churn", 0);
        if (!(churn >= 0)) {
            throw new IllegalArgumentException("s_churn must be at least 0, got " + churn);
        }
        for (String argument : new String[] {"s_tmin", "s_tmax", "s_noise"}) {
            if (churn == 0) {
                run.refuse(argument, "without churn", "give s_churn above 0 or leave it out");
            }
        }
        return new ChurnArguments(Math.min(churn / steps, Math.sqrt(2) - 1), run.number("s_tmin", 0), run.number("s_tmax", Double.POSITIVE_INFINITY),
                run.number("s_noise", 1));
    }

    Solver late(Parameterization parameterization, boolean liftsEstimate) {
        return new LateChurn(gamma, sigmaMin, sigmaMax, noise, parameterization, liftsEstimate);
    }
}
