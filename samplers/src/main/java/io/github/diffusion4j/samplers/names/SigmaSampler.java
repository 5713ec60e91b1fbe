package io.github.diffusion4j.samplers.names;

import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.ComposedScheduler;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.diffusers.DiffusersScheduler;
import io.github.diffusion4j.schedules.Flow;
import io.github.diffusion4j.schedules.SigmaRule;
import io.github.diffusion4j.schedules.TrainedSigmas;
import java.io.Serializable;

/**
 * A sampler of k-diffusion's kind: a solver and a rule for the sigmas.
 *
 * @param name the name that was asked for
 * @param onDiffusion how steps are taken on networks whose noisiest level holds signal
 * @param onFlow how steps are taken on flow networks
 * @param parity how close it comes to the original
 * @param remark what differs from the original
 */
public record SigmaSampler(String name, Steps onDiffusion, Steps onFlow, Parity parity, String remark) implements NamedSampler {

    /**
     * The steps of a run.
     *
     * @param solver how a step is taken
     * @param rule the sigmas of a run
     */
    public record Steps(Solver solver, SigmaRule rule) implements Serializable {}

    @Override
    public ComposedScheduler on(DiffusersConfig config) {
        return on(config, config.scheduler().trainedSigmas());
    }

    /**
     * The sampler for a flow model whose shift depends on the size of the picture.
     *
     * @param config the config of the model, with {@code use_dynamic_shifting}
     * @param mu the shift, see {@link io.github.diffusion4j.schedules.DynamicShift}
     * @return the scheduler
     * @throws IllegalArgumentException if the config has no such shift
     */
    public ComposedScheduler on(DiffusersConfig config, double mu) {
        return on(config, config.scheduler().trainedSigmas(mu));
    }

    private ComposedScheduler on(DiffusersConfig config, TrainedSigmas trained) {
        ComposedScheduler composed = on(trained);
        DiffusersScheduler model = config.scheduler();
        return ComposedScheduler.of(composed.schedule(), model.forNetwork(composed.solver())).withSpacing(composed.spacing()).withParameterization(model.network());
    }

    @Override
    public ComposedScheduler on(NoiseSchedule schedule) {
        if (schedule instanceof Flow) {
            throw NamedSampler.withoutShift(this, schedule);
        }
        return on(TrainedSigmas.of(schedule));
    }

    /**
     * The sampler for a network that was trained on given sigmas, for instance {@code TrainedSigmas.shiftedFlow(3)} for SD3. Epsilon prediction, or flow prediction
     * on a flow; {@link ComposedScheduler#withParameterization} changes it.
     *
     * @param trained the sigmas
     * @return the scheduler
     */
    public ComposedScheduler on(TrainedSigmas trained) {
        boolean flow = trained.schedule() instanceof Flow;
        Steps steps = flow ? onFlow : onDiffusion;
        return ComposedScheduler.of(trained.schedule(), steps.solver()).withSpacing(steps.rule().spacing(trained))
                .withParameterization(flow ? Parameterization.flow() : Parameterization.epsilon());
    }
}
