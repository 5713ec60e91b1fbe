package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.solvers.Convention;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.Posterior;
import io.github.diffusion4j.samplers.solvers.VarianceType;

/**
 * DDPM, ancestral sampling from the posterior (Ho et al., arXiv:2006.11239, algorithm 2 and equation 7):
 * <pre>
 *   x' = sqrt(abar') beta / (1 - abar) x0^ + sqrt(abar / abar') (1 - abar') / (1 - abar) x + std z
 * </pre>
 * The plan of T steps is the paper's; fewer steps skip timesteps. A run takes the argument {@code timesteps}. Diffusers adds noise in the step to clean data unless it starts at
 * timestep 0; {@link Convention#DIFFUSERS}, which a config gives, reproduces that.
 *
 * <pre>{@code
 *   DDPMScheduler ddpm = DDPMScheduler.of(DiscreteProcess.of(BetaSchedule.LINEAR.schedule(1000)));
 *   Plan plan = ddpm.withVariance(VarianceType.FIXED_LARGE).plan(1000);
 * }</pre>
 */
public sealed class DDPMScheduler extends TableScheduler permits DDPMParallelScheduler {

    private static final long serialVersionUID = 1;

    private final VarianceType variance;

    DDPMScheduler(DiffusersConfig config) {
        super(config, Parts.process(config.settings(), "epsilon", "sample", "v_prediction").withCorrection(Parts.correction(config.settings())));
        this.variance = VarianceType.of(settings().text("variance_type"));
    }

    DDPMScheduler(String name, DiscreteProcess process, VarianceType variance) {
        super(name, process, NoiseLevel.clean(0));
        this.variance = variance;
    }

    /**
     * DDPM with the posterior variance.
     *
     * @param process the common parts
     * @return the scheduler
     */
    public static DDPMScheduler of(DiscreteProcess process) {
        return new DDPMScheduler("DDPMScheduler", process, VarianceType.FIXED_SMALL);
    }

    /**
     * With another variance.
     *
     * @param type the variance of the reverse step
     * @return the scheduler
     */
    public DDPMScheduler withVariance(VarianceType type) {
        return new DDPMScheduler(name(), process(), type);
    }

    @Override
    final VarianceType options() {
        return variance;
    }

    @Override
    public final Solver solver() {
        return new FirstOrder(new Posterior(variance, process().asDiffusers()), true);
    }

    @Override
    final Composition compose(Settings run, int steps) {
        return composition(contiguous(starts(run, steps)), solver());
    }
}
