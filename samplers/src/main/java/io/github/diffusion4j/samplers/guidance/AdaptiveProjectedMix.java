package io.github.diffusion4j.samplers.guidance;

import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.guidance.Guide;
import io.github.diffusion4j.core.guidance.Place;
import io.github.diffusion4j.samplers.solvers.Convention;
import java.util.List;

/**
 * Classifier-free guidance for the first steps and {@link AdaptiveProjected} after them, whose momentum goes on all the while (HunyuanImage 2.1).
 *
 * @param plain scale, window and base of classifier-free guidance; where it is off all is off
 * @param lastPlain the last step of classifier-free guidance, from 0
 * @param projected the guidance of the steps after it; its window and base are those of {@code plain}
 * @param convention EXACT counts steps, DIFFUSERS evaluations
 */
public record AdaptiveProjectedMix(Pair plain, int lastPlain, AdaptiveProjected projected, Convention convention) implements Guidance {

    @Override
    public List<String> remembered() {
        return projected.remembered();
    }

    @Override
    public Guide at(Place place) {
        Pair later = new Pair(projected.pair().scale(), plain.window(), plain.original());
        AdaptiveProjected based = new AdaptiveProjected(later, projected.momentum(), projected.norm(), projected.eta(), projected.axes());
        if (!plain.on(place)) {
            return new AdaptiveProjected(plain, projected.momentum(), projected.norm(), projected.eta(), projected.axes()).at(place);
        }
        int step = convention == Convention.EXACT ? place.step() : place.evaluation();
        boolean on = step > lastPlain && later.on(place);
        return on ? based.at(place) : based.guide(place, false, plain.scale().at(place));
    }
}
