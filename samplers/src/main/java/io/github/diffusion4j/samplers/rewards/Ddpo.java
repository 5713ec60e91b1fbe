package io.github.diffusion4j.samplers.rewards;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.samplers.diffusers.DDIMScheduler;
import io.github.diffusion4j.samplers.diffusers.Run;
import java.util.List;

/**
 * The runs of DDPO's and TRL's code: DDIM with noise, whose steps end at {@code t' = max(0, t - T / n)} of the table, so that {@code final_alpha_cumprod} and {@code set_alpha_to_one} have no effect and
 * a run ends at the level of timestep 0. With {@code steps_offset} 0 the last step goes from timestep 0 to timestep 0, adds no noise, and its log-probability is NaN there; here it is refused, and the
 * step is left out of the policy. {@code scheduler.plan(Run.steps(n).with("eta", eta))} is the run that ends where the scheduler does. Source: Black et al., arXiv:2305.13301.
 */
public final class Ddpo {

    private Ddpo() {}

    /**
     * A run as in the code.
     *
     * @param scheduler the table, its timesteps and the network's parameterization
     * @param steps the number of steps n
     * @param eta the fraction of ancestral noise, 1 in DDPO
     * @return the plan
     */
    public static Plan asPublished(DDIMScheduler scheduler, int steps, double eta) {
        Plan plan = scheduler.plan(Run.steps(steps).with("eta", eta));
        List<NoiseLevel> starts = plan.grid().starts();
        int stride = scheduler.schedule().size() / steps;
        List<NoiseLevel> ends = starts.stream().map(level -> scheduler.schedule().at(Math.max(0, level.time() - stride))).toList();
        return Plan.of(plan.solver(), new TimeGrid(starts, ends).withCurve(scheduler.schedule()), scheduler.parameterization(), scheduler.correction());
    }
}
