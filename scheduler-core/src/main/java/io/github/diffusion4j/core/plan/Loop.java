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
