package io.github.diffusion4j.samplers.guidance;

import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.guidance.Guide;
import io.github.diffusion4j.core.guidance.Place;
import io.github.diffusion4j.core.guidance.Rule;
import java.io.Serializable;
import java.util.List;

/**
 * What rules over a conditional and an unconditional branch share: how strong they are, where they are on, and from which branch they start.
 *
 * @param scale how strong guidance is
 * @param window where it is on
 * @param original whether the sum starts from the conditional branch, {@code c + scale (c - u)}, where a scale of 0 is none; otherwise {@code u + scale (c - u)}, where 1 is none
 */
public record Pair(Scale scale, Window window, boolean original) implements Serializable {

    static final List<Branch> BRANCHES = List.of(Branch.CONDITIONAL, Branch.UNCONDITIONAL);

    /** The places of the terms: sample, conditional, unconditional branch, and what is held. */
    static final int C = 1;
    static final int U = 2;
    static final int HELD = 3;

    private static final double NEUTRAL = 1e-9;

    /**
     * A scale for the whole run, {@code u + scale (c - u)}.
     *
     * @param scale the scale
     * @return the pair
     */
    public static Pair of(double scale) {
        return new Pair(Scale.of(scale), Window.ALWAYS, false);
    }

    /** Whether guidance does something. */
    boolean on(Place place) {
        double neutral = original ? 0 : 1;
        double strength = scale.at(place);
        return window.contains(place) && Math.abs(strength - neutral) > NEUTRAL * Math.max(Math.abs(strength), neutral);
    }

    /** The guide where guidance is on, and the conditional branch alone where it is not. */
    Guide guide(Place place, Rule rule) {
        return guide(place, List.of(new double[3], new double[] {0, 1, 0}, new double[] {0, 0, 1}), rule);
    }

    /** The same with a rule that looks at some combinations only. */
    Guide guide(Place place, List<double[]> measures, Rule rule) {
        return on(place) ? Guide.measured(BRANCHES, List.of(), List.of(), measures, rule) : Guide.CONDITIONAL;
    }

    /** Where the sum starts. */
    int base() {
        return original ? C : U;
    }
}
