package io.github.diffusion4j.docs.figures;

import java.util.stream.IntStream;

/** The points of a line that can be seen: those without which it would run elsewhere (Douglas and Peucker, 1973). */
final class Polyline {

    /** Pixels that nobody sees. */
    private static final double TOLERANCE = 0.1;

    private Polyline() {}

    /** The points of a line without those that lie on it anyway; a point that is not finite breaks the line and stays. */
    static double[][] thinned(double[] xs, double... ys) {
        boolean[] kept = new boolean[xs.length];
        int start = 0;
        for (int i = 0; i <= xs.length; i++) {
            if (i == xs.length || !Double.isFinite(xs[i]) || !Double.isFinite(ys[i])) {
                if (i < xs.length) {
                    kept[i] = true;
                }
                if (i > start) {
                    keep(kept, xs, ys, start, i - 1);
                }
                start = i + 1;
            }
        }
        int[] left = IntStream.range(0, xs.length).filter(i -> kept[i]).toArray();
        return new double[][] {IntStream.of(left).mapToDouble(i -> xs[i]).toArray(), IntStream.of(left).mapToDouble(i -> ys[i]).toArray()};
    }

    private static void keep(boolean[] kept, double[] xs, double[] ys, int first, int last) {
        kept[first] = true;
        kept[last] = true;
        int farthest = -1;
        double most = TOLERANCE;
        for (int i = first + 1; i < last; i++) {
            double off = distance(xs[i] - xs[first], ys[i] - ys[first], xs[last] - xs[first], ys[last] - ys[first]);
            if (off > most) {
                most = off;
                farthest = i;
            }
        }
        if (farthest > 0) {
            keep(kept, xs, ys, first, farthest);
            keep(kept, xs, ys, farthest, last);
        }
    }

    /** Of a point from a stretch that starts at the origin. */
    private static double distance(double x, double y, double endX, double endY) {
        double square = endX * endX + endY * endY;
        double along = square == 0 ? 0 : Math.max(0, Math.min(1, (x * endX + y * endY) / square));
        return Math.hypot(x - along * endX, y - along * endY);
    }
}
