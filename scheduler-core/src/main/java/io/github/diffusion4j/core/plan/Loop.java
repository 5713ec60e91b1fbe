package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.Buffers;
import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.kernel.Rows;
import io.github.diffusion4j.core.kernel.Term;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A run by pure functions: every state is new, and the one before stays as it is.
 *
 * @param <A> the array of the library
 * @param plan the run
 * @param arrays the library
 * @param rows what has noise, quantiles and norms of its own
 */
record Loop<A>(Plan plan, Arrays<A> arrays, Rows rows) implements Runs<A> {

    @Override
    public SamplerState<A> start(A noise, NoiseSource source) {
        checkStartsFromNoise();
        return begin(noise, plan.startScale(), source);
    }

    void checkStartsFromNoise() {
        int first = plan.grid().first();
        if (first > 0) {
            throw new IllegalArgumentException("this run starts late, at step " + first + " of its grid, where the sample already holds an image and no pure noise (" + plan.level(0)
                    + "); start it from a noised image, plan.startFrom(plan.addNoise(image, noise, 0)), or where another run ended, plan.startFrom(state.sample())");
        }
    }

    SamplerState<A> begin(A sample, double scale, NoiseSource source) {
        arrays.type(sample).computed();
        Engine<A> engine = Engine.fresh(this);
        engine.begin(sample, scale, plan.evaluation(0), false, source.forRun(plan.program().noisy()), Program.churn(0));
        return engine.state(0, plan);
    }

    @Override
    public ModelInput<A> input(int evaluation, SamplerState<A> state) {
        Evaluation e = checked(evaluation, state);
        A sample = state.sample();
        if (e.inputScale() != 1) {
            sample = arrays.make(arrays.type(sample), arrays.shape(sample));
            Kernels.combine(arrays, rows, sample, true, List.of(new Term<>(state.sample(), e.inputScale())));
        }
        return new Given<>(arrays, sample, e.conditioning(), e.level(), needs(e.guided(), state));
    }

    private record Given<A>(Arrays<A> arrays, A sample, double timestep, NoiseLevel level, List<Branch> branches) implements ModelInput<A> {}

    private List<Branch> needs(Guided guided, SamplerState<A> state) {
        boolean leavesOut = guided.maySkip() && Engine.at(state, rows, plan.correction(), Buffers.fresh(arrays)).leavesOut(guided);
        return leavesOut ? List.of() : guided.branches();
    }

    @Override
    public SamplerState<A> step(int evaluation, List<A> outputs, SamplerState<A> state, NoiseSource noise) {
        return step(evaluation, outputs, state, noise, Buffers.fresh(arrays));
    }

    SamplerState<A> step(int evaluation, List<A> outputs, SamplerState<A> state, NoiseSource noise, Buffers<A> buffers) {
        checked(evaluation, state);
        checkOwn(buffers);
        Engine<A> engine = Engine.at(state, rows, plan.correction(), buffers);
        engine.advance(plan.program().steps().get(evaluation), outputs, false, noise.forRun(plan.program().noisy()));
        return engine.state(evaluation + 1, plan);
    }

    @Override
    public A denoised(int evaluation, List<A> outputs, SamplerState<A> state) {
        Evaluation e = checked(evaluation, state);
        A estimate = arrays.make(arrays.type(state.sample()), arrays.shape(state.sample()));
        boolean complete = false;
        try {
            Engine.at(state, rows, plan.correction(), Buffers.fresh(arrays)).estimate(e, outputs, estimate);
            complete = true;
            return estimate;
        } finally {
            if (!complete) {
                arrays.close(estimate);
            }
        }
    }

    @Override
    public StepDistribution<A> distribution(int evaluation, List<A> outputs, SamplerState<A> state) {
        checked(evaluation, state);
        Transition transition = Transition.of(plan, evaluation);
        Engine<A> engine = Engine.at(state, rows, plan.correction(), Buffers.fresh(arrays));
        engine.advance(plan.program().steps().get(evaluation).quiet(), outputs, false, NoiseSource.none());
        A mean = engine.state(evaluation + 1, plan).only(state);
        return StepDistribution.of(this, mean, outputs, List.of(transition));
    }

