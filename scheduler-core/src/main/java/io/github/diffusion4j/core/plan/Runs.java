package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.Buffers;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.Rows;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A plan over the arrays of one library: what begins, feeds and steps a run. A {@link Plan} is that over ND4J's arrays itself; {@link Plan#on} gives it over others. Arrays handed in are never
 * changed.
 *
 * @param <A> the array of the library
 */
public interface Runs<A> {

    /**
     * The run.
     *
     * @return the plan
     */
    Plan plan();

    /**
     * The library of the arrays.
     *
     * @return the library
     */
    Arrays<A> arrays();

    /**
     * Which positions have noise, quantiles and norms of their own.
     *
     * @return the rows
     */
    Rows rows();

    private Loop<A> loop() {
        return new Loop<>(plan(), arrays(), rows());
    }

    /**
     * The noised data at the level of evaluations: where a run that starts late starts ({@code addNoise(x0, noise, 0)}; below the level of a first evaluation that lifts it, churn), or
     * what the known region of an image looks like there.
     *
     * @param data the clean data x0; a single sample serves all samples of the noise
     * @param noise N(0, I) noise of the same shape and type
     * @param evaluations one evaluation, or one for each row
     * @return {@code alpha x0 + sigma noise}, a new array of the noise's shape
     * @throws IllegalArgumentException if data, noise and evaluations do not agree, naming them
     */
    default A addNoise(A data, A noise, int... evaluations) {
        return Forward.noised(arrays(), rows(), data, noise, IntStream.of(evaluations).mapToObj(i -> i == 0 ? plan().startLevel() : plan().level(i)).toList());
    }

    /**
     * Begins a run from pure noise.
     *
     * @param noise N(0, I) noise of the sample's shape; not changed
     * @return the state before the first evaluation
     * @throws IllegalArgumentException if the run starts late ({@link Plan#from}), where a sample is no pure noise
     */
    default SamplerState<A> start(A noise) {
        return start(noise, NoiseSource.none());
    }

    /**
     * Begins a run from pure noise, when the first step adds noise before the network is evaluated (churn).
     *
     * @param noise N(0, I) noise of the sample's shape; not changed
     * @param source where the noise of the steps comes from
     * @return the state before the first evaluation
     * @throws IllegalArgumentException if the run starts late ({@link Plan#from}), where a sample is no pure noise
     */
    default SamplerState<A> start(A noise, NoiseSource source) {
        return loop().start(noise, source);
    }

    /**
     * Begins a run from pure noise of a source, in its own stream.
     *
     * @param source the noise
     * @param type the data type of the run
     * @param shape the shape of the sample
     * @return the state before the first evaluation
     */
    default SamplerState<A> start(NoiseSource source, ElementType type, long... shape) {
        A noise = noise(source, type, shape);
        try {
            return start(noise, source);
        } finally {
            arrays().close(noise);
        }
    }

    /**
     * The noise that a run starts from, of a source's own stream for it.
     *
     * @param source the noise
     * @param type the type
     * @param shape the shape of the sample
     * @return the noise, owned by the caller
     */
    default A noise(NoiseSource source, ElementType type, long... shape) {
        type.computed();
        A noise = arrays().make(type, shape);
        arrays().onHost(noise, true, host -> source.fill(NoiseRequest.start(), host, rows()));
        return noise;
    }

    /**
     * Begins a run from a sample that already stands at the plan's first level: a noised image ({@code addNoise(image, noise, 0)}), or clean
     * data for inversion.
     *
     * @param sample the sample; copied
     * @return the state before the first evaluation
     */
    default SamplerState<A> startFrom(A sample) {
        return startFrom(sample, NoiseSource.none());
    }

    /**
     * Begins a run from a sample at the plan's first level, when the first step adds noise before the network is evaluated.
     *
     * @param sample the sample; copied
     * @param source where the noise of the steps comes from
     * @return the state before the first evaluation
     */
    default SamplerState<A> startFrom(A sample, NoiseSource source) {
        return loop().begin(sample, 1, source);
    }

