package io.github.diffusion4j.samplers.guidance;

import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.guidance.Guide;
import io.github.diffusion4j.core.guidance.Place;
import io.github.diffusion4j.core.kernel.HostArray;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Frequency-decoupled guidance (Sadat et al., arXiv:2506.19713, algorithm 1): the bands of {@link LaplacianPyramid} are guided each at a scale of its own, {@code base + scale (w p + o)}, where p and
 * o are the parts of {@code c - u} along the conditional band of the sample and at right angles to it. For pictures {@code [B, C, H, W]} of any size; it means nothing for other arrays, which have
 * no plane to take bands of.
 *
 * @param bands the bands from fine to coarse
 */
public record FrequencyDecoupled(List<Band> bands) implements Guidance {

    private static final int AXES = 4;

    /**
     * How a band is guided.
     *
     * @param pair scale, window and base
     * @param parallel w, the weight of the part along the conditional band, 1 for plain guidance
     * @param rescale how much the band's deviation is taken back to the conditional one's, 0 for nothing
     */
    public record Band(Pair pair, double parallel, double rescale) implements Serializable {}

    /** Copies the list. */
    public FrequencyDecoupled {
        bands = List.copyOf(bands);
        if (bands.isEmpty()) {
            throw new IllegalArgumentException("frequency-decoupled guidance needs a scale for one band or more, got none");
        }
    }

    /**
     * A scale for each band, in the whole run.
     *
     * @param scales from fine to coarse; the paper has 10 and 5
     * @return the guidance
     */
    public static FrequencyDecoupled of(double... scales) {
        return new FrequencyDecoupled(java.util.Arrays.stream(scales).mapToObj(scale -> new Band(Pair.of(scale), 1, 0)).toList());
    }

    @Override
    public Guide at(Place place) {
        List<Boolean> on = bands.stream().map(band -> band.pair().on(place)).toList();
        if (!on.contains(true)) {
            return Guide.CONDITIONAL;
        }
        double[] scales = bands.stream().mapToDouble(band -> band.pair().scale().at(place)).toArray();
        return Guide.computed(Pair.BRANCHES, List.of(), List.of(), List.of(), (terms, out) -> apply(terms.get(Pair.C), terms.get(Pair.U), out, on, scales));
    }

    private void apply(HostArray conditional, HostArray unconditional, HostArray out, List<Boolean> on, double... scales) {
        if (out.rank() != AXES) {
            throw new IllegalArgumentException("frequency-decoupled guidance is for pictures [B, C, H, W], got " + out + "; give the frames of a video as pictures, or use guidance without bands");
        }
        int plane = (int) (out.size(2) * out.size(3));
        int channels = (int) out.size(1);
        double[] c = conditional.values();
        double[] u = unconditional.values();
        double[] y = new double[c.length];
        for (int sample = 0; sample < out.samples(); sample++) {
            List<LaplacianPyramid> cs = pyramids(c, sample * channels, channels, plane, out);
            List<LaplacianPyramid> us = pyramids(u, sample * channels, channels, plane, out);
            for (int level = 0; level < bands.size(); level++) {
                if (on.get(level)) {
                    guide(bands.get(level), scales[level], band(cs, level), band(us, level));
                }
            }
            List<LaplacianPyramid> guided = mixed(cs, us, on);
            for (int channel = 0; channel < channels; channel++) {
                System.arraycopy(guided.get(channel).collapsed(), 0, y, (sample * channels + channel) * plane, plane);
            }
        }
        out.fill(y);
    }

    private List<LaplacianPyramid> pyramids(double[] values, int first, int channels, int plane, HostArray like) {
        return IntStream.range(first, first + channels).mapToObj(channel -> LaplacianPyramid.of(java.util.Arrays.copyOfRange(values, channel * plane, (channel + 1) * plane), (int) like.size(2),
                (int) like.size(3), bands.size())).toList();
    }

    private static List<double[]> band(List<LaplacianPyramid> channels, int level) {
        return channels.stream().map(pyramid -> pyramid.bands().get(level).values()).toList();
    }

    /** Guides one band of a sample, into its unconditional values. */
    private static void guide(Band band, double scale, List<double[]> c, List<double[]> u) {
        double along = band.parallel() == 1 ? 0 : (band.parallel() - 1) * share(c, u);
        for (int channel = 0; channel < c.size(); channel++) {
            double[] from = c.get(channel);
            double[] to = u.get(channel);
            for (int i = 0; i < to.length; i++) {
                double shift = from[i] - to[i];
                to[i] = (band.pair().original() ? from[i] : to[i]) + scale * (shift + along * from[i]);
            }
        }
        if (band.rescale() > 0) {
            double had = deviation(u);
            double factor = had == 0 ? 1 : band.rescale() * deviation(c) / had + 1 - band.rescale();
            u.forEach(values -> java.util.Arrays.setAll(values, i -> factor * values[i]));
        }
    }

    /** How much of {@code c - u} lies along c. */
    private static double share(List<double[]> c, List<double[]> u) {
        double product = 0;
        double square = 0;
        for (int channel = 0; channel < c.size(); channel++) {
            for (int i = 0; i < c.get(channel).length; i++) {
                double value = c.get(channel)[i];
                product += (value - u.get(channel)[i]) * value;
                square += value * value;
            }
        }
        return square == 0 ? 0 : product / square;
    }

    private static double deviation(List<double[]> channels) {
        double[] all = channels.stream().flatMapToDouble(java.util.Arrays::stream).toArray();
        double mean = java.util.Arrays.stream(all).average().orElse(0);
        return all.length == 1 ? 0 : Math.sqrt(java.util.Arrays.stream(all).map(value -> (value - mean) * (value - mean)).sum() / (all.length - 1));
    }

    /** Guided bands where they are guided, conditional ones elsewhere. */
    private static List<LaplacianPyramid> mixed(List<LaplacianPyramid> cs, List<LaplacianPyramid> us, List<Boolean> on) {
        List<LaplacianPyramid> mixed = new ArrayList<>();
        for (int channel = 0; channel < cs.size(); channel++) {
            LaplacianPyramid c = cs.get(channel);
            LaplacianPyramid u = us.get(channel);
            mixed.add(new LaplacianPyramid(IntStream.range(0, on.size()).mapToObj(level -> (on.get(level) ? u : c).bands().get(level)).toList()));
        }
        return mixed;
    }
}
