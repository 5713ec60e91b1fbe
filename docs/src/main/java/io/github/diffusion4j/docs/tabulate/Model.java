package io.github.diffusion4j.docs.tabulate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.diffusers.DiffusersScheduler;
import io.github.diffusion4j.samplers.diffusers.Run;
import io.github.diffusion4j.samplers.names.NamedSampler;
import io.github.diffusion4j.samplers.names.SigmaSampler;
import io.github.diffusion4j.samplers.tables.NoiseTable;
import io.github.diffusion4j.schedules.DynamicShift;
import io.github.diffusion4j.schedules.Flow;
import io.github.diffusion4j.schedules.TrainedSigmas;
import java.io.IOException;
import java.util.Optional;
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

        /** Diffusers' {@code calculate_shift} with the keys of the config. */
        private double mu() {
            JsonNode keys = json();
            int tokens = (pixels.orElseThrow(() -> new IllegalArgumentException("the noise levels of " + name + " depend on the size of the picture; add it, for instance " + name + "@1024"))
                    / TOKEN) * (pixels.getAsInt() / TOKEN);
            return DynamicShift.linear(tokens, keys.path("base_image_seq_len").asInt(256), keys.path("max_image_seq_len").asInt(4096), keys.path("base_shift").asDouble(0.5),
                    keys.path("max_shift").asDouble(1.15));
        }

        private JsonNode json() {
            try {
                return new JsonMapper().readTree(config.toJson());
            } catch (IOException e) {
                throw new IllegalStateException("a config is written as JSON", e);
            }
        }

        private boolean dynamic() {
            return json().path("use_dynamic_shifting").asBoolean(false);
        }

        @Override
        public NoiseTable table() {
            DiffusersScheduler scheduler = config.scheduler();
            return dynamic() && pixels.isPresent() ? NoiseTable.of(name, scheduler.trainedSigmas(mu())) : NoiseTable.of(name, scheduler);
        }

        @Override
        public Plan plan(Optional<NamedSampler> sampler, int steps) {
            if (sampler.isPresent() && sampler.get() instanceof SigmaSampler sigmas) {
                return (dynamic() ? sigmas.on(config, mu()) : sigmas.on(config)).plan(steps);
            }
            DiffusersScheduler scheduler = sampler.isEmpty() ? config.scheduler() : (DiffusersScheduler) sampler.get().on(config);
            return scheduler.plan(dynamic() ? Run.steps(steps).with("mu", mu()) : Run.steps(steps));
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