    /**
     * A run from pure noise in arrays of its own, which allocates nothing after its first steps.
     *
     * @param noise N(0, I) noise of the sample's shape; not changed
     * @param source where the noise of the steps comes from; {@link NoiseSource#none()} if the run is deterministic
     * @return the run, to be closed
     * @throws IllegalArgumentException if the run starts late ({@link Plan#from}), where a sample is no pure noise
     */
    default Session<A> session(A noise, NoiseSource source) {
        return start(noise, new Session<>(this, source, Buffers.recycling(arrays()), true));
    }

    /**
     * A run from pure noise in arrays that outlive it: those it no longer needs, at the latest when it is closed, serve the next run.
     *
     * @param noise N(0, I) noise of the sample's shape; not changed
     * @param source where the noise of the steps comes from; {@link NoiseSource#none()} if the run is deterministic
     * @param buffers where its arrays come from and go to; of one run at a time, closed by who made it
     * @return the run, to be closed
     * @throws IllegalArgumentException if the run starts late ({@link Plan#from}), where a sample is no pure noise, or the buffers are of another library
     */
    default Session<A> session(A noise, NoiseSource source, Buffers<A> buffers) {
        loop().checkOwn(buffers);
        return start(noise, new Session<>(this, source, buffers, false));
    }

    private Session<A> start(A noise, Session<A> session) {
        loop().checkStartsFromNoise();
        arrays().type(noise).computed();
        return session.start(noise);
    }

    /**
     * A run from a state in arrays of its own.
     *
     * @param state where to continue, copied
     * @param source where the noise of the steps comes from
     * @return the run, to be closed
     * @throws IllegalArgumentException if the state is of another plan or one of its arrays closed, naming it
     */
    default Session<A> session(SamplerState<A> state, NoiseSource source) {
        return resume(state, new Session<>(this, source, Buffers.recycling(arrays()), true));
    }

    /**
     * A run from a state in arrays that outlive it.
     *
     * @param state where to continue, copied
     * @param source where the noise of the steps comes from
     * @param buffers where its arrays come from and go to; of one run at a time, closed by who made it
     * @return the run, to be closed
     * @throws IllegalArgumentException if the state is of another plan or one of its arrays closed, naming it, or the buffers are of another library
     */
    default Session<A> session(SamplerState<A> state, NoiseSource source, Buffers<A> buffers) {
        loop().checkOwn(buffers);
        return resume(state, new Session<>(this, source, buffers, false));
    }

    private Session<A> resume(SamplerState<A> state, Session<A> session) {
        if (state.index() == plan().evaluations()) {
            loop().checkFits(state);
        } else {
            loop().checked(state.index(), state);
        }
        return session.resume(state);
    }

    /**
     * What to feed the network at an evaluation.
     *
     * @param evaluation from 0, must be the state's
     * @param state the state
     * @return the input
     * @throws IllegalArgumentException if the state is of another plan or evaluation, or one of its arrays closed, naming it
     */
    default ModelInput<A> input(int evaluation, SamplerState<A> state) {
        return loop().input(evaluation, state);
    }

    /**
     * Takes the step that follows a network evaluation. Pure: the same arguments give the same state.
     *
     * @param evaluation from 0, must be the state's
     * @param output what the network returned for {@link #input}; of the sample's type and shape, with twice the channels
     *     if the variance is learned
     * @param state the state
     * @param noise where the step's noise comes from; {@link NoiseSource#none()} if the run is deterministic
     * @return the next state
     * @throws IllegalArgumentException if index, shape or data type do not fit, naming both sides, the state is of another plan, or an array is closed
     */
    default SamplerState<A> step(int evaluation, A output, SamplerState<A> state, NoiseSource noise) {
        return step(evaluation, List.of(output), state, noise);
    }

    /**
     * Takes the step that follows a network evaluation of several branches, or of none. Pure: the same arguments give the same state.
     *
     * @param evaluation from 0, must be the state's
     * @param outputs what the network returned for {@link #input}, one for each of {@link ModelInput#branches}, in their order
     * @param state the state
     * @param noise where the step's noise comes from; {@link NoiseSource#none()} if the run is deterministic
     * @return the next state
     * @throws IllegalArgumentException if index, number of outputs, shape or data type do not fit, naming both sides, the state is of another plan, or an array is closed
     */
    default SamplerState<A> step(int evaluation, List<A> outputs, SamplerState<A> state, NoiseSource noise) {
        return loop().step(evaluation, outputs, state, noise);
    }

