package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.kernel.Term;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A run by pure functions: every state is new, and the one before stays as it is.
 *
 * @param plan the run
 */
record Loop(Plan plan) {

    SamplerState begin(INDArray sample, double scale, NoiseSource source) {
        Kernels.computeType(sample.dataType());
        Engine engine = Engine.fresh(plan.correction());
        engine.begin(sample, scale, plan.evaluation(0), false, source.forRun(plan.program().noisy()), Program.churn(0));
        return engine.state(0, plan.key());
    }

    ModelInput input(int evaluation, SamplerState state) {
        Evaluation e = checked(evaluation, state);
        INDArray sample = state.sample();
        if (e.inputScale() != 1) {
            sample = Kernels.empty(state.sample().dataType(), state.sample().shape());
            Kernels.combine(sample, Term.of(state.sample(), e.inputScale()));
        }
        return new Given(sample, e.conditioning(), e.level());
    }

    private record Given(INDArray sample, double timestep, NoiseLevel level) implements ModelInput {}

    SamplerState step(int evaluation, INDArray output, SamplerState state, NoiseSource noise) {
        checked(evaluation, state);
        Engine engine = Engine.at(state, plan.correction());
        engine.advance(plan.program().steps().get(evaluation), output, false, noise.forRun(plan.program().noisy()));
        return engine.state(evaluation + 1, plan.key());
    }

    INDArray denoised(int evaluation, INDArray output, SamplerState state) {
        Evaluation e = checked(evaluation, state);
        INDArray estimate = Kernels.empty(state.sample().dataType(), state.sample().shape());
        boolean complete = false;
        try {
            Engine.at(state, plan.correction()).estimate(e, output, estimate);
            complete = true;
            return estimate;
        } finally {
            if (!complete) {
                estimate.close();
            }
        }
    }

    static INDArray stepRows(List<Plan> plans, INDArray output, INDArray sample, NoiseSource noise) {
        Fit.checkOpen(sample, "the sample");
        List<Evaluation> rows = plans.stream().map(each -> each.evaluation(0)).toList();
        Engine engine = Engine.at(new SamplerState(0, sample, sample, List.of()), plans.get(0).correction());
        engine.advance(Step.last(rows, NoiseRequest.step(0)), output, false, noise);
        return engine.sample() == sample ? Kernels.copy(sample) : engine.sample();
    }

    /** The evaluation that a state of this run stands before. */
    Evaluation checked(int index, SamplerState state) {
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
        return e;
    }

    /** Refuses a state of another run, or one of which an array is closed. */
    void checkFits(SamplerState state) {
        if (!state.plan().isEmpty() && !state.plan().equals(plan.key())) {
            throw new IllegalArgumentException("the state is of the plan with the key " + state.plan() + ", not of this one with the key " + plan.key() + " (" + plan
                    + "), so that what it remembers may mean something else here; continue with the plan that made it, start from its sample with plan.startFrom(state.sample()), "
                    + "or say that it fits with state.forPlan(plan)");
        }
        state.checkOpen();
    }
}
