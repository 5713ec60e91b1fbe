package io.github.diffusion4j.samplers.diffusers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.schedules.Flow;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The keys of a config that say which network was trained: its noise levels, what it predicts, how its times are shifted. Another class has to be told them where its defaults or its
 * names differ, and cannot stand in where it has no key for them.
 */
final class ModelKeys {

    /** Keys of the same name and meaning in all classes that have them. A class without the key means the value here, if there is one. */
    private static final Map<String, Object> SHARED = Map.ofEntries(Map.entry("num_train_timesteps", ""), Map.entry("beta_start", ""), Map.entry("beta_end", ""),
            Map.entry("beta_schedule", ""), Map.entry("trained_betas", ""), Map.entry("prediction_type", ""), Map.entry("sigma_data", ""), Map.entry("timestep_type", "discrete"),
            Map.entry("rescale_betas_zero_snr", false), Map.entry("snr_shift_scale", 1.0), Map.entry("use_dynamic_shifting", false), Map.entry("time_shift_type", "exponential"),
            Map.entry("invert_sigmas", false));

    private static final List<String> RAMPS = List.of("use_karras_sigmas", "use_exponential_sigmas", "use_beta_sigmas", "use_lu_lambdas");

    /** Levels at which two networks are compared, as sigma / alpha. */
    private static final double[] PROBES = {0.05, 0.4, 1, 3, 12};

    /** Numbers of one model that were computed in two ways agree to this. */
    private static final double SAME = 1e-6;

    private ModelKeys() {}

    /** The config for another class, with what the class must be told so that the model stays the same. */
    static ObjectNode carried(DiffusersConfig config, ObjectNode root, String otherClass) {
        ObjectNode own = DiffusersClasses.defaults(config.className());
        ObjectNode other = DiffusersClasses.defaults(otherClass);
        ObjectNode carried = root.deepCopy();
        SHARED.forEach((key, absent) -> {
            JsonNode meant = root.hasNonNull(key) && own.has(key) ? root.get(key) : own.has(key) ? own.get(key) : absent.equals("") ? null : Json.value(absent);
            boolean told = carried.hasNonNull(key) && carried.get(key).equals(meant);
            if (other.has(key) && meant != null && !meant.isNull() && !told && !meant.equals(other.get(key))) {
                carried.set(key, meant);
            }
        });
        if (config.scheduler().schedule() instanceof Flow) {
            flow(config, own, other, carried);
        }
        return carried;
    }

    private static void flow(DiffusersConfig config, ObjectNode own, ObjectNode other, ObjectNode carried) {
        double shift = config.settings().number(own.has("flow_shift") ? "flow_shift" : "shift", 1);
        for (String key : List.of("flow_shift", "shift")) {
            if (other.has(key)) {
                carried.put(key, shift);
            }
        }
        if (other.has("use_flow_sigmas") && other.has("flow_shift")) {
            carried.put("use_flow_sigmas", true).put("prediction_type", "flow_prediction");
        }
        if (own.has("use_flow_sigmas") || other.has("use_flow_sigmas")) {
            // A ramp runs over the times of a flow in one family of classes; in the other over sigma / alpha, which one class alone converts.
            RAMPS.stream().filter(key -> carried.path(key).asBoolean()).forEach(key -> carried.put(key, false));
        }
    }

    /** What of a model another scheduler would lose; nothing if it is the same model. */
    static List<String> lost(DiffusersScheduler model, DiffusersScheduler other) {
        List<NoiseLevel[]> pairs = model.table().isPresent() && other.table().isPresent() && !(model.schedule() instanceof Flow) && !(other.schedule() instanceof Flow)
                ? atTimesteps(model, other) : atSigmas(model.schedule(), other.schedule());
        if (pairs.isEmpty()) {
            return List.of("the noise levels: " + model.schedule() + " would become " + other.schedule());
        }
        Map<String, String> lost = new LinkedHashMap<>();
        for (NoiseLevel[] pair : pairs) {
            compare(model.parameterization(), pair[0], other.parameterization(), pair[1], lost);
        }
        if (!model.shifting().equals(other.shifting())) {
            lost.put("shift", "the shift of its times: " + named(model.shifting()) + " would become " + named(other.shifting()));
        }
        if (model.learnsVariance() && !other.learnsVariance()) {
            lost.put("variance", "the variance that it outputs besides: the class knows no variance_type");
        }
        return List.copyOf(lost.values());
    }

    private static String named(String shifting) {
        return shifting.isEmpty() ? "none" : shifting;
    }

    private static void compare(Parameterization a, NoiseLevel at, Parameterization b, NoiseLevel there, Map<String, String> lost) {
        if (differ(at.lambda(), there.lambda())) {
            lost.putIfAbsent("betas", "the betas: sigma / alpha at timestep " + at.time() + " would be " + there.edmSigma() + " instead of " + at.edmSigma());
        }
        Parameterization.Weights p = a.target(at);
        Parameterization.Weights q = b.target(there);
        boolean another = differ(p.first(), q.first()) || differ(p.second(), q.second());
        if (another) {
            lost.putIfAbsent("prediction", "the prediction: " + a + " would be read as " + b);
        }
        if (!another && differ(a.inputScale(at) * at.alpha(), b.inputScale(there) * there.alpha())) {
            lost.putIfAbsent("scale", "the scale of what the network sees");
        }
        if (differ(a.conditioning(at), b.conditioning(there))) {
            lost.putIfAbsent("told", "what the network is told: " + a.conditioning(at) + " would become " + b.conditioning(there) + " at sigma / alpha " + at.edmSigma());
        }
    }

    private static boolean differ(double a, double b) {
        return !(Math.abs(a - b) <= SAME * Math.max(1, Math.max(Math.abs(a), Math.abs(b))));
    }

    /** Levels of the same timesteps; the last one holds patches of zero terminal SNR that do not matter. */
    private static List<NoiseLevel[]> atTimesteps(DiffusersScheduler model, DiffusersScheduler other) {
        int size = model.table().orElseThrow().size();
        if (other.table().orElseThrow().size() != size) {
            return List.of();
        }
        return IntStream.of(0, size / 4, size / 2, 3 * size / 4, Math.max(0, size - 2)).mapToObj(t -> new NoiseLevel[] {model.schedule().at(t), other.schedule().at(t)}).toList();
    }

    private static List<NoiseLevel[]> atSigmas(NoiseSchedule model, NoiseSchedule other) {
        List<NoiseLevel[]> pairs = new ArrayList<>();
        for (double sigma : PROBES) {
            try {
                pairs.add(new NoiseLevel[] {model.atEdmSigma(sigma), other.atEdmSigma(sigma)});
            } catch (IllegalArgumentException e) {
                // Not a level of both: others are left to compare.
                continue;
            }
        }
        return pairs;
    }
}
