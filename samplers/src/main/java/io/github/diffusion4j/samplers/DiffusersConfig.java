package io.github.diffusion4j.samplers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.Spacing;
import io.github.diffusion4j.core.plan.DiscreteScheduler;
import io.github.diffusion4j.samplers.solvers.Convention;
import io.github.diffusion4j.samplers.solvers.VarianceType;
import io.github.diffusion4j.schedules.BetaSchedule;
import io.github.diffusion4j.schedules.Timesteps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;

/**
 * A {@code scheduler_config.json} of Diffusers: the door to the schedulers by their Python names. Keys that are absent or
 * null take the class's default; values that mean nothing are errors. Schedulers made here give Diffusers' numbers
 * ({@link Convention#DIFFUSERS}).
 *
 * <pre>{@code
 *   DiscreteScheduler scheduler = DiffusersConfig.load(Path.of("scheduler_config.json")).scheduler();
 * }</pre>
 */
public final class DiffusersConfig {

    private static final JsonMapper JSON = new JsonMapper();

    private static final Map<String, Function<DiffusersConfig, DiscreteScheduler>> CLASSES = new TreeMap<>(Map.of(
            "DDPMScheduler", config -> DdpmScheduler.of(config.process()).withVariance(config.varianceType()),
            "DDPMParallelScheduler", config -> DdpmParallelScheduler.of(config.process()).withVariance(config.varianceType()),
            "DDIMScheduler", config -> DdimScheduler.of(config.process()).withAlphaToOne(config.flag("set_alpha_to_one", true)),
            "DDIMParallelScheduler", config -> DdimParallelScheduler.of(config.process()).withAlphaToOne(config.flag("set_alpha_to_one", true)),
            "DDIMInverseScheduler", config -> DdimInverseScheduler.of(config.processWithoutThresholding())
                    .withAlphaToOne(config.flag("set_alpha_to_one", true))));

    private final JsonNode root;

    private DiffusersConfig(JsonNode root) {
        this.root = root;
    }

    /**
     * Reads a config from text.
     *
     * @param json the JSON object
     * @return the config
     * @throws IllegalArgumentException if the text is no JSON object
     */
    public static DiffusersConfig parse(String json) {
        try {
            JsonNode root = JSON.readTree(json);
            if (!root.isObject()) {
                throw new IllegalArgumentException("a scheduler config is a JSON object, got " + root.getNodeType());
            }
            return new DiffusersConfig(root);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not valid JSON: " + e.getOriginalMessage(), e);
        }
    }

    /**
     * Reads a config from a file.
     *
     * @param file the path of a {@code scheduler_config.json}
     * @return the config
     * @throws IOException if the file cannot be read
     */
    public static DiffusersConfig load(Path file) throws IOException {
        return parse(Files.readString(file));
    }

    /**
     * The scheduler this config describes.
     *
     * @return the scheduler
     * @throws IllegalArgumentException if the class is not known, or a value means nothing, naming both
     */
    public DiscreteScheduler scheduler() {
        String name = text("_class_name", "");
        if (!CLASSES.containsKey(name)) {
            throw new IllegalArgumentException("unknown scheduler class '" + name + "' in _class_name; known are " + CLASSES.keySet());
        }
        return CLASSES.get(name).apply(this);
    }

    private DiscreteProcess process() {
        return processWithoutThresholding().withCorrection(correction());
    }

    private DiscreteProcess processWithoutThresholding() {
        return DiscreteProcess.of(schedule()).withParameterization(parameterization()).withCorrection(clip()).withSpacing(spacing()).withConvention(Convention.DIFFUSERS);
    }

    /** The forward process of a config with beta keys. */
    private DiscreteSchedule schedule() {
        JsonNode trained = root.path("trained_betas");
        DiscreteSchedule schedule = trained.isArray()
                ? DiscreteSchedule.ofBetas(StreamSupport.stream(trained.spliterator(), false).mapToDouble(JsonNode::asDouble).toArray())
                : BetaSchedule.of(text("beta_schedule", "linear"))
                        .schedule(integer("num_train_timesteps", 1000), number("beta_start", 0.0001), number("beta_end", 0.02));
        return flag("rescale_betas_zero_snr", false) ? schedule.withZeroTerminalSnr() : schedule;
    }

    private Parameterization parameterization() {
        String type = text("prediction_type", "epsilon");
        return switch (type) {
            case "epsilon" -> Parameterization.epsilon();
            case "sample" -> Parameterization.sample();
            case "v_prediction" -> Parameterization.velocity();
            default -> throw new IllegalArgumentException("unknown prediction_type '" + type + "'; known are epsilon, sample, v_prediction");
        };
    }

    private DataCorrection correction() {
        return flag("thresholding", false)
                ? DataCorrection.dynamicThreshold(number("dynamic_thresholding_ratio", 0.995), number("sample_max_value", 1))
                : clip();
    }

    private DataCorrection clip() {
        return flag("clip_sample", true) ? DataCorrection.clip(number("clip_sample_range", 1)) : DataCorrection.NONE;
    }

    private Spacing spacing() {
        String spacing = text("timestep_spacing", "leading");
        return switch (spacing) {
            case "leading" -> Timesteps.leading(integer("steps_offset", 0));
            case "linspace" -> Timesteps.linspace();
            case "trailing" -> Timesteps.trailing();
            default -> throw new IllegalArgumentException("unknown timestep_spacing '" + spacing + "'; known are leading, linspace, trailing");
        };
    }

    private VarianceType varianceType() {
        return VarianceType.of(text("variance_type", "fixed_small"));
    }

    private String text(String key, String absent) {
        JsonNode value = value(key, JsonNode::isTextual, "a string");
        return value == null ? absent : value.textValue();
    }

    private double number(String key, double absent) {
        JsonNode value = value(key, JsonNode::isNumber, "a number");
        return value == null ? absent : value.doubleValue();
    }

    private int integer(String key, int absent) {
        JsonNode value = value(key, JsonNode::isIntegralNumber, "an integer");
        return value == null ? absent : value.intValue();
    }

    private boolean flag(String key, boolean absent) {
        JsonNode value = value(key, JsonNode::isBoolean, "true or false");
        return value == null ? absent : value.booleanValue();
    }

    private JsonNode value(String key, Predicate<JsonNode> kind, String wanted) {
        JsonNode value = root.get(key);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!kind.test(value)) {
            throw new IllegalArgumentException(key + " must be " + wanted + ", got " + value);
        }
        return value;
    }
}
