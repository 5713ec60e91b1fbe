package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.NoiseLevel;

/** {@link DDIMScheduler} with steps of many timesteps at once (ParaDiGMS, Shih et al., arXiv:2305.16317). */
public final class DDIMParallelScheduler extends DDIMScheduler implements ParallelScheduler {

    private static final long serialVersionUID = 1;

    DDIMParallelScheduler(DiffusersConfig config) {
        super(config);
    }

    private DDIMParallelScheduler(String name, DiscreteProcess process, NoiseLevel end, Options options) {
        super(name, process, end, options);
    }

    /**
     * Deterministic DDIM that ends at clean data.
     *
     * @param process the common parts
     * @return the scheduler
     */
    public static DDIMParallelScheduler of(DiscreteProcess process) {
        return new DDIMParallelScheduler("DDIMParallelScheduler", process, NoiseLevel.clean(0), Options.DEFAULT);
    }

    @Override
    public DDIMParallelScheduler withEta(double eta) {
        return (DDIMParallelScheduler) super.withEta(eta);
    }

    @Override
    public DDIMParallelScheduler withClippedModelOutput(boolean use) {
        return (DDIMParallelScheduler) super.withClippedModelOutput(use);
    }

    @Override
    public DDIMParallelScheduler withAlphaToOne(boolean clean) {
        return (DDIMParallelScheduler) super.withAlphaToOne(clean);
    }

    @Override
    DDIMParallelScheduler with(NoiseLevel end, Options other) {
        return new DDIMParallelScheduler(name(), process(), end, other);
    }
}
