package io.github.diffusion4j.samplers.likelihood;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.samplers.solvers.Deis;
import io.github.diffusion4j.samplers.solvers.OrderRamp;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A graph of SameDiff as a network with its derivative: the direction is one more placeholder, and the gradient of a placeholder is what is asked for. */
class SameDiffLikelihoodTest {

    private static final double VARIANCE = 0.4;

    /** The perfect network of N(0, 0.4) data, {@code eps^ = sigma x / (0.4 alpha^2 + sigma^2)}, as a graph. */
    private static VectorJacobian<INDArray> network() {
        SameDiff graph = SameDiff.create();
        SDVariable x = graph.placeHolder("x", DataType.DOUBLE, -1, 2);
        SDVariable direction = graph.placeHolder("direction", DataType.DOUBLE, -1, 2);
        SDVariable slope = graph.placeHolder("slope", DataType.DOUBLE);
        SDVariable weight = graph.var("weight", Nd4j.scalar(DataType.DOUBLE, 1.0));
        SDVariable output = x.mul(slope).mul("output", weight);
        output.mul(direction).sum("loss");
        graph.setLossVariables("loss");
        // without it a placeholder has a gradient only where a variable stands before or beside it
        graph.createGradFunction("x");
        return (input, e) -> {
            NoiseLevel level = input.level();
            Map<String, INDArray> given = Map.of("x", input.sample(), "direction", e,
                    "slope", Nd4j.scalar(DataType.DOUBLE, level.sigma() / (VARIANCE * level.alpha() * level.alpha() + level.sigma() * level.sigma())));
            return new VectorJacobian.Evaluated<>(output.eval(given), graph.calculateGradients(given, "x").get("x"));
        };
    }

    @Test
    void a_graph_has_a_likelihood() {
        TimeGrid grid = TimeGrid.contiguous(IntStream.range(0, 60).mapToObj(i -> level(0.05 * Math.pow(1.12, i))).toList(), level(0.05 * Math.pow(1.12, 60)));
        INDArray data = Nd4j.createFromArray(new double[][] {{0.3, -0.8}, {0.1, 1.2}, {0, 0.5}});
        FlowLikelihood likelihood = new FlowLikelihood(new Deis(OrderRamp.of(4)), grid, Parameterization.epsilon());
        double[] found = likelihood.of(Nd4jArrays.ND4J, network(), data, Probes.exact(), Prior.ofData(0, VARIANCE)).logDensity();
        double[] expected = IntStream.range(0, 3).mapToDouble(row -> Prior.ofData(0, VARIANCE).logDensity(grid.from(0), data.getRow(row).toDoubleVector())).toArray();
        assertArrayEquals(expected, found, 1e-3);
    }

    private static NoiseLevel level(double sigma) {
        return new NoiseLevel(sigma, 1 / Math.hypot(1, sigma), sigma / Math.hypot(1, sigma));
    }
}
