package io.github.diffusion4j.samplers;

/** DDIM for parallel sampling of many timesteps at once. Diffusers' {@code DDIMParallelScheduler}. */
public final class DdimParallelScheduler extends DdimScheduler implements ParallelScheduler {

    private static final long serialVersionUID = 1;

    private DdimParallelScheduler(DiscreteProcess process, Options options) {
        super(process, options);
    }

    /**
     * Deterministic DDIM that ends at clean data.
     *
     * @param process the common parts
     * @return the scheduler
     */
    public static DdimParallelScheduler of(DiscreteProcess process) {
        return new DdimParallelScheduler(process, Options.DEFAULT);
    }

    @Override
    DdimScheduler with(Options other) {
        return new DdimParallelScheduler(process(), other);
    }

    @Override
    public String name() {
        return "DDIMParallelScheduler";
    }
}
