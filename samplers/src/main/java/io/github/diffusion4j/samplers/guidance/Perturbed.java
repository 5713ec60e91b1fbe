package io.github.diffusion4j.samplers.guidance;

import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.guidance.Guide;
import io.github.diffusion4j.core.guidance.Place;
import java.util.ArrayList;
import java.util.List;

/**
 * Diffusers' guiders away from a perturbed network p: skipped layers, perturbed attention, smoothed energy. As {@link LinearGuidance#perturbed}, {@code base + s (c - u) + t (c - p)}, but where
 * classifier-free guidance is off the native formulation starts from p, {@code p + t (c - p)}, one less than the same scale means elsewhere.
 *
 * @param pair classifier-free guidance
 * @param scale t, 0 for none
 * @param window where the perturbed network is asked
 */
public record Perturbed(Pair pair, double scale, Window window) implements Guidance {

    private static final double NEUTRAL = 1e-9;

    @Override
    public Guide at(Place place) {
        List<Direction> directions = new ArrayList<>();
        if (pair.on(place)) {
            directions.add(new Direction(pair.original() ? pair.scale() : pair.scale().plus(-1), Window.ALWAYS, Branch.CONDITIONAL, Branch.UNCONDITIONAL));
        }
        if (window.contains(place) && Math.abs(scale) > NEUTRAL) {
            double offset = directions.isEmpty() && !pair.original() ? -1 : 0;
            directions.add(new Direction(Scale.of(scale + offset), Window.ALWAYS, Branch.CONDITIONAL, LinearGuidance.PERTURBED));
        }
        return new LinearGuidance(Branch.CONDITIONAL, directions).at(place);
    }
}
