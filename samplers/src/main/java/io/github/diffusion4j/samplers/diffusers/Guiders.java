package io.github.diffusion4j.samplers.diffusers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.samplers.guidance.AdaptiveProjected;
import io.github.diffusion4j.samplers.guidance.AdaptiveProjectedMix;
import io.github.diffusion4j.samplers.guidance.Direction;
import io.github.diffusion4j.samplers.guidance.FrequencyDecoupled;
import io.github.diffusion4j.samplers.guidance.LinearGuidance;
import io.github.diffusion4j.samplers.guidance.MagnitudeAware;
import io.github.diffusion4j.samplers.guidance.Pair;
import io.github.diffusion4j.samplers.guidance.Perturbed;
import io.github.diffusion4j.samplers.guidance.Rescaled;
import io.github.diffusion4j.samplers.guidance.Scale;
import io.github.diffusion4j.samplers.guidance.Space;
import io.github.diffusion4j.samplers.guidance.Tangential;
import io.github.diffusion4j.samplers.guidance.Window;
import io.github.diffusion4j.samplers.guidance.ZeroStar;
import io.github.diffusion4j.samplers.solvers.Convention;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Diffusers' guider classes as guidance of this library. */
final class Guiders {

    private static final ObjectNode CLASSES = Json.table("guiders.json");

    private static final String SCALE = "guidance_scale";
    private static final String RESCALE = "guidance_rescale";
    private static final String ORIGINAL = "use_original_formulation";
    private static final String START = "start";
    private static final String STOP = "stop";
    private static final String ETA = "eta";
    private static final String MOMENTUM = "adaptive_projected_guidance_momentum";
    private static final String NORM = "adaptive_projected_guidance_rescale";
    private static final String NORM_AXES = "adaptive_projected_guidance_norm_dim";

    /** The branch of LTX-2 whose modalities do not see each other. */
    private static final Branch ISOLATED = new Branch("isolated modality");

    private static final Window NEVER = window(0, 0, false);

    private static final Map<String, Function<Settings, Guidance>> MADE = new TreeMap<>(Map.ofEntries(
            Map.entry("ClassifierFreeGuidance", s -> linear(s, Branch.UNCONDITIONAL)),
            Map.entry("AutoGuidance", s -> linear(s, LinearGuidance.PERTURBED)),
            Map.entry("ClassifierFreeZeroStarGuidance", s -> new ZeroStar(pair(s), s.integer("zero_init_steps"), Convention.DIFFUSERS)),
            Map.entry("TangentialClassifierFreeGuidance", s -> new Tangential(pair(s))),
            Map.entry("MagnitudeAwareGuidance", s -> new MagnitudeAware(pair(s), s.number("alpha"))),
            Map.entry("AdaptiveProjectedGuidance", s -> projected(pair(s), s, axes(s))),
            Map.entry("AdaptiveProjectedMixGuidance", Guiders::mix),
            Map.entry("SkipLayerGuidance", s -> perturbed(s, "skip_layer_guidance")),
            Map.entry("PerturbedAttentionGuidance", s -> perturbed(s, "perturbed_guidance")),
            Map.entry("SmoothedEnergyGuidance", s -> perturbed(s, "seg_guidance")),
            Map.entry("FrequencyDecoupledGuidance", Guiders::bands),
            Map.entry("LTX2Guidance", Guiders::ltx)));

    private Guiders() {}

    static Set<String> names() {
        return new TreeSet<>(Json.keys(CLASSES));
    }

    /** The keys of a class with their defaults. */
    static ObjectNode defaults(String name) {
        return (ObjectNode) CLASSES.get(name);
    }

    static boolean anyHas(String key) {
        return names().stream().anyMatch(name -> defaults(name).has(key));
    }

    static Guidance guidance(String name, Settings settings) {
        Guidance guidance = MADE.get(name).apply(settings);
        boolean rescalesItself = name.equals("FrequencyDecoupledGuidance") || name.equals("LTX2Guidance");
        double rescale = rescalesItself ? 0 : settings.number(RESCALE);
        return rescale == 0 ? guidance : new Rescaled(guidance, rescale);
    }

    private static Window window(double start, double stop, boolean afterStart) {
        return new Window.Fraction(start, stop, afterStart, Convention.DIFFUSERS);
    }

    private static Window window(Settings s) {
        return s.flag("enabled") ? window(s.number(START), s.number(STOP), false) : NEVER;
    }

    private static Pair pair(Settings s) {
        return new Pair(Scale.of(s.number(SCALE)), window(s), s.flag(ORIGINAL));
    }

