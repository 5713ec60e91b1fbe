package io.github.diffusion4j.samplers;

import io.github.diffusion4j.samplers.solvers.VarianceType;

/** DDPM for parallel sampling of many timesteps at once. Diffusers' {@code DDPMParallelScheduler}. */
public final class DdpmParallelScheduler extends DdpmScheduler implements ParallelScheduler {

    private static final long serialVersionUID = 1;

    private DdpmParallelScheduler(DiscreteProcess process, VarianceType varianceType) {
        super(process, varianceType);
    }

    /**
     * DDPM with the posterior variance.
     *
     * @param process the common parts
     * @return the scheduler
     */
    public static DdpmParallelScheduler of(DiscreteProcess process) {
        return new DdpmParallelScheduler(process, VarianceType.FIXED_SMALL);
    }

    @Override
    public DdpmParallelScheduler withVariance(VarianceType type) {
        return new DdpmParallelScheduler(process(), type);
    }

    @Override
    public String name() {
        return "DDPMParallelScheduler";
    }
}
