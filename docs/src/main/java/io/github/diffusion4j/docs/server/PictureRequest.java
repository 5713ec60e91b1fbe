package io.github.diffusion4j.docs.server;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.samplers.pipeline.Pipeline;
import io.github.diffusion4j.samplers.diffusers.GuiderConfig;
import io.github.diffusion4j.samplers.guidance.LinearGuidance;
import java.io.IOException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What somebody asks for, checked: all that the library can refuse is refused before a request is accepted.
 *
 * @param pipeline the run
 * @param plan its plan
 * @param slots the most slots that it takes
 * @param priority who is served first; the higher before the lower
 * @param deadline after which nobody wants the picture
 */
record PictureRequest(Pipeline<HostArray, String> pipeline, Plan plan, int slots, int priority, Optional<Duration> deadline) {

    private static final List<String> KEYS = List.of("words", "negative", "scheduler", "steps", "guidance", "seed", "image", "strength", "priority", "deadline_ms");
    private static final int MOST_STEPS = 1000;
    private static final int MOST_PRIORITY = 100;

    /** Reads a request for a network. */
    static PictureRequest read(byte[] json, PictureNetwork network) throws IOException {
        Fields fields = Fields.parse(json, KEYS);
        Pipeline<HostArray, String> pipeline = Pipeline.of(network.arrays(), network.config(), Png.CHANNELS, network.side(), network.side());
        pipeline = pipeline.condition(understood(network, fields.text("words").orElseThrow(() -> new IllegalArgumentException("a request needs words, what the picture is to show"))))
                .condition(Branch.UNCONDITIONAL, understood(network, fields.text("negative").orElse(""))).seed(fields.whole("seed", Long.MIN_VALUE, Long.MAX_VALUE).orElse(0L));
        Optional<String> scheduler = fields.text("scheduler");
        pipeline = scheduler.isPresent() ? pipeline.scheduler(scheduler.get()) : pipeline;
        pipeline = pipeline.steps(fields.whole("steps", 1, MOST_STEPS).orElse(20L).intValue()).guidance(fields.find("guidance").map(PictureRequest::guidance).orElse(Guidance.NONE));
        pipeline = from(pipeline, fields, network);
        Plan plan = pipeline.plan();
        return new PictureRequest(pipeline, plan, slots(plan, network), fields.whole("priority", -MOST_PRIORITY, MOST_PRIORITY).orElse(0L).intValue(),
                fields.whole("deadline_ms", 1, Integer.MAX_VALUE).map(Duration::ofMillis));
    }

    private static String understood(PictureNetwork network, String words) {
        network.check(words);
        return words;
    }

    /** A scale, or what stands in a {@code guider_config.json}. */
    private static Guidance guidance(JsonNode value) {
        if (value.isNumber()) {
            return LinearGuidance.classifierFree(value.doubleValue());
        }
        if (!value.isObject()) {
            throw new IllegalArgumentException("guidance is a scale or a guider_config, got " + value);
        }
        GuiderConfig config = GuiderConfig.parse(value.toString());
        if (!config.lint().unknown().isEmpty()) {
            throw new IllegalArgumentException("no guider has the keys " + config.lint().unknown());
        }
        return config.guidance();
    }

    private static Pipeline<HostArray, String> from(Pipeline<HostArray, String> pipeline, Fields fields, PictureNetwork network) {
        Optional<String> image = fields.text("image");
        Optional<Double> strength = fields.number("strength");
        if (image.isPresent() != strength.isPresent()) {
            throw new IllegalArgumentException("image and strength go together: the picture to start from, and how much of it is made anew");
        }
        return image.isEmpty() ? pipeline : pipeline.from(Png.read(Base64.getDecoder().decode(image.get()), network.side()), strength.orElseThrow());
    }

    private static int slots(Plan plan, PictureNetwork network) {
        return IntStream.range(0, plan.evaluations()).map(i -> {
            List<Branch> needs = plan.needs(i);
            needs.stream().filter(branch -> !network.branches().contains(branch)).findFirst().ifPresent(branch -> {
                throw new IllegalArgumentException("the guidance asks for the branch '" + branch + "', which this network has not; it has " + network.branches());
            });
            return needs.size();
        }).max().orElse(0);
    }
}
