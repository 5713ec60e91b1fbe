package io.github.diffusion4j.samplers.guidance;

import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.guidance.Guide;
import io.github.diffusion4j.core.guidance.Place;
import java.util.Arrays;
import java.util.List;

/**
 * Guidance whose result has the norm of the conditional branch, {@code y' = strength f y} with {@code f = |c| / |y|}: over a sample, or over some axes only, as Qwen-Image, Lumina 2 (last axis), and
 * ComfyUI's CFGNorm (axis 1, at most 1, in {@link Space#DATA}) have it. A norm of 0 changes nothing.
 *
 * @param guidance what is limited; its weights must be known before the run
 * @param axes the axes of the norm, counted from the end where negative; none for all but the first
 * @param shrinksOnly whether f is at most 1
 * @param strength a further factor, 1 for none
 */
public record NormLimited(Guidance guidance, List<Integer> axes, boolean shrinksOnly, double strength) implements Guidance {

    /** Copies the list. */
    public NormLimited {
        axes = List.copyOf(axes);
    }

    @Override
    public Guide at(Place place) {
        Guide inner = guidance.at(place);
        if (inner.branches().size() < 2) {
            return inner;
        }
        if (inner.kind() != Guide.Kind.KNOWN) {
            throw new IllegalArgumentException("the norm is limited of guidance whose weights are known before the run, not of " + guidance);
        }
        Guide guide = inner.asking(Branch.CONDITIONAL);
        double[] conditional = new double[guide.terms()];
        conditional[guide.term(Branch.CONDITIONAL)] = 1;
        return Axes.over(axes, guide.then(List.of(conditional, guide.weights(null)[0]), (weights, moments, first) -> {
            double had = moments.norm(first + 1);
            double fit = had == 0 ? 1 : moments.norm(first) / had;
            double factor = strength * (shrinksOnly ? Math.min(1, fit) : fit);
            double[][] limited = weights.clone();
            limited[0] = Arrays.stream(weights[0]).map(weight -> weight * factor).toArray();
            return limited;
        }));
    }

    @Override
    public List<String> remembered() {
        return guidance.remembered();
    }
}
