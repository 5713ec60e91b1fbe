package io.github.diffusion4j.samplers.names;

import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.plan.Scheduler;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import java.io.Serializable;

/** What a name stands for, apart from the network: how noise levels are picked and steps taken. */
public sealed interface NamedSampler extends Serializable permits SigmaSampler, DiffusersSampler {

    /**
     * The name that was asked for.
     *
     * @return the name
     */
    String name();

    /**
     * How close it comes to the original.
     *
     * @return the level of parity
     */
    Parity parity();

    /**
     * What differs from the original.
     *
     * @return the difference, empty if none is known
     */
    String remark();

    /**
     * The sampler for a model: its noise levels, its prediction and the shift of its times are those of its config.
     *
     * @param config the config of the model
     * @return the scheduler
     * @throws IllegalArgumentException if the name has no meaning for such a model, or its shift depends on the size of the picture ({@code use_dynamic_shifting})
     */
    Scheduler on(DiffusersConfig config);

    /**
     * The sampler for a network that was trained on a schedule, and predicts the noise.
     *
     * @param schedule the forward process
     * @return the scheduler
     * @throws IllegalArgumentException if the name has no meaning for such networks, or the schedule is a flow, which does not tell the shift that its model was trained with
     */
    Scheduler on(NoiseSchedule schedule);

    /** The refusal of a flow whose shift cannot be seen. */
    static IllegalArgumentException withoutShift(NamedSampler sampler, NoiseSchedule schedule) {
        return new IllegalArgumentException(schedule + " does not tell the shift that its model was trained with, on which the noise levels of " + sampler.name()
                + " depend; use on(config) with the model's config, or Names.comfy(...).on(TrainedSigmas.shiftedFlow(shift)), with shift 1 for a model without");
    }
}
