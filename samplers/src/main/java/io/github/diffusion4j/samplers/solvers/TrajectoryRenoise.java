package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.plan.ArrayScaling;

/**
 * Trajectory consistency sampling with strength gamma, called eta in Diffusers (Zheng et al., arXiv:2402.19159, algorithm 1): go
 * deterministically to {@code s = floor((1 - eta) t')}, then add the noise that leads back up to t'. With level s's alpha_s, sigma_s:
 * {@code keep = alpha' sigma_s / alpha_s}, {@code fresh = sqrt(1 - alpha'^2 / alpha_s^2)}.
 *
 * @param schedule where level s lies
 * @param eta the strength, 0 (deterministic) to 1 (multistep consistency sampling)
 */
public record TrajectoryRenoise(NoiseSchedule schedule, double eta) implements Renoise {

    /** Checks the strength. */
    public TrajectoryRenoise {
        AncestralStep.checkEta(eta);
    }

    @Override
    public int order() {
        return 0;
    }

    @Override
    public String citation() {
        return "Zheng et al., arXiv:2402.19159, algorithm 1";
    }

    @Override
    public Split split(NoiseLevel from, NoiseLevel to) {
        NoiseLevel s = schedule.at(Math.floor((1 - eta) * to.time()));
        double ratio = to.alpha() / s.alpha();
        double fresh = eta == 0 ? 0 : Math.sqrt(Math.max(0, (1 - ratio) * (1 + ratio)));
        return new Split(ratio * s.sigma(), fresh, ArrayScaling.NONE);
    }
}