    private static Guidance linear(Settings s, Branch away) {
        Scale scale = Scale.of(s.number(SCALE)).plus(s.flag(ORIGINAL) ? 0 : -1);
        return new LinearGuidance(Branch.CONDITIONAL, List.of(new Direction(scale, window(s), Branch.CONDITIONAL, away)));
    }

    private static AdaptiveProjected projected(Pair pair, Settings s, List<Integer> axes) {
        return new AdaptiveProjected(pair, s.number(MOMENTUM, 0), s.number(NORM), s.number(ETA), axes);
    }

    private static List<Integer> axes(Settings s) {
        if (!s.has(NORM_AXES)) {
            return List.of();
        }
        return s.isList(NORM_AXES) ? Arrays.stream(s.integers(NORM_AXES)).boxed().toList() : List.of(s.integer(NORM_AXES));
    }

    private static Guidance mix(Settings s) {
        Pair plain = pair(s);
        Pair later = new Pair(Scale.of(s.number("adaptive_projected_guidance_scale")), plain.window(), plain.original());
        return new AdaptiveProjectedMix(plain, s.integer("adaptive_projected_guidance_start_step"), projected(later, s, List.of()), Convention.DIFFUSERS);
    }

    private static Guidance perturbed(Settings s, String prefix) {
        Window window = s.flag("enabled") ? window(s.number(prefix + "_start"), s.number(prefix + "_stop"), true) : NEVER;
        return new Perturbed(pair(s), s.number(prefix + "_scale"), window);
    }

    private static Guidance ltx(Settings s) {
        Window window = window(s);
        LinearGuidance guidance = new LinearGuidance(Branch.CONDITIONAL, List.of(
                new Direction(Scale.of(s.number(SCALE) - 1), window, Branch.CONDITIONAL, Branch.UNCONDITIONAL),
                new Direction(Scale.of(s.number("stg_scale")), window, Branch.CONDITIONAL, LinearGuidance.PERTURBED),
                new Direction(Scale.of(s.number("modality_scale") - 1), window, Branch.CONDITIONAL, ISOLATED)));
        return s.number(RESCALE) == 0 ? guidance : Space.DATA.of(new Rescaled(guidance, s.number(RESCALE)));
    }

    private static Guidance bands(Settings s) {
        double[] scales = s.numbers("guidance_scales");
        double[] rescales = each(s, RESCALE, scales.length, 0);
        boolean byBand = s.choice("guidance_rescale_space", Map.of("data", false, "freq", true));
        double[] starts = each(s, START, scales.length, 0);
        double[] stops = each(s, STOP, scales.length, 1);
        double[] parallel = each(s, "parallel_weights", scales.length, 1);
        List<FrequencyDecoupled.Band> bands = new ArrayList<>();
        for (int k = 0; k < scales.length; k++) {
            Window window = s.flag("enabled") ? window(starts[k], stops[k], false) : NEVER;
            bands.add(new FrequencyDecoupled.Band(new Pair(Scale.of(scales[k]), window, s.flag(ORIGINAL)), parallel[k], byBand ? rescales[k] : 0));
        }
        FrequencyDecoupled guidance = new FrequencyDecoupled(bands);
        return byBand || rescales[0] == 0 ? guidance : new Rescaled(guidance, rescales[0]);
    }

    /** One number for each band: a list, or the same for all. */
    private static double[] each(Settings s, String key, int bands, double absent) {
        if (!s.holds(key)) {
            return IntStream.range(0, bands).mapToDouble(k -> absent).toArray();
        }
        double[] values = s.isList(key) ? s.numbers(key) : new double[] {s.number(key)};
        if (values.length != 1 && values.length != bands) {
            throw new IllegalArgumentException(key + " of " + s.owner() + " takes one number or one for each of the " + bands + " guidance_scales, got " + values.length);
        }
        return IntStream.range(0, bands).mapToDouble(k -> values[values.length == 1 ? 0 : k]).toArray();
    }

    /** What Diffusers computes and hardly anybody means. */
    static List<String> oddities(String name, ObjectNode root) {
        List<String> odd = new ArrayList<>();
        if (name.equals("SmoothedEnergyGuidance")) {
            odd.add("Diffusers never attaches the smoothing, so that the third branch equals the first and costs half as much again; here the branch is what the network's side makes of it");
        }
        if (name.equals("ClassifierFreeZeroStarGuidance") && root.path(RESCALE).asDouble(0) > 0 && root.path("zero_init_steps").asInt(1) > 0) {
            odd.add("guidance_rescale makes NaN of the output 0 of the first steps in Diffusers; here 0 stays 0");
        }
        return odd;
    }
}
