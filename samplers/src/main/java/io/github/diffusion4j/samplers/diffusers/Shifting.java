package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.schedules.DynamicShift;
import java.util.Map;

/** The keys of a config that shift the times of a flow: a fixed factor, or with {@code use_dynamic_shifting} one that follows from the argument mu. */
final class Shifting {

    /** The shift by {@code e^mu} in words. */
    static final String EXPONENTIAL = "dynamic exponential shift";

    private Shifting() {}

    static boolean isDynamic(Settings settings) {
        return settings.flag("use_dynamic_shifting", false);
    }

    private static boolean isLinear(Settings settings) {
        return settings.holds("time_shift_type") && settings.choice("time_shift_type", Map.of("exponential", false, "linear", true));
    }

    /** The factor of a config that has a fixed one. */
    static double fixed(Settings settings, String owner, double shift) {
        if (isDynamic(settings)) {
            throw new IllegalArgumentException(owner + " with use_dynamic_shifting needs the argument mu, which follows from the size of the picture (DynamicShift)");
        }
        return shift;
    }

    /** The factor of a config whose shift is given by the argument mu. */
    static double dynamic(Settings settings, String owner, double mu) {
        if (!isDynamic(settings)) {
            throw new IllegalArgumentException("the argument mu needs use_dynamic_shifting in the config of " + owner);
        }
        return isLinear(settings) ? mu : Math.exp(mu);
    }

    /** The argument mu by the keys of the config, FLUX.1's numbers where they are missing. */
    static double line(Settings settings, int tokens) {
        return DynamicShift.linear(tokens, (int) settings.number("base_image_seq_len", 256), (int) settings.number("max_image_seq_len", 4096), settings.number("base_shift", 0.5),
                settings.number("max_shift", 1.15));
    }

    /** The factor of a run. */
    static double of(Settings settings, String owner, double shift, Settings run) {
        return run.has("mu") ? dynamic(settings, owner, run.number("mu")) : fixed(settings, owner, shift);
    }

    /** The shift in words, empty for none. */
    static String named(Settings settings, double shift) {
        String direction = settings.flag("invert_sigmas", false) ? ", inverted" : "";
        if (isDynamic(settings)) {
            return (isLinear(settings) ? "dynamic linear shift" : EXPONENTIAL) + direction;
        }
        return (shift == 1 ? "" : "shift " + shift) + direction;
    }
}