    /**
     * The same step in arrays of the caller's: what a new array would cost is saved where enough came back, and still nothing that is handed in is changed.
     * <pre>{@code
     *   Buffers<INDArray> buffers = Buffers.recycling(plan.arrays());
     *   SamplerState<INDArray> next = plan.stepInto(i, List.of(output), state, noiseSource, buffers);
     *   state.giveExcept(next, buffers);
     *   state = next;
     * }</pre>
     *
     * @param evaluation from 0, must be the state's
     * @param outputs what the network returned for {@link #input}, one for each of {@link ModelInput#branches}, in their order
     * @param state the state
     * @param noise where the step's noise comes from; {@link NoiseSource#none()} if the run is deterministic
     * @param buffers where the arrays of the next state are taken from
     * @return the next state, as {@link #step} has it
     * @throws IllegalArgumentException as {@link #step}
     */
    default SamplerState<A> stepInto(int evaluation, List<A> outputs, SamplerState<A> state, NoiseSource noise, Buffers<A> buffers) {
        return loop().step(evaluation, outputs, state, noise, buffers);
    }

    /**
     * The distribution of the sample after an evaluation, given the state before it: a Gaussian whose mean is the step without its noise.
     *
     * @param evaluation from 0, must be the state's
     * @param output what the network returned for {@link #input}
     * @param state the state
     * @return the distribution, with a mean of its own to be closed
     * @throws IllegalArgumentException as {@link #step}, or if the sample after the evaluation is not Gaussian, with the reason
     */
    default StepDistribution<A> distribution(int evaluation, A output, SamplerState<A> state) {
        return distribution(evaluation, List.of(output), state);
    }

    /**
     * The distribution of the sample after an evaluation of several branches, given the state before it.
     *
     * @param evaluation from 0, must be the state's
     * @param outputs what the network returned, one for each of {@link ModelInput#branches}, in their order
     * @param state the state
     * @return the distribution, with a mean of its own to be closed
     * @throws IllegalArgumentException as {@link #step}, or if the sample after the evaluation is not Gaussian, with the reason
     */
    default StepDistribution<A> distribution(int evaluation, List<A> outputs, SamplerState<A> state) {
        return loop().distribution(evaluation, outputs, state);
    }

    /**
     * The distributions of the samples after evaluations, one for each row: a batch of recorded steps from anywhere in runs, of solvers that need a sample and one output alone.
     *
     * @param evaluations the evaluation that each row stands before
     * @param output what the network returned for the samples, each at its evaluation
     * @param sample the samples
     * @return the distribution, with a mean of its own to be closed
     * @throws IllegalArgumentException if shapes or the number of evaluations do not fit, or a step needs more than its sample and output, with the reason
     */
    default StepDistribution<A> distribution(int[] evaluations, A output, A sample) {
        return loop().distribution(evaluations, output, sample);
    }

    /**
     * The network's corrected estimate of the clean data, for previews.
     *
     * @param evaluation from 0, must be the state's
     * @param output what the network returned
     * @param state the state the network was evaluated for
     * @return the estimate, a new array
     */
    default A denoised(int evaluation, A output, SamplerState<A> state) {
        return denoised(evaluation, List.of(output), state);
    }

    /**
     * The guided and corrected estimate of the clean data.
     *
     * @param evaluation from 0, must be the state's
     * @param outputs what the network returned, one for each of {@link ModelInput#branches}
     * @param state the state the network was evaluated for
     * @return the estimate, a new array
     */
    default A denoised(int evaluation, List<A> outputs, SamplerState<A> state) {
        return loop().denoised(evaluation, outputs, state);
    }

    /**
     * One step of several single-evaluation plans at once, one for each row: each row has its own weights.
     *
     * @param plans one plan for each row, or one for all; of the same solver, parameterization and correction
     * @param arrays the library of the arrays
     * @param rows what has a plan of its own
     * @param output what the network returned
     * @param sample the samples
     * @param noise where the step's noise comes from, drawn as that of evaluation 0
     * @param <A> the array of the library
     * @return the samples after the step, a new array
     */
    static <A> A stepRows(List<Plan> plans, Arrays<A> arrays, Rows rows, A output, A sample, NoiseSource noise) {
        return new Loop<>(plans.get(0), arrays, rows).stepRows(plans, output, sample, noise);
    }
}
