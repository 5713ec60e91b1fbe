package io.github.diffusion4j.samplers;

import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.Posterior;
import io.github.diffusion4j.samplers.solvers.VarianceType;

/**
 * DDPM, ancestral sampling from the posterior (Ho et al., arXiv:2006.11239, algorithm 2 and equation 7):
 * <pre>
 *   x' = sqrt(abar') beta / (1 - abar) x0^ + sqrt(abar / abar') (1 - abar') / (1 - abar) x + std z
 * </pre>
 * The plan of T steps is the paper's; fewer steps skip timesteps. Diffusers' {@code DDPMScheduler}.
 */
public sealed class DdpmScheduler extends BetaScheduler permits DdpmParallelScheduler {

    private static final long serialVersionUID = 1;

    private final VarianceType varianceType;

    DdpmScheduler(DiscreteProcess process, VarianceType varianceType) {
        super(process, true);
        this.varianceType = varianceType;
    }

    /**
     * DDPM with the posterior variance.
     *
     * @param process the common parts
     * @return the scheduler
     */
    public static DdpmScheduler of(DiscreteProcess process) {
        return new DdpmScheduler(process, VarianceType.FIXED_SMALL);
    }

    /**
     * With another variance.
     *
     * @param type the variance of the reverse step
     * @return the scheduler
     */
    public DdpmScheduler withVariance(VarianceType type) {
        return new DdpmScheduler(process(), type);
    }

    @Override
    public String name() {
        return "DDPMScheduler";
    }

    @Override
    public Solver solver() {
        return new FirstOrder(new Posterior(varianceType, process().asDiffusers()), true);
    }
}
