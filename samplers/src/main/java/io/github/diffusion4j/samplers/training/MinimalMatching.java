package io.github.diffusion4j.samplers.training;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jgrapht.Graph;
import org.jgrapht.alg.matching.KuhnMunkresMinimalWeightBipartitePerfectMatching;
import org.jgrapht.graph.DefaultWeightedEdge;
import org.jgrapht.graph.SimpleWeightedGraph;

/** The assignment of rows to columns with the least sum, by JGraphT; apart, so that all else loads without it. */
final class MinimalMatching {

    private MinimalMatching() {}

    /** For each row its column. Rows are the vertices 0 to n - 1, columns n to 2 n - 1. */
    static int[] of(double[]... costs) {
        int n = costs.length;
        Graph<Integer, DefaultWeightedEdge> graph = new SimpleWeightedGraph<>(DefaultWeightedEdge.class);
        List<Integer> vertices = IntStream.range(0, 2 * n).boxed().toList();
        vertices.forEach(graph::addVertex);
        for (int row = 0; row < n; row++) {
            for (int column = 0; column < n; column++) {
                graph.setEdgeWeight(graph.addEdge(vertices.get(row), vertices.get(n + column)), costs[row][column]);
            }
        }
        Set<Integer> rows = new LinkedHashSet<>(vertices.subList(0, n));
        Set<Integer> columns = new LinkedHashSet<>(vertices.subList(n, 2 * n));
        int[] assigned = new int[n];
        for (DefaultWeightedEdge edge : new KuhnMunkresMinimalWeightBipartitePerfectMatching<>(graph, rows, columns).getMatching()) {
            assigned[graph.getEdgeSource(edge)] = graph.getEdgeTarget(edge) - n;
        }
        return assigned;
    }
}
