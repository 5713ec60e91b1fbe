package io.github.diffusion4j.samplers.likelihood;

import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.plan.ModelInput;

/**
 * A network that also says how its output changes with its input: the product of a direction with its Jacobian, which every library with reverse differentiation has as the gradient of
 * {@code sum(output * direction)} with respect to the sample. Samples of a batch must not see each other.
 *
 * <p>In SameDiff the direction is one more placeholder, the loss {@code (output * direction).sum()}, and {@code calculateGradients} gives the gradient of the sample's placeholder once
 * {@code createGradFunction} was called with its name.
 *
 * @param <A> the array of a library
 */
@FunctionalInterface
public interface VectorJacobian<A> {

    /**
     * What an evaluation gives.
     *
     * @param <A> the array of a library
     * @param output the network's output
     * @param gradient {@code J^T direction}, of the sample's shape
     */
    record Evaluated<A>(A output, A gradient) {}

    /**
     * The network's output with the trace of its Jacobian for each sample.
     *
     * @param <A> the array of a library
     * @param output the network's output
     * @param trace for each sample the trace of the output's derivative by the sample as the network sees it
     */
    record Traced<A>(A output, double[] trace) {}

    /**
     * Evaluates the network.
     *
     * @param input sample and conditioning, valid during the call
     * @param direction e, of the sample's shape, valid during the call
     * @return output and gradient, of the sample's type; neither is read after the next call
     */
    Evaluated<A> evaluate(ModelInput<A> input, A direction);

    /**
     * Evaluates the network once for each probe.
     *
     * @param input sample and conditioning
     * @param probes the directions
     * @return the output, and the sum of {@code e^T J e} over the directions
     * @throws IllegalArgumentException if output or gradient have another shape than the sample, naming both
     */
    default Traced<A> traced(ModelInput<A> input, Probes probes) {
        Arrays<A> arrays = input.arrays();
        long[] shape = arrays.shape(input.sample()).clone();
        double[] trace = new double[shape.length == 0 ? 1 : (int) shape[0]];
        A direction = arrays.make(arrays.type(input.sample()), shape);
        try {
            int dimensions = arrays.values(direction).length / trace.length;
            Evaluated<A> evaluated = evaluated(input, probes, 0, direction, trace);
            for (int probe = 1; probe < probes.count(dimensions); probe++) {
                evaluated = evaluated(input, probes, probe, direction, trace);
            }
            return new Traced<>(evaluated.output(), trace);
        } finally {
            arrays.close(direction);
        }
    }

    private Evaluated<A> evaluated(ModelInput<A> input, Probes probes, int probe, A direction, double[] trace) {
        Arrays<A> arrays = input.arrays();
        arrays.onHost(direction, true, host -> probes.fill(probe, host));
        Evaluated<A> evaluated = evaluate(input, direction);
        checkShape(arrays, "output", evaluated.output(), direction);
        checkShape(arrays, "gradient", evaluated.gradient(), direction);
        double[] e = arrays.values(direction);
        double[] gradient = arrays.values(evaluated.gradient());
        int dimensions = e.length / trace.length;
        for (int i = 0; i < e.length; i++) {
            trace[i / dimensions] += probes.weight() * e[i] * gradient[i];
        }
        return evaluated;
    }

    private static <A> void checkShape(Arrays<A> arrays, String name, A array, A direction) {
        ElementType type = arrays.type(array);
        if (type != arrays.type(direction) || !java.util.Arrays.equals(arrays.shape(array), arrays.shape(direction))) {
            throw new IllegalArgumentException("the network's " + name + " must be as the sample, " + arrays.type(direction) + java.util.Arrays.toString(arrays.shape(direction)) + ", got "
                    + type + java.util.Arrays.toString(arrays.shape(array)));
        }
    }
}