    @Override
    public StepDistribution<A> distribution(int[] evaluations, A output, A sample) {
        Fit.checkOpen(arrays, sample, "the sample");
        List<Evaluation> each = IntStream.of(evaluations).mapToObj(plan::evaluation).toList();
        List<Transition> transitions = IntStream.of(evaluations).mapToObj(index -> Transition.of(plan, index)).toList();
        for (int index : evaluations) {
            checkAlone(index);
        }
        SamplerState<A> state = new SamplerState<>(arrays, 0, sample, sample, List.of());
        Engine<A> engine = Engine.at(state, rows, plan.correction(), Buffers.fresh(arrays));
        engine.advance(Step.last(each, NoiseRequest.step(0)).quiet(), List.of(output), false, NoiseSource.none());
        A mean = engine.sample() == sample ? arrays.copy(sample) : engine.sample();
        return StepDistribution.of(this, mean, List.of(output), transitions);
    }

    /** Refuses an evaluation whose step needs more than the sample and one output. */
    private void checkAlone(int index) {
        Evaluation e = plan.evaluation(index);
        boolean churned = index + 1 < plan.evaluations() && plan.evaluation(index + 1).churn().length > 0;
        if (plan.guided() || e.memoryRead() > (e.remembers() ? 1 : 0) || plan.program().anchorNeeded()[index] || churned) {
            throw new IllegalArgumentException("evaluation " + index + " of " + plan + " needs more than a sample and one output (guidance, an anchor, earlier predictions or churn), so that rows at different "
                    + "evaluations cannot be put together from samples; ask for the distribution of a state");
        }
    }

    A stepRows(List<Plan> plans, A output, A sample, NoiseSource noise) {
        Fit.checkOpen(arrays, sample, "the sample");
        if (plans.stream().anyMatch(Plan::guided)) {
            throw new IllegalArgumentException("rows with plans of their own are stepped together only without guidance; put guided runs into a SamplingBatch");
        }
        List<Evaluation> evaluations = plans.stream().map(each -> each.evaluation(0)).toList();
        Engine<A> engine = Engine.at(new SamplerState<>(arrays, 0, sample, sample, List.of()), rows, plan.correction(), Buffers.fresh(arrays));
        engine.advance(Step.last(evaluations, NoiseRequest.step(0)), List.of(output), false, noise);
        return engine.sample() == sample ? arrays.copy(sample) : engine.sample();
    }

    /** The evaluation that a state of this run stands before. */
    Evaluation checked(int index, SamplerState<A> state) {
        checkFits(state);
        Evaluation e = plan.evaluation(index);
        if (state.index() != index) {
            throw new IllegalArgumentException("the state stands before evaluation " + state.index() + " but evaluation " + index + " was asked for");
        }
        int needed = plan.program().predictionsNeeded()[index];
        if (state.predictions().size() < needed) {
            throw new IllegalArgumentException("the state holds " + state.predictions().size() + " predictions but this plan needs " + needed + " at evaluation " + index
                    + "; it belongs to another plan");
        }
        List<String> held = List.copyOf(state.held().arrays().keySet());
        if (!held.equals(e.guided().heldBefore())) {
            throw new IllegalArgumentException("the state holds the arrays " + held + " but this plan needs " + e.guided().heldBefore() + " at evaluation " + index
                    + (index == 0 ? "; give them at the start, state.holding(arrays)" : "; it belongs to another plan"));
        }
        return e;
    }

    /** Refuses buffers of another library. */
    void checkOwn(Buffers<A> buffers) {
        if (!buffers.arrays().equals(arrays)) {
            throw new IllegalArgumentException("the buffers hold arrays of " + buffers.arrays() + " but the run is over " + arrays);
        }
    }

    /** Refuses a state of another run, or one of which an array is closed. */
    void checkFits(SamplerState<A> state) {
        if (!state.plan().isEmpty() && !state.plan().equals(plan.key())) {
            throw new IllegalArgumentException("the state is of the plan with the key " + state.plan() + ", not of this one with the key " + plan.key() + " (" + plan
                    + "), so that what it remembers may mean something else here; continue with the plan that made it, start from its sample with plan.startFrom(state.sample()), "
                    + "or say that it fits with state.forPlan(plan)");
        }
        state.checkOpen();
    }
}
