package io.github.diffusion4j.samplers.guidance;

import io.github.diffusion4j.core.Parameterization.Weights;
import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.guidance.Guide;
import io.github.diffusion4j.core.guidance.Place;
import java.util.List;

/**
 * Guidance whose noise estimate is scaled, {@code eps' = factor eps}: epsilon scaling against exposure bias (Ning et al., arXiv:2308.15321, equation 12), with {@code factor = 1 / lambda}, and
 * temporal score rescaling ({@link Scale.Temporal}). The data estimate follows, {@code x - alpha x0'^ = factor (x - alpha x0^)}.
 *
 * @param guidance what is scaled
 * @param factor the factor at each evaluation
 */
public record NoiseScaled(Guidance guidance, Scale factor) implements Guidance {

    @Override
    public Guide at(Place place) {
        double scale = factor.at(place);
        Weights noise = place.parameterization().noise(place.level());
        return guidance.at(place).mixed(noise.first() == 0 ? 0 : noise.first() * (scale - 1) / noise.second(), scale);
    }

    @Override
    public List<String> remembered() {
        return guidance.remembered();
    }
}
