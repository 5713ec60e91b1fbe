package io.github.diffusion4j.core.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.listeners.At;
import org.nd4j.autodiff.listeners.BaseListener;
import org.nd4j.autodiff.listeners.Loss;
import org.nd4j.autodiff.listeners.Operation;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.TrainingConfig;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

class AveragingListenerTest {

    private static final double[] START = {0.3, -0.2};

    /** A line whose bias is a scalar, with a constant that is no parameter. */
    private static SameDiff line() {
        SameDiff graph = SameDiff.create();
        SDVariable x = graph.placeHolder("x", DataType.DOUBLE, -1, 2);
        SDVariable y = graph.placeHolder("y", DataType.DOUBLE, -1, 1);
        SDVariable slope = graph.var("slope", Nd4j.createFromArray(START).reshape(2, 1));
        SDVariable bias = graph.var("bias", Nd4j.scalar(DataType.DOUBLE, 0.1));
        SDVariable output = x.mmul(slope).add(bias).mul("output", graph.constant(Nd4j.scalar(DataType.DOUBLE, 2)));
        graph.mean("loss", graph.math().square(output.sub(y)));
        graph.setLossVariables("loss");
        graph.setTrainingConfig(TrainingConfig.builder().updater(new Sgd(0.05)).dataSetFeatureMapping("x").dataSetLabelMapping("y").build());
        return graph;
    }

    private static DataSet data() {
        return new DataSet(Nd4j.createFromArray(new double[][] {{1, 2}, {3, -1}, {0, 1}}), Nd4j.createFromArray(new double[][] {{1}, {2}, {-1}}));
    }

    /** What the parameter was after each iteration. */
    private static final class Seen extends BaseListener {
        private final List<double[]> values = new ArrayList<>();

        @Override
        public void iterationDone(SameDiff graph, At at, org.nd4j.linalg.dataset.api.MultiDataSet batch, Loss loss) {
            values.add(graph.getVariable("slope").getArr().dup().data().asDouble());
        }

        @Override
        public boolean isActive(Operation operation) {
            return operation == Operation.TRAINING;
        }
    }

    private static void train(SameDiff graph, int iterations, BaseListener... listeners) {
        for (int i = 0; i < iterations; i++) {
            graph.fit(data(), listeners);
        }
    }

    private static double[] weighted(double[] start, List<double[]> values, double... weights) {
        double[] sum = new double[start.length];
        for (int j = 0; j < sum.length; j++) {
            sum[j] = weights[0] * start[j];
            for (int i = 0; i < values.size(); i++) {
                sum[j] += weights[i + 1] * values.get(i)[j];
            }
        }
        return sum;
    }

    @Test
    void every_average_holds_its_weights_of_the_parameters_after_each_iteration() {
        SameDiff graph = line();
        Seen seen = new Seen();
        Average slow = Average.constant(0.8);
        Average power = Average.power(0.1);
        try (AveragingListener averages = AveragingListener.of(graph, slow, power)) {
            train(graph, 12, seen, averages);
            assertEquals(12, averages.steps());
            assertTrue(Math.abs(seen.values.get(11)[0] - seen.values.get(0)[0]) > 0.01, "the graph learns");
            assertArrayEquals(weighted(START, seen.values, slow.weights(12)), averages.snapshot(0).get("slope").data().asDouble(), 1e-12);
            assertArrayEquals(weighted(START, seen.values, power.weights(12)), averages.snapshot(1).get("slope").data().asDouble(), 1e-12);
            assertEquals(java.util.Set.of("slope", "bias"), averages.snapshot(0).keySet());
            assertEquals(0, averages.snapshot(1).get("bias").rank());

            INDArray expected = averages.snapshot(1).get("slope");
            averages.assignTo(graph, 1);
            assertEquals(expected, graph.getVariable("slope").getArr());
            INDArray predicted = graph.output(Map.of("x", Nd4j.createFromArray(new double[][] {{1, 0}})), "output").get("output");
            assertEquals(2 * (expected.getDouble(0) + averages.snapshot(1).get("bias").getDouble(0)), predicted.getDouble(0), 1e-12, "the graph computes with the average");
        }
    }

    @Test
    void averages_go_on_where_others_were() {
        SameDiff whole = line();
        SameDiff cut = line();
        try (AveragingListener once = AveragingListener.of(whole, Average.power(0.1)); AveragingListener first = AveragingListener.of(cut, Average.power(0.1))) {
            train(whole, 9, once);
            train(cut, 4, first);
            try (AveragingListener second = AveragingListener.resumed(first.steps(), List.of(first.snapshot(0)), Average.power(0.1))) {
                train(cut, 5, second);
                assertEquals(9, second.steps());
                assertEquals(once.snapshot(0), second.snapshot(0));
            }
        }
    }

    @Test
    void averages_of_halves_are_floats() {
        SameDiff graph = SameDiff.create();
        graph.var("weight", Nd4j.createFromArray(1f, 0.5f).castTo(DataType.FLOAT16));
        try (AveragingListener averages = AveragingListener.of(graph, Average.constant(0.9999))) {
            graph.getVariable("weight").getArr().assign(2);
            averages.iterationDone(graph, null, null, null);
            assertArrayEquals(new double[] {1.0001, 0.50015}, averages.snapshot(0).get("weight").castTo(DataType.DOUBLE).data().asDouble(), 1e-7);
            averages.assignTo(graph, 0);
            assertEquals(DataType.FLOAT16, graph.getVariable("weight").getArr().dataType());
            assertEquals(1, graph.getVariable("weight").getArr().getDouble(0));
        }
    }

    @Test
    void refusals() {
        SameDiff graph = line();
        assertThrows(IllegalArgumentException.class, () -> AveragingListener.of(graph));
        assertThrows(IllegalArgumentException.class, () -> AveragingListener.of(SameDiff.create(), Average.ramp()));
        assertThrows(IllegalArgumentException.class, () -> AveragingListener.resumed(-1, List.of(Map.of()), Average.ramp()));
        assertThrows(IllegalArgumentException.class, () -> AveragingListener.resumed(1, List.of(), Average.ramp()));
        try (AveragingListener averages = AveragingListener.of(graph, Average.ramp())) {
            assertTrue(assertThrows(IllegalArgumentException.class, () -> averages.snapshot(1)).getMessage().contains("asked for 1"));
            SameDiff other = SameDiff.create();
            other.var("weight", Nd4j.ones(DataType.DOUBLE, 2));
            assertTrue(assertThrows(IllegalArgumentException.class, () -> averages.assignTo(other, 0)).getMessage().contains("lacks [bias, slope]"));
        }
    }
}
