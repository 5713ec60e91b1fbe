package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.samplers.ParallelScheduler;

/** DDPM with steps of many timesteps at once (ParaDiGMS, Shih et al., arXiv:2305.16317). */
public final class DDPMParallelScheduler extends DDPMScheduler implements ParallelScheduler {

    private static final long serialVersionUID = 1;

    DDPMParallelScheduler(DiffusersConfig config) {
        super(config);
    }
}
