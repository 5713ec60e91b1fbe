package io.github.diffusion4j.samplers;

import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.core.plan.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Predicate;

/** Drives a whole run: asks the network and steps, in arrays that are used again; after the first steps it allocates nothing. */
public final class Sampling {

    private Sampling() {}

    /**
     * The network.
     *
     * @param <A> the array that it takes and returns
     */
    @FunctionalInterface
    public interface Model<A> {

        /**
         * Evaluates the network for one branch.
         *
         * @param input sample, conditioning and the branch, valid during the call; copy what you keep
         * @return the output, of the sample's type; it is not read after the step
         */
        A predict(ModelInput<A> input);

        /**
         * Evaluates the network for all branches that an evaluation asks for: by {@link #predict} for each, unless the network does better, with all of them in one call. What is returned is read
         * together, so each output has an array of its own.
         *
         * @param input sample, conditioning and {@link ModelInput#branches}
         * @param outputs where the outputs go, one for each branch, in their order
         */
        default void predict(ModelInput<A> input, List<A> outputs) {
            List<Branch> branches = input.branches();
            if (branches.size() == 1) {
                outputs.add(predict(input));
            } else {
                branches.forEach(branch -> outputs.add(predict(input.of(branch))));
            }
        }

        /**
         * Two networks that share a run: experts of high and of low noise, or base and refiner. Wan 2.2 changes at time 900 of 1000:
         * <pre>{@code
         *   Sampling.Model<INDArray> both = Sampling.Model.experts(highNoise, lowNoise, input -> input.timestep() >= 900);
         *   INDArray video = Sampling.run(plan, both, noise, NoiseSource.none(), Sampling.Listener.none());
         * }</pre>
         *
         * <p>A multistep solver carries over the boundary what it remembers, as Diffusers' pipeline does. For other numbers of steps on the two sides run
         * {@code plan.splitAtTime(900).withSteps(4, 8).joined()}.
         *
         * @param <A> the array of a library
         * @param highNoise the network of high noise
         * @param lowNoise the network of low noise
         * @param isHigh whether an evaluation is the first one's
         * @return the networks as one
         */
        static <A> Model<A> experts(Model<A> highNoise, Model<A> lowNoise, Predicate<ModelInput<A>> isHigh) {
            return input -> (isHigh.test(input) ? highNoise : lowNoise).predict(input);
        }
    }

    /**
     * Told after every network evaluation, before its step.
     *
     * @param <A> the array of the library
     */
    @FunctionalInterface
    public interface Listener<A> {

        /**
         * A listener that does nothing.
         *
         * @param <A> the array of any library
         * @return the listener
         */
        static <A> Listener<A> none() {
            return progress -> { };
        }

        /**
         * The network was evaluated.
         *
         * @param progress the run, to be read during the call
         */
        void evaluated(Progress<A> progress);
    }

    /**
     * A run in progress, as a listener sees it; its arrays are the run's own and change with the next step.
     *
     * @param <A> the array of the library
     */
    public static final class Progress<A> {

        private final Session<A> session;
        private final List<A> outputs = new ArrayList<>();
        private boolean cancelled;

        private Progress(Session<A> session) {
            this.session = session;
        }

        /**
         * The run.
         *
         * @return the plan
         */
        public Plan plan() {
            return session.plan();
        }

        /**
         * The evaluation that the network was just asked for.
         *
         * @return the evaluation, from 0
         */
        public int evaluation() {
            return session.evaluation();
        }

        /**
         * The sample at the evaluation's noise level.
         *
         * @return the sample, not scaled for the network
         */
        public A sample() {
            return session.sample();
        }

        /**
         * What the network takes for the clean data, corrected: a preview of the result, computed when asked for.
         *
         * @return the estimate
         */
        public A denoised() {
            return session.denoised(outputs);
        }

        /**
         * The state before the evaluation's step, to continue from later.
         *
         * @return a copy, owned by the caller
         */
        public SamplerState<A> state() {
            return session.state();
        }

        /** Ends the run: {@link Sampling#run} frees its arrays and throws {@link CancellationException}. */
        public void cancel() {
            cancelled = true;
        }
    }

    /**
     * Runs a plan from pure noise to its end.
     *
     * @param <A> the array of a library
     * @param run the run: a plan, or {@code plan.on(arrays)}
     * @param model the network
     * @param start N(0, I) noise of the sample's shape; not changed
     * @param noise where the noise of stochastic steps comes from
     * @param listener told after every evaluation
     * @return the final sample, owned by the caller
     * @throws CancellationException if the listener cancelled the run
     * @throws IllegalArgumentException if the run starts late, where it needs a noised image instead of noise
     */
    public static <A> A run(Runs<A> run, Model<A> model, A start, NoiseSource noise, Listener<A> listener) {
        return run(run.session(start, noise), model, listener);
    }

    /**
     * Runs a plan to its end from a state: a noised image, or a run that was interrupted.
     *
     * @param <A> the array of a library
     * @param run the run: a plan, or {@code plan.on(arrays)}
     * @param model the network
     * @param start where to start; not changed
     * @param noise where the noise of stochastic steps comes from
     * @param listener told after every evaluation
     * @return the final sample, owned by the caller
     * @throws CancellationException if the listener cancelled the run
     */
    public static <A> A run(Runs<A> run, Model<A> model, SamplerState<A> start, NoiseSource noise, Listener<A> listener) {
        return run(run.session(start, noise), model, listener);
    }

    /**
     * Runs a session to its end and closes it, for runs with more to them: {@code plan.session(noise, source).keeping(inpainting, regionNoise)}.
     *
     * @param <A> the array of a library
     * @param opened the run, wherever it stands; closed when this returns or fails
     * @param model the network
     * @param listener told after every evaluation
     * @return the final sample, owned by the caller
     * @throws CancellationException if the listener cancelled the run
     */
    public static <A> A run(Session<A> opened, Model<A> model, Listener<A> listener) {
        try (Session<A> session = opened) {
            Progress<A> progress = new Progress<>(session);
            while (!session.done()) {
                progress.outputs.clear();
                model.predict(session.input(), progress.outputs);
                listener.evaluated(progress);
                if (progress.cancelled) {
                    throw new CancellationException("the run was cancelled at evaluation " + session.evaluation() + " of " + session.plan().evaluations());
                }
                session.step(progress.outputs);
            }
            return session.result();
        }
    }
}
