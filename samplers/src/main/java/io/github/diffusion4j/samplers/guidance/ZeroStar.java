package io.github.diffusion4j.samplers.guidance;

import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.guidance.Guide;
import io.github.diffusion4j.core.guidance.Place;
import io.github.diffusion4j.samplers.solvers.Convention;
import java.util.List;

/**
 * CFG-Zero* (Fan et al., arXiv:2503.18886, equations 11 and 13): the unconditional branch is scaled to fit the conditional one, {@code u := a u}, {@code a = <c, u> / <u, u>}, and the first steps
 * take the output as 0. The rule depends on the space it is in; it is meant for the velocity of a flow.
 *
 * @param pair scale, window and base
 * @param zeroSteps how many steps take the output as 0, without asking the network
 * @param convention EXACT counts steps; DIFFUSERS counts evaluations and adds 1e-8 to {@code <u, u>}
 */
public record ZeroStar(Pair pair, int zeroSteps, Convention convention) implements Guidance {

    private static final double FLOOR = 1e-8;

    @Override
    public Guide at(Place place) {
        boolean exact = convention == Convention.EXACT;
        if ((exact ? place.step() : place.evaluation()) < zeroSteps) {
            return Guide.known(List.of(), 0.0);
        }
        return pair.guide(place, moments -> {
            double square = moments.product(Pair.U, Pair.U) + (exact ? 0 : FLOOR);
            double fit = square == 0 ? 1 : moments.product(Pair.C, Pair.U) / square;
            double scale = pair.scale().at(place) + (pair.original() ? 1 : 0);
            return new double[][] {{0, scale, (1 - scale) * fit}};
        });
    }
}
