package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.samplers.solvers.VarianceType;

/** {@link DDPMScheduler} with steps of many timesteps at once (ParaDiGMS, Shih et al., arXiv:2305.16317). */
public final class DDPMParallelScheduler extends DDPMScheduler implements ParallelScheduler {

    private static final long serialVersionUID = 1;

    DDPMParallelScheduler(DiffusersConfig config) {
        super(config);
    }

    private DDPMParallelScheduler(DiscreteProcess process, VarianceType variance) {
        super("DDPMParallelScheduler", process, variance);
    }

    /**
     * DDPM with the posterior variance.
     *
     * @param process the common parts
     * @return the scheduler
     */
    public static DDPMParallelScheduler of(DiscreteProcess process) {
        return new DDPMParallelScheduler(process, VarianceType.FIXED_SMALL);
    }

    @Override
    public DDPMParallelScheduler withVariance(VarianceType type) {
        return new DDPMParallelScheduler(process(), type);
    }
}
