package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.DataCorrection;
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
 * @param program the compiled run
 * @param correction what happens to the estimate of the data
 */
record Loop(Program program, DataCorrection correction) {

    SamplerState begin(INDArray sample, double scale, NoiseSource source) {
        Kernels.computeType(sample.dataType());
        Engine engine = Engine.fresh(correction);
        engine.begin(sample, scale, program.evaluations().get(0), false, source.forRun(program.noisy()), Program.churn(0));
        return engine.state(0);
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
        Engine engine = Engine.at(state, correction);
        engine.advance(program.steps().get(evaluation), output, false, noise.forRun(program.noisy()));
        return engine.state(evaluation + 1);
    }

    INDArray denoised(int evaluation, INDArray output, SamplerState state) {
        Evaluation e = checked(evaluation, state);
        INDArray estimate = Kernels.empty(state.sample().dataType(), state.sample().shape());
        Engine.at(state, correction).estimate(e, output, estimate);
        return estimate;
    }

    static INDArray stepRows(List<Loop> loops, INDArray output, INDArray sample, NoiseSource noise) {
        List<Evaluation> rows = loops.stream().map(loop -> loop.program.evaluations().get(0)).toList();
        Engine engine = Engine.at(new SamplerState(0, sample, sample, List.of()), loops.get(0).correction);
        engine.advance(Step.last(rows, NoiseRequest.step(0)), output, false, noise);
        return engine.sample() == sample ? Kernels.copy(sample) : engine.sample();
    }

    /** The evaluation that a state stands before. */
    Evaluation checked(int index, SamplerState state) {
        Evaluation e = program.evaluation(index);
        if (state.index() != index) {
            throw new IllegalArgumentException("the state stands before evaluation " + state.index() + " but evaluation " + index + " was asked for");
        }
        if (state.predictions().size() < program.predictionsNeeded()[index]) {
            throw new IllegalArgumentException("the state holds " + state.predictions().size() + " predictions but this plan needs "
                    + program.predictionsNeeded()[index] + " at evaluation " + index + "; it belongs to another plan");
        }
        return e;
    }
}
