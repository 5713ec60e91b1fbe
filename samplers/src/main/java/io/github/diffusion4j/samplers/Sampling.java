package io.github.diffusion4j.samplers;

import io.github.diffusion4j.core.kernel.Buffers;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.SamplerState;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Drives a whole run: asks the network, steps, and uses the arrays of earlier steps again. */
public final class Sampling {

    private Sampling() {}

    /** The network. */
    @FunctionalInterface
    public interface Model {

        /**
         * Evaluates the network.
         *
         * @param input sample and conditioning; the sample is overwritten after the step, copy what you keep
         * @return the output, of the sample's type
         */
        INDArray predict(ModelInput input);
    }

    /** Told after every network evaluation; it may read the state's arrays during the call. */
    @FunctionalInterface
    public interface Listener {

        /** Does nothing. */
        Listener NONE = (plan, state) -> { };

        /**
         * An evaluation is done.
         *
         * @param plan the run
         * @param state the state after the evaluation
         */
        void evaluated(Plan plan, SamplerState state);
    }

    /**
     * Runs a plan to its end.
     *
     * @param plan the run
     * @param model the network
     * @param start the first state, from {@link Plan#start} or {@link Plan#startFrom}; its arrays are freed
     * @param noise where the noise of stochastic steps comes from
     * @param listener told after every evaluation
     * @return the final sample, owned by the caller
     */
    public static INDArray run(Plan plan, Model model, SamplerState start, NoiseSource noise, Listener listener) {
        SamplerState state = start;
        try (Buffers buffers = Buffers.recycling()) {
            for (int i = start.index(); i < plan.evaluations(); i++) {
                ModelInput input = plan.input(i, state);
                SamplerState next = plan.step(i, model.predict(input), state, noise, buffers);
                Set<INDArray> kept = arrays(next);
                Set<INDArray> used = arrays(state);
                used.add(input.sample());
                used.stream().filter(array -> !kept.contains(array) && array.closeable()).forEach(buffers::give);
                state = next;
                listener.evaluated(plan, state);
            }
        }
        return state.sample();
    }

    private static Set<INDArray> arrays(SamplerState state) {
        Set<INDArray> arrays = Collections.newSetFromMap(new IdentityHashMap<>());
        arrays.add(state.sample());
        arrays.add(state.anchor());
        arrays.addAll(state.predictions());
        return arrays;
    }
}
