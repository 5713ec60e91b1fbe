package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.Convention;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import java.io.Serializable;
import java.util.List;

/**
 * DDIM (Song et al., arXiv:2010.02502, equation 12): deterministic at eta 0, DDPM's posterior at eta 1,
 * <pre>
 *   x' = sqrt(abar') x0^ + sqrt(1 - abar' - s^2) eps^ + s z
 *   s  = eta sqrt((1 - abar') / (1 - abar)) sqrt(1 - abar / abar')
 * </pre>
 * A run takes the arguments {@code eta}, {@code use_clipped_model_output} and {@code timesteps}. In Diffusers a step ends at {@code t - floor(T / n)} even where the next one starts
 * elsewhere (linspace, trailing with a remainder); {@link Convention#DIFFUSERS}, which a config gives, reproduces that.
 *
 * <pre>{@code
 *   DDIMScheduler ddim = DDIMScheduler.of(DiscreteProcess.of(BetaSchedule.SCALED_LINEAR.schedule(1000, 0.00085, 0.012)));
 *   Plan plan = ddim.withEta(0.5).plan(30);
 *   Plan few  = ddim.plan(Run.timesteps(999, 749, 499, 249));
 * }</pre>
 */
public sealed class DDIMScheduler extends TableScheduler permits DDIMParallelScheduler {

    private static final long serialVersionUID = 1;

    /**
     * What a run takes unless it says otherwise.
     *
     * @param eta the fraction of ancestral noise, 0 to 1
     * @param useClippedModelOutput whether eps^ is the noise that the corrected data estimate implies
     */
    record Options(double eta, boolean useClippedModelOutput) implements Serializable {

        static final Options DEFAULT = new Options(0, false);

        Solver solver() {
            return new FirstOrder(new Ancestral(eta), useClippedModelOutput);
        }
    }

    private final Options options;

    DDIMScheduler(DiffusersConfig config) {
        super(config, Parts.process(config.settings(), "epsilon", "sample", "v_prediction").withCorrection(Parts.correction(config.settings())));
        this.options = Options.DEFAULT;
    }

    DDIMScheduler(String name, DiscreteProcess process, NoiseLevel end, Options options) {
        super(name, process, end);
        this.options = options;
    }

    /**
     * Deterministic DDIM that ends at clean data.
     *
     * @param process the common parts
     * @return the scheduler
     */
    public static DDIMScheduler of(DiscreteProcess process) {
        return new DDIMScheduler("DDIMScheduler", process, NoiseLevel.clean(0), Options.DEFAULT);
    }

    /**
     * With another fraction of ancestral noise, where a run gives none.
     *
     * @param eta 0 (deterministic) to 1 (DDPM)
     * @return the scheduler
     */
    public DDIMScheduler withEta(double eta) {
        return with(end(), new Options(eta, options.useClippedModelOutput()));
    }

    /**
     * With the noise estimate recomputed from the corrected data estimate, or not, where a run does not say.
     *
     * @param use Diffusers' {@code use_clipped_model_output}
     * @return the scheduler
     */
    public DDIMScheduler withClippedModelOutput(boolean use) {
        return with(end(), new Options(options.eta(), use));
    }

    /**
     * With runs that end at clean data, or at the level of timestep 0.
     *
     * @param clean Diffusers' {@code set_alpha_to_one}
     * @return the scheduler
     */
    public DDIMScheduler withAlphaToOne(boolean clean) {
        return with(end(process(), clean), options);
    }

    DDIMScheduler with(NoiseLevel end, Options other) {
        return new DDIMScheduler(name(), process(), end, other);
    }

    @Override
    final Options options() {
        return options;
    }

    @Override
    public final Solver solver() {
        return options.solver();
    }

    @Override
    final Composition compose(Settings run, int steps) {
        Options chosen = new Options(run.number("eta", options.eta()), run.flag("use_clipped_model_output", options.useClippedModelOutput()));
        boolean strided = process().asDiffusers() && !run.has("timesteps");
        TimeGrid grid = strided ? strided(steps) : contiguous(starts(run, steps));
        return composition(grid, chosen.solver());
    }

    @Override
    final List<String> moreArguments() {
        return List.of("timesteps");
    }
}
