package io.github.diffusion4j.core.noise;

import io.github.diffusion4j.core.kernel.Scratch;
import io.github.diffusion4j.core.random.CounterNormals;
import java.util.Arrays;

/**
 * Noise whose draws are the increments of one Brownian path for each sample and place, so that draws over overlapping stretches of the reverse process are correlated as they
 * must be for solvers with two noises a step (DPM++ SDE is of weak order 2 with it, of 1 with independent draws), and so that runs of 20 and of 40 steps follow the same
 * path. The path runs over the time {@code u = sigma / (1 + sigma)} from 0 (data) to 1 (pure noise), sigma the noise level in EDM's coordinate; a request for the stretch
 * from a to b gets {@code (W(u_b) - W(u_a)) / sqrt(|u_b - u_a|)}.
 *
 * <p>A pure function of key and stretch: W(1) is a normal number, and each half of an interval follows from a Brownian bridge with a number of its own, 24 times or more, then a bridge
 * inside the last interval (Li et al., arXiv:2001.01328, algorithm 3; the last step after Kidger's diffrax). Near the ends of the path intervals are halved more often, down to
 * 2^-19 of the distance to the end. A stretch inside one of the last intervals, about a millionth of its noise level long, is refused: there one number would stand for both ends.
 * Requests without a stretch get independent noise. Numbers are floats, also in DOUBLE arrays.
 */
public final class BrownianNoise implements BlockNoise {

    private static final long serialVersionUID = 1;

    /** How often an interval is halved at least. */
    private static final int LEVELS = 24;
    /** Below it an interval is not halved any more, as a part of the distance to the nearer end of the path: levels far from 1 have stretches as short as they are. */
    private static final double RESOLUTION = 0x1p-19;
    /** How often an interval is halved at most, so that its number fits the key: 32 bits and 23 of the purpose. */
    private static final int DEEPEST = 54;
    /** The block of W at the start of a stretch; those after it hold a path's interval and its next number. */
    private static final int START = 1;
    /** Apart from the streams of requests. */
    private static final int PURPOSE = 0xFE000000;

    private final CounterNoise keys;

    private BrownianNoise(CounterNoise keys) {
        this.keys = keys;
    }

    /**
     * Paths from a seed; row {@code k} of a batch follows the path of sample {@code k}.
     *
     * @param seed any number
     * @return the source
     */
    public static BrownianNoise of(long seed) {
        return of(CounterNoise.of(seed));
    }

    /**
     * Paths with the keys of another source.
     *
     * @param keys whose rows name the paths, and which answers requests without a stretch
     * @return the source
     */
    public static BrownianNoise of(CounterNoise keys) {
        return new BrownianNoise(keys);
    }

    @Override
    public void check(NoiseRequest request, int rows) {
        keys.check(request, rows);
        NoiseRequest.Interval interval = request.interval();
        if (!interval.equals(NoiseRequest.Interval.NONE) && inOneInterval(time(interval.from()), time(interval.to()))) {
            throw new IllegalArgumentException("a Brownian path is kept to a millionth of its noise level and has no increment over a stretch as short as " + interval
                    + "; take fewer steps, or noise without a path, CounterNoise");
        }
    }

    /** Whether two times lie in one last interval, that of either. */
    private static boolean inOneInterval(double one, double other) {
        double from = 0;
        double to = 1;
        for (int level = 0; goesOn(level, from, to, one) && goesOn(level, from, to, other); level++) {
            double middle = (from + to) / 2;
            if (one <= middle != other <= middle) {
                return false;
            }
            from = one <= middle ? from : middle;
            to = one <= middle ? middle : to;
        }
        return one == other || one > from && one < to && other > from && other < to;
    }

    /** Whether an interval is halved on the way to a time. */
    private static boolean goesOn(int level, double from, double to, double time) {
        return time > from && time < to && (level < LEVELS || level < DEEPEST && to - from > RESOLUTION * Math.min(time, 1 - time));
    }

    @Override
    public void generate(NoiseRequest request, int row, int position, float[] out, int count, Scratch scratch) {
        NoiseRequest.Interval interval = request.interval();
        if (interval.equals(NoiseRequest.Interval.NONE)) {
            keys.generate(request, row, position, out, count, scratch);
            return;
        }
        double from = time(interval.from());
        double to = time(interval.to());
        double scale = 1 / Math.sqrt(Math.abs(to - from));
        double[] start = scratch.block(START);
        double[] end = scratch.block(0);
        path(row, from, position, start, scratch, count);
        path(row, to, position, end, scratch, count);
        for (int i = 0; i < count; i++) {
            out[i] = (float) ((end[i] - start[i]) * scale);
        }
    }

    private static double time(double sigma) {
        return sigma == Double.POSITIVE_INFINITY ? 1 : sigma / (1 + sigma);
    }

    /** W at a time. */
    private void path(int row, double time, int position, double[] out, Scratch scratch, int count) {
        CounterNormals normals = scratch.normals();
        long seed = keys.seed(row);
        int sample = keys.sample(row);
        double[] left = scratch.block(START + 1);
        double[] right = scratch.block(START + 2);
        double[] noise = scratch.block(START + 3);
        Arrays.fill(left, 0, count, 0);
        normals.fill(seed, sample, 0, PURPOSE, position, right, count);
        double from = 0;
        double to = 1;
        long node = 1;
        for (int level = 0; goesOn(level, from, to, time); level++) {
            double middle = (from + to) / 2;
            normals.fill(seed, sample, (int) node, purpose(node), position, noise, count);
            double deviation = Math.sqrt(to - from) / 2;
            boolean lower = time <= middle;
            double[] replaced = lower ? right : left;
            for (int i = 0; i < count; i++) {
                replaced[i] = (left[i] + right[i]) / 2 + deviation * noise[i];
            }
            from = lower ? from : middle;
            to = lower ? middle : to;
            node = 2 * node + (lower ? 0 : 1);
        }
        double weight = (time - from) / (to - from);
        double deviation = Math.sqrt((time - from) * (to - time) / (to - from));
        normals.fill(seed, sample, (int) node, purpose(node), position, noise, count);
        for (int i = 0; i < count; i++) {
            out[i] = left[i] + weight * (right[i] - left[i]) + deviation * noise[i];
        }
    }

    /** The number of an interval beyond 32 bits. */
    private static int purpose(long node) {
        return PURPOSE | (int) (node >>> Integer.SIZE);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BrownianNoise noise && keys.equals(noise.keys);
    }

    @Override
    public int hashCode() {
        return keys.hashCode() + 1;
    }

    @Override
    public String toString() {
        return "BrownianNoise[" + keys + "]";
    }
}
