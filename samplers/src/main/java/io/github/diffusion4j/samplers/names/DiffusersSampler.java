package io.github.diffusion4j.samplers.names;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.diffusers.DiffusersScheduler;
import io.github.diffusion4j.schedules.Flow;

/**
 * A class of Diffusers with some of its settings.
 *
 * @param name the name that was asked for
 * @param config the class and its settings
 * @param parity how close it comes to the original
 * @param remark what differs from the original
 */
public record DiffusersSampler(String name, DiffusersConfig config, Parity parity, String remark) implements NamedSampler {

    /** The network's betas replace those of the config; on a flow, classes for both kinds of networks are switched to flow prediction. */
    @Override
    public DiffusersScheduler on(NoiseSchedule schedule) {
        if (schedule instanceof DiscreteSchedule discrete && DiscreteSchedule.ofBetas(discrete.betas()).equals(schedule) && config.has("trained_betas")) {
            return config.with("num_train_timesteps", discrete.size()).with("trained_betas", discrete.betas()).scheduler();
        }
        if (schedule instanceof Flow && config.has("use_flow_sigmas")) {
            return config.with("use_flow_sigmas", true).with("prediction_type", "flow_prediction").scheduler();
        }
        DiffusersScheduler scheduler = config.scheduler();
        if (!scheduler.schedule().equals(schedule)) {
            throw new IllegalArgumentException(config.className() + " runs on " + scheduler.schedule() + " and cannot be put on " + schedule
                    + "; set the keys of its config instead");
        }
        return scheduler;
    }
}
