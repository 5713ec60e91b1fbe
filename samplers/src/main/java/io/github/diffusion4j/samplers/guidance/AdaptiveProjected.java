package io.github.diffusion4j.samplers.guidance;

import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.guidance.Guide;
import io.github.diffusion4j.core.guidance.Place;
import io.github.diffusion4j.core.kernel.Moments;
import java.util.List;

/**
 * Adaptive projected guidance (Sadat et al., arXiv:2410.02416, algorithm 1): the difference {@code g = c - u} gets momentum, {@code m = g + beta m'}, a longest norm, and less of what is parallel to
 * the conditional branch,
 * <pre>
 *   y = base + scale k (m + (eta - 1) (&lt;m, c&gt; / &lt;c, c&gt;) c),   k = min(1, r / |m|)
 * </pre>
 *
 * <p>Momentum is an array of the run's state, nothing at its start. The paper works on the data estimate ({@link Space#DATA}), Diffusers on the network's output.
 *
 * @param pair scale, window and base
 * @param momentum beta, 0 for none; the paper has -0.5
 * @param norm r, the longest norm, 0 for any
 * @param eta the weight of the parallel part, 1 for all of it
 * @param axes the axes of norms and products, counted from the end where negative; none for all but the first
 */
public record AdaptiveProjected(Pair pair, double momentum, double norm, double eta, List<Integer> axes) implements Guidance {

    private static final List<String> MOMENTUM = List.of("momentum");

    /** Copies the list and checks the numbers. */
    public AdaptiveProjected {
        axes = List.copyOf(axes);
        if (!Double.isFinite(momentum) || !Double.isFinite(eta) || !(norm >= 0)) {
            throw new IllegalArgumentException("adaptive projected guidance takes finite momentum and eta and a longest norm of at least 0, got momentum " + momentum + ", eta " + eta + ", norm "
                    + norm);
        }
    }

    /**
     * The paper's settings: momentum -0.5, eta 0. As there, guidance is added to the conditional branch, {@code y = c + (scale - 1) k (m + ...)}; {@link Pair#of}, the default of Diffusers, adds it to
     * the unconditional one, which takes what is parallel out of {@code c - u} once more.
     *
     * @param scale the scale, 1 for none
     * @param norm the longest norm of the difference
     * @return the guidance
     */
    public static AdaptiveProjected of(double scale, double norm) {
        return new AdaptiveProjected(new Pair(Scale.of(scale - 1), Window.ALWAYS, true), -0.5, norm, 0, List.of());
    }

    @Override
    public List<String> remembered() {
        return momentum == 0 ? List.of() : MOMENTUM;
    }

    @Override
    public Guide at(Place place) {
        return pair.on(place) ? Axes.over(axes, guide(place, true, pair.scale().at(place))) : resting(place);
    }

    /** The conditional branch alone, with momentum as it was. */
    private Guide resting(Place place) {
        return place.held().isEmpty() ? Guide.CONDITIONAL : Guide.known(Guide.CONDITIONAL.branches(), place.held(), place.held(), new double[] {0, 1, 0}, new double[] {0, 0, 1});
    }

    /** Guidance that is on, projected or as classifier-free guidance has it; momentum goes on in both. */
    Guide guide(Place place, boolean projected, double scale) {
        boolean moved = !place.held().isEmpty();
        double[] m = moved ? new double[] {0, 1, -1, momentum} : new double[] {0, 1, -1};
        double[] parallel = new double[m.length];
        parallel[Pair.C] = 1;
        double[] plain = new double[m.length];
        plain[pair.base()] = 1;
        plain[Pair.C] += projected ? 0 : scale;
        plain[Pair.U] -= projected ? 0 : scale;
        double[][] known = momentum == 0 ? new double[][] {plain} : new double[][] {plain, m};
        if (!projected) {
            return Guide.known(Pair.BRANCHES, place.held(), remembered(), known);
        }
        return Guide.measured(Pair.BRANCHES, place.held(), remembered(), List.of(m, parallel), moments -> {
            double[] weights = plain.clone();
            add(weights, scale, m, moments);
            return momentum == 0 ? new double[][] {weights} : new double[][] {weights, m};
        });
    }

    /** Adds the update; m is the first that was measured, the conditional branch the second. */
    private void add(double[] weights, double scale, double[] m, Moments moments) {
        double length = moments.norm(0);
        double k = norm > 0 && length > norm ? norm / length : 1;
        double square = moments.product(1, 1);
        double along = square == 0 ? 0 : moments.product(0, 1) / square;
        for (int i = 0; i < weights.length; i++) {
            weights[i] += scale * k * m[i];
        }
        weights[Pair.C] += scale * k * (eta - 1) * along;
    }
}
