package io.github.diffusion4j.core.training;

import io.github.diffusion4j.core.kernel.Nd4jArrays;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.nd4j.autodiff.listeners.At;
import org.nd4j.autodiff.listeners.BaseListener;
import org.nd4j.autodiff.listeners.Loss;
import org.nd4j.autodiff.listeners.Operation;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.VariableType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/**
 * Averages of a SameDiff graph's parameters, kept while it trains: after each iteration every mean takes in the parameters by its rule. It is the graph's listener, or one of them, and goes
 * from one {@code fit} to the next.
 *
 * <pre>{@code
 * try (AveragingListener averages = AveragingListener.of(graph, Average.power(0.05), Average.power(0.1))) {
 *     graph.fit(batches, epochs, averages);      // now and then averages.snapshot(0), for a reconstruction
 *     averages.assignTo(graph, 1);
 * }
 * }</pre>
 *
 * <p>Iterations are updates: a rule in images takes its numbers divided by the size of a batch. Averages of HALF and BFLOAT16 parameters are FLOAT, because they would stand still. Not thread-safe, as training is not.
 */
public final class AveragingListener extends BaseListener implements AutoCloseable {

    private final List<Average> rules;
    private final List<Map<String, INDArray>> means;
    private long steps;

    private AveragingListener(List<Average> rules, List<Map<String, INDArray>> means, long steps) {
        this.rules = rules;
        this.means = means;
        this.steps = steps;
    }

    /**
     * Averages that begin with the parameters as they are.
     *
     * @param graph the graph; its parameters are its variables of type VARIABLE
     * @param rules the rule of each average, at least one
     * @return the averages
     * @throws IllegalArgumentException if there is no rule, or the graph has no parameters
     */
    public static AveragingListener of(SameDiff graph, Average... rules) {
        Map<String, INDArray> parameters = parameters(graph);
        if (rules.length == 0 || parameters.isEmpty()) {
            throw new IllegalArgumentException("averages need a rule each and parameters (variables of type VARIABLE), got " + rules.length + " rules and " + parameters.size() + " parameters");
        }
        List<Map<String, INDArray>> means = new ArrayList<>();
        for (int k = 0; k < rules.length; k++) {
            means.add(copy(parameters));
        }
        return new AveragingListener(List.of(rules), means, 0);
    }

    /**
     * Averages that go on where others were.
     *
     * @param steps the number of updates so far, at least 0
     * @param snapshots the snapshot of each average; copied
     * @param rules the rule of each average, in the same order
     * @return the averages
     * @throws IllegalArgumentException if there are not as many snapshots as rules, snapshots differ in their parameters, or the number of updates is negative
     */
    public static AveragingListener resumed(long steps, List<Map<String, INDArray>> snapshots, Average... rules) {
        if (steps < 0 || rules.length == 0 || rules.length != snapshots.size()) {
            throw new IllegalArgumentException("averages go on from at least 0 updates with a snapshot for each rule, got " + steps + " updates, " + snapshots.size() + " snapshots and "
                    + rules.length + " rules");
        }
        if (!snapshots.stream().allMatch(snapshot -> snapshot.keySet().equals(snapshots.get(0).keySet()))) {
            throw new IllegalArgumentException("snapshots to go on from have the same parameters, got " + snapshots.stream().map(Map::keySet).toList());
        }
        return new AveragingListener(List.of(rules), snapshots.stream().map(AveragingListener::copy).toList(), steps);
    }

    private static Map<String, INDArray> parameters(SameDiff graph) {
        Map<String, INDArray> parameters = new TreeMap<>();
        for (SDVariable variable : graph.variables()) {
            if (variable.getVariableType() == VariableType.VARIABLE) {
                parameters.put(variable.name(), variable.getArr());
            }
        }
        return parameters;
    }

    /** In the order of names, so that all means have one order; with the digits that a mean needs. */
    private static Map<String, INDArray> copy(Map<String, INDArray> arrays) {
        Map<String, INDArray> copies = new TreeMap<>();
        arrays.forEach((name, array) -> {
            INDArray copy = Nd4jArrays.ND4J.make(Nd4jArrays.ND4J.type(array).computed(), array.shape());
            Nd4jArrays.ND4J.assign(array, copy);
            copies.put(name, copy);
        });
        return copies;
    }

    /**
     * How many updates the averages took in.
     *
     * @return the number
     */
    public long steps() {
        return steps;
    }

    /**
     * An average as it is now.
     *
     * @param average the index of its rule
     * @return copies of its arrays by the parameters' names, in the order of these, owned by the caller
     */
    public Map<String, INDArray> snapshot(int average) {
        return copy(mean(average));
    }

    /**
     * Puts an average into the graph, in place of the parameters that were trained. Take these out before if they are needed again.
     *
     * @param graph the graph
     * @param average the index of its rule
     * @throws IllegalArgumentException if the graph lacks a parameter, naming it
     */
    public void assignTo(SameDiff graph, int average) {
        Map<String, INDArray> mean = mean(average);
        List<INDArray> parameters = arrays(graph, mean);
        int k = 0;
        for (INDArray array : mean.values()) {
            Nd4jArrays.ND4J.assign(array, parameters.get(k++));
        }
    }

    private Map<String, INDArray> mean(int average) {
        if (average < 0 || average >= means.size()) {
            throw new IllegalArgumentException("there are averages 0 to " + (means.size() - 1) + ", asked for " + average);
        }
        return means.get(average);
    }

    /** The graph's arrays in the order of a mean. While it trains, a graph has variables of its gradient besides, so that names decide and not types. */
    private static List<INDArray> arrays(SameDiff graph, Map<String, INDArray> mean) {
        List<String> missing = mean.keySet().stream().filter(name -> !graph.hasVariable(name)).toList();
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException("these are averages of the parameters " + mean.keySet() + "; the graph lacks " + missing);
        }
        return mean.keySet().stream().map(name -> graph.getVariable(name).getArr()).toList();
    }

    @Override
    public void iterationDone(SameDiff graph, At at, MultiDataSet batch, Loss loss) {
        List<INDArray> values = arrays(graph, means.get(0));
        steps++;
        for (int k = 0; k < means.size(); k++) {
            Average.update(Nd4jArrays.ND4J, List.copyOf(means.get(k).values()), values, rules.get(k).decay(steps));
        }
    }

    @Override
    public boolean isActive(Operation operation) {
        return operation == Operation.TRAINING;
    }

    /** Frees the averages. */
    @Override
    public void close() {
        means.forEach(mean -> mean.values().forEach(Nd4jArrays.ND4J::close));
    }
}
