package io.github.diffusion4j.samplers.guidance;

import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.guidance.Guide;
import io.github.diffusion4j.core.guidance.Place;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.kernel.Moments;
import io.github.diffusion4j.core.kernel.Rows;
import io.github.diffusion4j.core.kernel.Term;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Guidance whose result has the spread of the conditional branch (Lin et al., arXiv:2305.08891, equations 15 and 16): {@code y' = (phi std(c) / std(y) + 1 - phi) y}, deviations over a sample,
 * of which one that is 0 changes nothing. Diffusers' {@code guidance_rescale}.
 *
 * @param guidance what is rescaled
 * @param phi how much, 0 for none, usually up to 1
 */
public record Rescaled(Guidance guidance, double phi) implements Guidance {

    /** Checks the factor. */
    public Rescaled {
        if (!(phi >= 0 && Double.isFinite(phi))) {
            throw new IllegalArgumentException("guidance is rescaled by a factor of at least 0, got " + phi);
        }
    }

    @Override
    public Guide at(Place place) {
        Guide inner = guidance.at(place);
        boolean nothing = phi == 0 || inner.branches().isEmpty() || inner.branches().equals(List.of(Branch.CONDITIONAL)) && inner.held().isEmpty();
        if (nothing) {
            return inner;
        }
        Guide guide = inner.asking(Branch.CONDITIONAL);
        double[] conditional = new double[guide.terms()];
        conditional[guide.term(Branch.CONDITIONAL)] = 1;
        if (guide.kind() == Guide.Kind.COMPUTED) {
            return guide.computed((terms, out) -> {
                guide.arrays().orElseThrow().apply(terms, out);
                rescale(terms.get(guide.term(Branch.CONDITIONAL)), out);
            });
        }
        if (guide.kind() == Guide.Kind.KNOWN) {
            double[] guided = guide.weights(null)[0];
            return guide.then(List.of(conditional, guided), (weights, moments, first) -> scaled(weights, factor(moments.deviation(behind(first, 1)), moments.deviation(behind(first, 0, 1)))));
        }
        return guide.then(guide.eachTerm(), (weights, moments, first) -> scaled(weights, factor(moments.deviation(behind(first, conditional)), moments.deviation(behind(first, weights[0])))));
    }

    /** Weights of the further combinations as weights of all that are measured. */
    private static double[] behind(int first, double... weights) {
        double[] all = new double[first + weights.length];
        System.arraycopy(weights, 0, all, first, weights.length);
        return all;
    }

    private static double[][] scaled(double[][] weights, double factor) {
        double[][] scaled = weights.clone();
        scaled[0] = Arrays.stream(weights[0]).map(weight -> weight * factor).toArray();
        return scaled;
    }

    private double factor(double wanted, double had) {
        return had == 0 ? 1 : phi * wanted / had + 1 - phi;
    }

    private void rescale(HostArray conditional, HostArray out) {
        Moments[] moments = Moments.of(conditional.byRows(Rows.SAMPLES), out.byRows(Rows.SAMPLES));
        double[] factors = Stream.of(moments).mapToDouble(each -> factor(each.deviation(1), each.deviation(0, 1))).toArray();
        Kernels.combine(HostArrays.HEAP, Rows.SAMPLES, out, true, List.of(new Term<>(out, factors)));
    }

    @Override
    public List<String> remembered() {
        return guidance.remembered();
    }
}
