package io.github.diffusion4j.samplers.guidance;

import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.guidance.Guide;
import io.github.diffusion4j.core.guidance.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Perp-Neg (Armandpour et al., arXiv:2304.04968, equation 8): negative prompts act only at right angles to the positive one. Over the branches conditional c, negatives n_k and unconditional e,
 * with {@code d = c - e, q_k = n_k - e},
 * <pre>
 *   y = e + scale (d - sum of w_k (q_k - (&lt;q_k, d&gt; / &lt;d, d&gt;) d))
 * </pre>
 *
 * @param scale the scale
 * @param weights the weight of each negative prompt, asked for as {@code negative}, {@code negative 2} and so on
 */
public record PerpNeg(Scale scale, List<Double> weights) implements Guidance {

    /** Copies the list. */
    public PerpNeg {
        weights = List.copyOf(weights);
    }

    /**
     * The branch of a negative prompt.
     *
     * @param number which, from 0
     * @return the branch
     */
    public static Branch negative(int number) {
        return new Branch(number == 0 ? "negative" : "negative " + (number + 1));
    }

    @Override
    public Guide at(Place place) {
        List<Branch> branches = new ArrayList<>(List.of(Branch.CONDITIONAL, Branch.UNCONDITIONAL));
        for (int k = 0; k < weights.size(); k++) {
            branches.add(negative(k));
        }
        double[] d = difference(1 + branches.size(), 1);
        double strength = scale.at(place);
        return Guide.measured(branches, List.of(), List.of(), moments -> {
            double[] sum = d.clone();
            double square = moments.product(d, d);
            for (int k = 0; k < weights.size(); k++) {
                double[] q = difference(d.length, 3 + k);
                double along = square == 0 ? 1 : moments.product(q, d) / square;
                for (int i = 0; i < sum.length; i++) {
                    sum[i] -= weights.get(k) * (q[i] - along * d[i]);
                }
            }
            double[] y = Stream.of(sum).flatMapToDouble(java.util.Arrays::stream).map(weight -> strength * weight).toArray();
            y[2] += 1;
            return new double[][] {y};
        });
    }

    /** A branch less the unconditional one. */
    private static double[] difference(int terms, int term) {
        double[] weights = new double[terms];
        weights[term] = 1;
        weights[2] = -1;
        return weights;
    }
}
