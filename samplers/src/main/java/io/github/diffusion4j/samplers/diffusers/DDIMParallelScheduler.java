package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.samplers.ParallelScheduler;

/** DDIM with steps of many timesteps at once (ParaDiGMS, Shih et al., arXiv:2305.16317). */
public final class DDIMParallelScheduler extends DDIMScheduler implements ParallelScheduler {

    private static final long serialVersionUID = 1;

    DDIMParallelScheduler(DiffusersConfig config) {
        super(config);
    }
}
