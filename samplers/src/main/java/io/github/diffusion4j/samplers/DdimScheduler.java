package io.github.diffusion4j.samplers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.Convention;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import java.util.List;

/**
 * DDIM (Song et al., arXiv:2010.02502, equation 12): deterministic at eta 0, DDPM's posterior at eta 1,
 * <pre>
 *   x' = sqrt(abar') x0^ + sqrt(1 - abar' - s^2) eps^ + s z
 *   s  = eta sqrt((1 - abar') / (1 - abar)) sqrt(1 - abar / abar')
 * </pre>
 * Diffusers' {@code DDIMScheduler}. There a step ends at {@code t - floor(T / n)} even where the next one starts
 * elsewhere (linspace, trailing with a remainder); {@link Convention#DIFFUSERS} reproduces that.
 */
public sealed class DdimScheduler extends BetaScheduler permits DdimParallelScheduler {

    private static final long serialVersionUID = 1;

    /**
     * DDIM's own options.
     *
     * @param eta the fraction of ancestral noise, 0 to 1
     * @param setAlphaToOne whether a run ends at clean data; otherwise it ends at the level of timestep 0
     * @param useClippedModelOutput whether eps^ is the noise that the corrected data estimate implies
     */
    record Options(double eta, boolean setAlphaToOne, boolean useClippedModelOutput) implements java.io.Serializable {
        static final Options DEFAULT = new Options(0, true, false);
    }

    private final Options options;

    DdimScheduler(DiscreteProcess process, Options options) {
        super(process, options.setAlphaToOne());
        this.options = options;
    }

    /**
     * Deterministic DDIM that ends at clean data.
     *
     * @param process the common parts
     * @return the scheduler
     */
    public static DdimScheduler of(DiscreteProcess process) {
        return new DdimScheduler(process, Options.DEFAULT);
    }

    /**
     * With another fraction of ancestral noise.
     *
     * @param eta 0 (deterministic) to 1 (DDPM)
     * @return the scheduler
     */
    public DdimScheduler withEta(double eta) {
        return with(new Options(eta, options.setAlphaToOne(), options.useClippedModelOutput()));
    }

    /**
     * With the noise estimate recomputed from the corrected data estimate, or not.
     *
     * @param use Diffusers' {@code use_clipped_model_output}
     * @return the scheduler
     */
    public DdimScheduler withClippedModelOutput(boolean use) {
        return with(new Options(options.eta(), options.setAlphaToOne(), use));
    }

    /**
     * With runs that end at clean data, or at the level of timestep 0.
     *
     * @param clean Diffusers' {@code set_alpha_to_one}
     * @return the scheduler
     */
    public DdimScheduler withAlphaToOne(boolean clean) {
        return with(new Options(options.eta(), clean, options.useClippedModelOutput()));
    }

    DdimScheduler with(Options other) {
        return new DdimScheduler(process(), other);
    }

    @Override
    public String name() {
        return "DDIMScheduler";
    }

    @Override
    public Solver solver() {
        return new FirstOrder(new Ancestral(options.eta()), options.useClippedModelOutput());
    }

    @Override
    public TimeGrid grid(int steps) {
        if (!process().asDiffusers()) {
            return super.grid(steps);
        }
        List<NoiseLevel> starts = process().starts(steps);
        int stride = schedule().size() / steps;
        return new TimeGrid(starts, starts.stream().map(level -> end(level.time() - stride)).toList());
    }
}
