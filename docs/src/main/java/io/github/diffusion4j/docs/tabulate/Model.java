package io.github.diffusion4j.docs.tabulate;

import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.diffusers.DiffusersScheduler;
import io.github.diffusion4j.samplers.diffusers.Run;
import io.github.diffusion4j.samplers.names.NamedSampler;
import io.github.diffusion4j.samplers.names.SigmaSampler;
import io.github.diffusion4j.samplers.tables.NoiseTable;
import io.github.diffusion4j.schedules.Flow;
import io.github.diffusion4j.schedules.TrainedSigmas;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** What is tabulated, and what runs are planned on. */
sealed interface Model {

    /** What people call it. */
    String name();

    /** Its noise levels. */
    NoiseTable table();

    /** A run of it by its own class, or by a sampler. */
    Plan plan(Optional<NamedSampler> sampler, int steps);

    /**
     * A model by its config.
     *
     * @param name what people call it
     * @param config its config
     * @param pixels height and width of its pictures, on which the shift of some flows depends
     */
    record Configured(String name, DiffusersConfig config, OptionalInt pixels) implements Model {

        /** Pixels of a token of the networks whose shift depends on their number. */
        private static final int TOKEN = 16;

        /** The shift of a flow whose shift depends on the size. */
        private OptionalDouble mu() {
            if (config.scheduler().mu(1).isPresent() && pixels.isEmpty()) {
                throw new IllegalArgumentException("the noise levels of " + name + " depend on the size of the picture; add it, for instance " + name + "@1024");
            }
            int side = pixels.orElse(0) / TOKEN;
            return config.scheduler().mu(side * side);
        }

        @Override
        public NoiseTable table() {
            DiffusersScheduler scheduler = config.scheduler();
            return pixels.isEmpty() || mu().isEmpty() ? NoiseTable.of(name, scheduler) : NoiseTable.of(name, scheduler.trainedSigmas(mu().getAsDouble()));
        }

        @Override
        public Plan plan(Optional<NamedSampler> sampler, int steps) {
            OptionalDouble mu = mu();
            if (sampler.isPresent() && sampler.get() instanceof SigmaSampler sigmas) {
                return (mu.isPresent() ? sigmas.on(config, mu.getAsDouble()) : sigmas.on(config)).plan(steps);
            }
            DiffusersScheduler scheduler = sampler.isEmpty() ? config.scheduler() : (DiffusersScheduler) sampler.get().on(config);
            return scheduler.plan(mu.isPresent() ? Run.steps(steps).with("mu", mu.getAsDouble()) : Run.steps(steps));
        }
    }

    /**
     * A schedule without a network.
     *
     * @param name what people call it
     * @param schedule the schedule
     * @param table its levels, with a training where it is known
     */
    record Scheduled(String name, NoiseSchedule schedule, NoiseTable table) implements Model {

        @Override
        public Plan plan(Optional<NamedSampler> sampler, int steps) {
            NamedSampler given = sampler.orElseThrow(() -> new IllegalArgumentException(name + " is a schedule and does not say how to sample; add --scheduler, for instance --scheduler \"DPM++ 2M Karras\""));
            return (given instanceof SigmaSampler sigmas && schedule instanceof Flow ? sigmas.on(TrainedSigmas.of(schedule)) : given.on(schedule)).plan(steps);
        }
    }
}
