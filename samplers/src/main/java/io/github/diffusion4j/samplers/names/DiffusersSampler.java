package io.github.diffusion4j.samplers.names;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.diffusers.DiffusersScheduler;
import io.github.diffusion4j.schedules.Flow;
import io.github.diffusion4j.schedules.VarianceExploding;

/**
 * A class of Diffusers with some of its settings.
 *
 * @param name the name that was asked for
 * @param config the class and its settings
 * @param parity how close it comes to the original
 * @param remark what differs from the original
 */
public record DiffusersSampler(String name, DiffusersConfig config, Parity parity, String remark) implements NamedSampler {

    /** The model's config as one of this class, with the settings of the name. */
    @Override
    public DiffusersScheduler on(DiffusersConfig model) {
        return model.as(config.className()).config().withAll(config).scheduler();
    }

    /** The network's betas replace those of the config. */
    @Override
    public DiffusersScheduler on(NoiseSchedule schedule) {
        if (schedule instanceof Flow) {
            throw NamedSampler.withoutShift(this, schedule);
        }
        if (schedule instanceof VarianceExploding view) {
            return on(view.table());
        }
        if (schedule instanceof DiscreteSchedule discrete && DiscreteSchedule.ofBetas(discrete.betas()).equals(schedule) && config.has("trained_betas")) {
            return config.with("num_train_timesteps", discrete.size()).with("trained_betas", discrete.betas()).scheduler();
        }
        DiffusersScheduler scheduler = config.scheduler();
        if (!scheduler.schedule().equals(schedule)) {
            throw new IllegalArgumentException(config.className() + " runs on " + scheduler.schedule() + " and cannot be put on " + schedule
                    + "; set the keys of its config instead, or use on(config) with the model's config");
        }
        return scheduler;
    }
}
