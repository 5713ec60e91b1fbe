package io.github.diffusion4j.samplers.names;

import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.plan.Scheduler;
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
     * The sampler for a network that was trained on a schedule.
     *
     * @param schedule the forward process
     * @return the scheduler
     * @throws IllegalArgumentException if the name has no meaning for such networks
     */
    Scheduler on(NoiseSchedule schedule);
}
