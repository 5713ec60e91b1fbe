package io.github.diffusion4j.samplers.guidance;

import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.guidance.Guide;
import io.github.diffusion4j.core.guidance.Place;
import io.github.diffusion4j.core.kernel.HostArray;

/**
 * ComfyUI's Mahiro, in {@link Space#DATA}: guidance {@code D = u + scale (c - u)} leans to {@code L = scale c} where signed roots of {@code (L + D) / 2} and {@code scale u} point the same way,
 * <pre>
 *   y = (z D + (4 - z) L) / 4,   z = 2 (s + 1),   s the mean over positions of the cosine over channels
 * </pre>
 *
 * <p>The mean is over the sample; ComfyUI's is over the batch.
 *
 * @param scale the scale
 */
public record Mahiro(Scale scale) implements Guidance {

    private static final double FLOOR = 1e-8;

    @Override
    public Guide at(Place place) {
        double strength = scale.at(place);
        return Guide.computed(Pair.BRANCHES, java.util.List.of(), java.util.List.of(), java.util.List.of(), (terms, out) -> apply(strength, terms.get(Pair.C), terms.get(Pair.U), out));
    }

    private static void apply(double scale, HostArray conditional, HostArray unconditional, HostArray out) {
        double[] c = conditional.values();
        double[] u = unconditional.values();
        double[] y = new double[c.length];
        int length = c.length / out.samples();
        int channels = out.rank() > 1 ? (int) out.size(1) : 1;
        for (int from = 0; from < c.length; from += length) {
            double z = 2 * (similarity(scale, c, u, from, channels, length / channels) + 1);
            for (int i = from; i < from + length; i++) {
                double guided = u[i] + scale * (c[i] - u[i]);
                y[i] = (z * guided + (4 - z) * scale * c[i]) / 4;
            }
        }
        out.fill(y);
    }

    private static double similarity(double scale, double[] c, double[] u, int from, int channels, int positions) {
        double sum = 0;
        for (int position = 0; position < positions; position++) {
            double product = 0;
            double one = 0;
            double other = 0;
            for (int channel = 0; channel < channels; channel++) {
                int i = from + channel * positions + position;
                double a = signedRoot((scale * c[i] + u[i] + scale * (c[i] - u[i])) / 2);
                double b = signedRoot(scale * u[i]);
                product += a * b;
                one += a * a;
                other += b * b;
            }
            sum += product / (Math.max(FLOOR, Math.sqrt(one)) * Math.max(FLOOR, Math.sqrt(other)));
        }
        return sum / positions;
    }

    private static double signedRoot(double value) {
        return Math.signum(value) * Math.sqrt(Math.abs(value));
    }
}
