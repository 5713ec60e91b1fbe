package io.github.diffusion4j.samplers.guidance;

import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.guidance.Guide;
import io.github.diffusion4j.core.guidance.Place;
import java.util.List;

/**
 * Guidance that gets weaker where it would change much (MAMBO-G, arXiv:2508.03442; RAAG, arXiv:2508.03442's ratio): with {@code r = |c - u| / |u|} the scale is {@code 1 + (scale - 1) exp(-alpha r)},
 * or {@code scale exp(-alpha r)} in the original formulation. Where both branches are 0 so is r.
 *
 * @param pair scale, window and base
 * @param alpha how fast it gets weaker
 */
public record MagnitudeAware(Pair pair, double alpha) implements Guidance {

    @Override
    public Guide at(Place place) {
        return pair.guide(place, List.of(new double[] {0, 1, -1}, new double[] {0, 0, 1}), moments -> {
            double difference = moments.norm(0);
            double length = moments.norm(1);
            double damping = difference == 0 ? 1 : Math.exp(-alpha * difference / length);
            double scale = pair.scale().at(place);
            double damped = 1 + (pair.original() ? scale : scale - 1) * damping;
            return new double[][] {{0, damped, 1 - damped}};
        });
    }
}
