package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.Posterior;
import io.github.diffusion4j.samplers.solvers.VarianceType;
import io.github.diffusion4j.schedules.Timesteps;
import java.util.Map;

/** DDPM of unCLIP (Karlo, Kandinsky's prior): the cosine schedule and n timesteps that hold both ends. */
public final class UnCLIPScheduler extends TableScheduler {

    private static final long serialVersionUID = 1;

    private final VarianceType variance;

    UnCLIPScheduler(DiffusersConfig config) {
        super(config, Parts.process(config.settings(), "epsilon", "sample").withCorrection(Parts.clip(config.settings())).withSpacing(Timesteps.linspace()));
        settings().choice("beta_schedule", Map.of("squaredcos_cap_v2", true));
        this.variance = settings().choice("variance_type", Map.of("fixed_small_log", VarianceType.FIXED_SMALL_LOG, "learned_range", VarianceType.LEARNED_RANGE));
    }

    @Override
    Composition compose(Settings run, int steps) {
        if (steps < 2) {
            throw new IllegalArgumentException(name() + " divides by n - 1: it needs at least 2 steps, got " + steps);
        }
        return composition(contiguous(process().starts(steps)), new FirstOrder(new Posterior(variance, true), true));
    }
}
