package io.github.diffusion4j.samplers.guidance;

import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.guidance.Guide;
import io.github.diffusion4j.core.guidance.Place;
import java.util.List;

/**
 * Classifier-free guidance that asks for the unconditional branch only now and then: in between the difference {@code c - u} of the last evaluation that had both is held, and the conditional branch
 * is fresh, {@code y = c + (scale - 1) held} (the idea of FasterCache, arXiv:2410.19355, and LinearAG, arXiv:2312.12487).
 *
 * @param scale the scale, 1 for none
 * @param both which evaluations ask for both branches
 */
public record HeldDirection(Scale scale, Pattern both) implements Guidance {

    private static final List<String> DIFFERENCE = List.of("guidance difference");

    @Override
    public List<String> remembered() {
        return DIFFERENCE;
    }

    @Override
    public Guide at(Place place) {
        double strength = scale.at(place) - 1;
        if (place.held().isEmpty() || both.asks(place.evaluation(), place.evaluations())) {
            double[][] weights = {{0, 1 + strength, -strength}, {0, 1, -1}};
            return Guide.known(List.of(Branch.CONDITIONAL, Branch.UNCONDITIONAL), List.of(), DIFFERENCE, weights);
        }
        double[][] weights = {{0, 1, strength}, {0, 0, 1}};
        return Guide.known(List.of(Branch.CONDITIONAL), DIFFERENCE, DIFFERENCE, weights);
    }
}
