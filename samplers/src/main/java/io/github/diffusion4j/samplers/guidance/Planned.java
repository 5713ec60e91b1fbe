package io.github.diffusion4j.samplers.guidance;

import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.guidance.Guide;
import io.github.diffusion4j.core.guidance.Place;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Guidance of a run that leaves evaluations out by plan: what their guided output would be is extrapolated from those of the evaluations before, which the state holds. Put into a {@link Space} it
 * is data or noise estimates that are extrapolated. For solvers with one evaluation for each step.
 *
 * @param guidance the guidance of the evaluations that are computed
 * @param pattern which are
 * @param extrapolation how the others follow
 */
public record Planned(Guidance guidance, Pattern pattern, Extrapolation extrapolation) implements Guidance {

    private static final String OUTPUT = "output ";

    @Override
    public List<String> remembered() {
        return Stream.concat(guidance.remembered().stream(), IntStream.range(0, extrapolation.points()).mapToObj(k -> OUTPUT + k)).toList();
    }

    @Override
    public Guide at(Place place) {
        if (place.evaluations() != place.runSteps()) {
            throw new IllegalArgumentException("evaluations are left out by plan of runs with one evaluation for each step, this one has " + place.evaluations() + " for " + place.runSteps()
                    + " steps; use a multistep solver");
        }
        List<Integer> known = new ArrayList<>();
        for (int i = place.evaluation() - 1; i >= 0 && known.size() < extrapolation.points(); i--) {
            if (pattern.asks(i, place.evaluations())) {
                known.add(i);
            }
        }
        boolean asks = known.isEmpty() || pattern.asks(place.evaluation(), place.evaluations());
        return asks ? computed(place, known.size()) : extrapolated(place, known);
    }

    private Guide computed(Place place, int known) {
        Guide inner = guidance.at(place.holding(guidance.remembered()));
        int outputs = Math.min(extrapolation.points(), known + 1);
        List<String> held = Stream.concat(inner.held().stream(), names(known)).toList();
        List<String> kept = Stream.concat(inner.kept().stream(), names(outputs)).toList();
        int first = 1 + inner.branches().size() + inner.held().size();
        boolean valueByValue = inner.kind() == Guide.Kind.COMPUTED;
        Guide guide = new Guide(inner.branches(), held, kept, moments -> {
            double[][] weights = inner.weights(moments);
            List<double[]> all = new ArrayList<>();
            for (double[] row : weights) {
                all.add(widened(row, first, known));
            }
            all.add(all.get(0));
            for (int k = 0; k < outputs - 1; k++) {
                double[] row = new double[inner.terms() + known];
                row[first + k] = 1;
                all.add(row);
            }
            return all.toArray(double[][]::new);
        }, inner.kind(), inner.measures().stream().map(row -> widened(row, first, known)).toList(), inner.arrays());
        return valueByValue ? guide.computed((terms, out) -> inner.arrays().orElseThrow().apply(terms.subList(0, first), out)) : guide;
    }

    /** Weights with room for the outputs behind the held arrays of the inner guide. */
    private static double[] widened(double[] row, int first, int known) {
        double[] wider = new double[row.length + known];
        System.arraycopy(row, 0, wider, 0, first);
        System.arraycopy(row, first, wider, first + known, row.length - first);
        return wider;
    }

    private static Stream<String> names(int count) {
        return IntStream.range(0, count).mapToObj(k -> OUTPUT + k);
    }

    private Guide extrapolated(Place place, List<Integer> known) {
        List<String> held = place.held();
        double[] weights = extrapolation.weights(place.levels(), known, place.evaluation());
        double[][] rows = new double[1 + held.size()][1 + held.size()];
        for (int k = 0; k < held.size(); k++) {
            rows[1 + k][1 + k] = 1;
        }
        for (int k = 0; k < weights.length; k++) {
            rows[0][1 + held.indexOf(OUTPUT + k)] = weights[k];
        }
        return Guide.known(List.of(), held, held, Arrays.copyOf(rows, rows.length));
    }
}
