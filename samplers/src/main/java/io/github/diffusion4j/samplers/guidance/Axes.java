package io.github.diffusion4j.samplers.guidance;

import io.github.diffusion4j.core.guidance.ArrayRule;
import io.github.diffusion4j.core.guidance.Guide;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.kernel.Moments;
import io.github.diffusion4j.core.kernel.Rows;
import io.github.diffusion4j.core.kernel.Term;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Inner products and norms over some axes of a sample instead of all: every position of the other axes has weights of its own. */
final class Axes {

    private Axes() {}

    /** A measured guide with its moments taken over axes, counted from the end where negative; none for all axes but the first. */
    static Guide over(List<Integer> axes, Guide guide) {
        return axes.isEmpty() || guide.kind() != Guide.Kind.MEASURED ? guide : Guide.computed(guide.branches(), guide.held(), guide.kept(), kept(guide), rule(axes, guide));
    }

    /** What is kept must not depend on the moments. */
    private static List<double[]> kept(Guide guide) {
        HostArray one = HostArray.of(new double[] {1}, 1);
        Moments any = Moments.of(guide.measures().stream().map(combination -> one).toArray(HostArray[]::new))[0];
        return Stream.of(guide.weights(any)).skip(1).map(row -> Arrays.copyOf(row, row.length + 1)).toList();
    }

    private static ArrayRule rule(List<Integer> axes, Guide guide) {
        return (terms, out) -> {
            Rows rows = others(axes, out.rank());
            Moments[] moments = Moments.combined(terms.stream().map(term -> term.byRows(rows)).toArray(HostArray[]::new), guide.measures().toArray(double[][]::new));
            double[][] weights = new double[moments.length][];
            for (int row = 0; row < weights.length; row++) {
                weights[row] = guide.weights(moments[row])[0];
            }
            List<Term<HostArray>> sum = new ArrayList<>();
            for (int k = 0; k < terms.size(); k++) {
                int term = k;
                sum.add(new Term<>(terms.get(k), IntStream.range(0, weights.length).mapToDouble(row -> weights[row][term]).toArray()));
            }
            Kernels.combine(HostArrays.HEAP, rows, out, false, sum);
        };
    }

    private static Rows others(List<Integer> axes, int rank) {
        List<Integer> named = axes.stream().map(axis -> axis < 0 ? axis + rank : axis).toList();
        if (named.stream().anyMatch(axis -> axis < 1 || axis >= rank)) {
            throw new IllegalArgumentException("norms are over axes 1 to " + (rank - 1) + " of an array of " + rank + " axes, got " + axes);
        }
        return new Rows(IntStream.range(0, rank).filter(axis -> !named.contains(axis)).boxed().toList());
    }
}
