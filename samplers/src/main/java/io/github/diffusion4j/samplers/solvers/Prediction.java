package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.plan.Combination;

/** Which of the network's estimates a solver takes for a polynomial in half log-SNR. */
public enum Prediction {
    /** The clean data (DPM-Solver++, UniPC, SA-Solver). */
    DATA,
    /** The noise (DPM-Solver, DEIS). */
    NOISE;

    /** What a multistep solver remembers: the data estimate, or the noise it implies. */
    Combination remembered(NoiseLevel level) {
        return this == DATA ? Combination.ZERO.withData(1)
                : Combination.ZERO.withSample(1 / level.sigma()).withData(-level.alpha() / level.sigma());
    }
}
