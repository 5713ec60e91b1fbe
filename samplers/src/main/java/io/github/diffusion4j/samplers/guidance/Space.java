package io.github.diffusion4j.samplers.guidance;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.Parameterization.Weights;
import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.guidance.Guide;
import io.github.diffusion4j.core.guidance.Place;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.kernel.Rows;
import io.github.diffusion4j.core.kernel.Term;
import java.util.ArrayList;
import java.util.List;

/** What guidance combines: the network's output as it is, or something that follows from it and the sample. Rules whose weights sum to 1 are the same in all. */
public enum Space {
    /** The data estimate x0^. */
    DATA,
    /** The sample less the data estimate, {@code x - x0^}, as ComfyUI's nodes have it. */
    RESIDUAL,
    /** The noise estimate eps^. */
    NOISE;

    /**
     * Guidance that combines this instead of the network's output.
     *
     * @param guidance the guidance
     * @return the guidance in this space
     */
    public Guidance of(Guidance guidance) {
        return new InSpace(this, guidance);
    }

    /** What a network would predict whose output this is. */
    private Parameterization parameterization() {
        return switch (this) {
            case DATA -> Parameterization.sample();
            case RESIDUAL -> new Residuals();
            case NOISE -> Parameterization.epsilon();
        };
    }

    /** Predicts {@code x - x0}. */
    private record Residuals() implements Parameterization {

        @Override
        public Weights target(NoiseLevel level) {
            return new Weights(level.alpha() - 1, level.sigma());
        }
    }

    /** As {@code first x + second y}. */
    private Weights weights(Place place) {
        Weights data = place.data();
        return switch (this) {
            case DATA -> data;
            case RESIDUAL -> new Weights(1 - data.first(), -data.second());
            case NOISE -> place.parameterization().noise(place.level());
        };
    }

    private record InSpace(Space space, Guidance guidance) implements Guidance {

        @Override
        public Guide at(Place place) {
            Guide guide = guidance.at(place.predicting(space.parameterization()));
            Weights weights = space.weights(place);
            if (guide.branches().size() == 1 && guide.held().isEmpty() && guide.kept().isEmpty() && guide.kind() == Guide.Kind.KNOWN && guide.weights(null)[0][1] == 1) {
                return guide;
            }
            if (!Double.isFinite(weights.first()) || !Double.isFinite(weights.second()) || weights.second() == 0) {
                throw new IllegalArgumentException("guidance cannot combine " + space + " at " + place.level() + ", where " + place.parameterization() + " prediction does not tell it; start guidance "
                        + "after this level, or combine the network's output");
            }
            Guide moved = guide.inSpace(weights.first(), weights.second());
            return guide.kind() == Guide.Kind.COMPUTED ? moved.computed((terms, out) -> computed(guide, weights, terms, out)) : moved;
        }

        private static void computed(Guide guide, Weights weights, List<HostArray> terms, HostArray out) {
            List<HostArray> moved = new ArrayList<>(List.of(terms.get(0)));
            for (int k = 1; k < terms.size(); k++) {
                HostArray term = k > guide.branches().size() ? terms.get(k) : HostArrays.HEAP.make(out.type(), out.shape());
                if (term != terms.get(k)) {
                    combine(term, List.of(new Term<>(terms.get(0), weights.first()), new Term<>(terms.get(k), weights.second())));
                }
                moved.add(term);
            }
            guide.arrays().orElseThrow().apply(moved, out);
            combine(out, List.of(new Term<>(terms.get(0), -weights.first() / weights.second()), new Term<>(out, 1 / weights.second())));
        }

        private static void combine(HostArray out, List<Term<HostArray>> terms) {
            Kernels.combine(HostArrays.HEAP, Rows.SAMPLES, out, false, terms);
        }

        @Override
        public List<String> remembered() {
            return guidance.remembered();
        }
    }
}
