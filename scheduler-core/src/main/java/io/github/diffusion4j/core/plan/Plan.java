package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.kernel.Term;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A run, compiled and checked before the first network evaluation: immutable, serializable, shared by any number of
 * threads. All memory of a run lives in its {@link SamplerState}.
 *
 * <pre>{@code
 *   SamplerState state = plan.start(noise);
 *   for (int i = 0; i < plan.evaluations(); i++) {
 *       ModelInput in = plan.input(i, state);
 *       state = plan.step(i, unet(in.sample(), in.timestep()), state, noiseSource);
 *   }
 *   INDArray image = state.sample();
 * }</pre>
 *
 * <p>Samples lie along the first axis of every array. Arrays handed in are never changed.
 */
public final class Plan implements Serializable {

    private static final long serialVersionUID = 1;

    private final Solver solver;
    private final TimeGrid grid;
    private final Parameterization parameterization;
    private final DataCorrection correction;
    private final double startScale;
    private final Program program;

    private Plan(Solver solver, TimeGrid grid, Parameterization parameterization, DataCorrection correction, double startScale) {
        this(solver, grid, parameterization, correction, startScale,
                Program.compile(solver, grid, parameterization, !correction.equals(DataCorrection.NONE)));
    }

    private Plan(Solver solver, TimeGrid grid, Parameterization parameterization, DataCorrection correction, double startScale, Program program) {
        this.solver = solver;
        this.grid = grid;
        this.parameterization = parameterization;
        this.correction = correction;
        this.startScale = startScale;
        this.program = program;
    }

    /**
     * Compiles a run.
     *
     * @param solver how each step is taken
     * @param grid the noise levels of the steps
     * @param parameterization what the network outputs
     * @param correction what happens to its estimate of the data
     * @return the plan
     * @throws IllegalArgumentException if any weight of any step is not finite, naming the evaluation and the reason
     */
    public static Plan of(Solver solver, TimeGrid grid, Parameterization parameterization, DataCorrection correction) {
        return new Plan(solver, grid, parameterization, correction, 1);
    }

    /**
     * The same run with start noise scaled by a factor, for processes whose noisiest level is not of unit variance.
     *
     * @param scale the factor, above 0
     * @return the plan
     */
    public Plan withStartScale(double scale) {
        if (!(scale > 0 && Double.isFinite(scale))) {
            throw new IllegalArgumentException("the start scale must be positive and finite, got " + scale);
        }
        return new Plan(solver, grid, parameterization, correction, scale, program);
    }

    /**
     * The last part of the run as a run of its own, without memory of what came before (image to image).
     *
     * @param step the first step to take, from 0
     * @return the plan
     */
    public Plan from(int step) {
        return slice(step, steps());
    }

    /**
     * A part of the run as a run of its own, without memory of what came before.
     *
     * @param from the first step to take, from 0
     * @param to the step after the last one to take
     * @return the plan
     * @throws IllegalArgumentException if this plan has no such steps
     */
    public Plan slice(int from, int to) {
        if (from < 0 || from >= to || to > steps()) {
            throw new IllegalArgumentException("steps " + from + " to " + to + " are out of range; this plan has steps 0 to " + (steps() - 1));
        }
        return new Plan(solver, grid.slice(grid.first() + from, grid.first() + to), parameterization, correction, startScale);
    }

    /** The two parts of a run that is cut in two. */
    public record Split(Plan high, Plan low) {}

    /**
     * Cuts the run at a noise level, for two networks that share the work (base and refiner, experts of high and low noise).
     *
     * @param edmSigma the level sigma / alpha; steps that start below it belong to the second part
     * @return the part at higher noise and the part at lower noise
     * @throws IllegalArgumentException if all steps lie on one side
     */
    public Split splitAt(double edmSigma) {
        int cut = 0;
        while (cut < steps() && grid.from(grid.first() + cut).edmSigma() >= edmSigma) {
            cut++;
        }
        if (cut == 0 || cut == steps()) {
            throw new IllegalArgumentException("all steps of the run start " + (cut == 0 ? "below" : "at or above") + " sigma " + edmSigma
                    + "; they start between " + grid.from(grid.first()).edmSigma() + " and " + grid.from(grid.last() - 1).edmSigma());
        }
        return new Split(slice(0, cut), slice(cut, steps()));
    }

    /**
     * The run from its end back to its start: inversion, towards the noise.
     *
     * @return the plan
     * @throws IllegalArgumentException if the solver adds noise, or cannot start where this run ends
     */
    public Plan reversed() {
        if (stochastic()) {
            throw new IllegalArgumentException(solver + " adds noise; only deterministic runs can be reversed");
        }
        return new Plan(solver, grid.reversed(), parameterization, correction, 1);
    }

    /**
     * The number of steps that are taken.
     *
     * @return the number, at least 1
     */
    public int steps() {
        return grid.last() - grid.first();
    }

    /**
     * The first network evaluation of a step.
     *
     * @param step the step, from 0
     * @return the evaluation, from 0
     */
    public int evaluationOf(int step) {
        return program.stepStarts()[step];
    }

    /**
     * The factor of the noise that a run starts from.
     *
     * @return the factor, Diffusers' {@code init_noise_sigma}
     */
    public double startScale() {
        return startScale;
    }

    /**
     * The noised data at the level of evaluations: where a run that starts late starts ({@code addNoise(x0, noise, 0)}), or
     * what the known region of an image looks like there.
     *
     * @param data the clean data x0
     * @param noise N(0, I) noise of the same shape and type
     * @param evaluations one evaluation, or one per sample
     * @return {@code alpha x0 + sigma noise}, a new array
     */
    public INDArray addNoise(INDArray data, INDArray noise, int... evaluations) {
        return Forward.noised(data, noise, Arrays.stream(evaluations).mapToObj(this::level).toList());
    }

    /**
     * The number of network evaluations.
     *
     * @return the number, at least 1
     */
    public int evaluations() {
        return program.evaluations().size();
    }

    /**
     * The noise levels of the run.
     *
     * @return the grid
     */
    public TimeGrid grid() {
        return grid;
    }

    /**
     * The solver.
     *
     * @return the solver
     */
    public Solver solver() {
        return solver;
    }

    /**
     * The noise level of a network evaluation.
     *
     * @param evaluation from 0
     * @return the level
     */
    public NoiseLevel level(int evaluation) {
        return evaluation(evaluation).level();
    }

    /**
     * The value the network is conditioned on at an evaluation.
     *
     * @param evaluation from 0
     * @return the value
     */
    public double timestep(int evaluation) {
        return evaluation(evaluation).conditioning();
    }

    /**
     * The noise level of the sample after an evaluation: where its step ends, for the last evaluation of a step.
     *
     * @param evaluation from 0
     * @return the level of the next evaluation, or the end of the run
     */
    public NoiseLevel levelAfter(int evaluation) {
        int step = stepOf(evaluation);
        boolean lastOfStep = evaluation + 1 == evaluations() || stepOf(evaluation + 1) > step;
        return lastOfStep ? grid.to(grid.first() + step) : level(evaluation + 1);
    }

    /**
     * The step that an evaluation belongs to.
     *
     * @param evaluation from 0
     * @return the step, from 0
     */
    public int stepOf(int evaluation) {
        evaluation(evaluation);
        int found = Arrays.binarySearch(program.stepStarts(), evaluation);
        return found >= 0 ? found : -found - 2;
    }

    /**
     * The request that an evaluation makes to a noise source.
     *
     * @param evaluation from 0
     * @return the request
     */
    public NoiseRequest request(int evaluation) {
        evaluation(evaluation);
        return program.steps().get(evaluation).request();
    }

    /**
     * Whether the run adds noise and so needs a noise source.
     *
     * @return true if any evaluation draws noise
     */
    public boolean stochastic() {
        return noisyEvaluations().length > 0;
    }

    /**
     * The evaluations that draw noise, in order: what a source that follows a generator must know. One that draws before and after the network is there twice.
     *
     * @return the evaluations, none for a deterministic run
     */
    public int[] noisyEvaluations() {
        return IntStream.range(0, evaluations()).flatMap(i -> {
            Evaluation e = program.evaluations().get(i);
            return IntStream.of(i, i).limit((e.usesNoise() ? 1 : 0) + (e.before()[Evaluation.NOISE] != 0 ? 1 : 0));
        }).toArray();
    }

    /**
     * Begins a run from pure noise.
     *
     * @param noise N(0, I) noise of the sample's shape; not changed
     * @return the state before the first evaluation
     */
    public SamplerState start(INDArray noise) {
        return start(noise, NoiseSource.none());
    }

    /**
     * Begins a run from pure noise, when the first step adds noise before the network is evaluated (churn).
     *
     * @param noise N(0, I) noise of the sample's shape; not changed
     * @param source where the noise of the steps comes from
     * @return the state before the first evaluation
     */
    public SamplerState start(INDArray noise, NoiseSource source) {
        return begin(noise, startScale, source);
    }

    /**
     * Begins a run from pure noise of a source, in its own stream.
     *
     * @param source the noise
     * @param type the data type of the run
     * @param shape the shape of the sample
     * @return the state before the first evaluation
     */
    public SamplerState start(NoiseSource source, DataType type, long... shape) {
        INDArray noise = source.draw(NoiseRequest.start(), type, shape);
        SamplerState state = start(noise, source);
        noise.close();
        return state;
    }

    /**
     * Begins a run from a sample that already stands at the plan's first level: an image noised by
     * {@link Scheduler#addNoise}, or clean data for inversion.
     *
     * @param sample the sample; copied
     * @return the state before the first evaluation
     */
    public SamplerState startFrom(INDArray sample) {
        return startFrom(sample, NoiseSource.none());
    }

    /**
     * Begins a run from a sample at the plan's first level, when the first step adds noise before the network is evaluated.
     *
     * @param sample the sample; copied
     * @param source where the noise of the steps comes from
     * @return the state before the first evaluation
     */
    public SamplerState startFrom(INDArray sample, NoiseSource source) {
        return begin(sample, 1, source);
    }

    private SamplerState begin(INDArray sample, double scale, NoiseSource source) {
        Kernels.computeType(sample.dataType());
        Engine engine = Engine.fresh(correction);
        engine.begin(sample, scale, program.evaluations().get(0), false, source, Program.churn(0));
        return engine.state(0);
    }

    /**
     * A run from pure noise in arrays of its own, which allocates nothing after its first steps.
     *
     * @param noise N(0, I) noise of the sample's shape; not changed
     * @param source where the noise of the steps comes from; {@link NoiseSource#none()} if the run is deterministic
     * @return the run, to be closed
     */
    public Session session(INDArray noise, NoiseSource source) {
        Kernels.computeType(noise.dataType());
        return Session.start(this, noise, source);
    }

    /**
     * A run from a state in arrays of its own.
     *
     * @param state where to continue, copied
     * @param source where the noise of the steps comes from
     * @return the run, to be closed
     */
    public Session session(SamplerState state, NoiseSource source) {
        if (state.index() != evaluations()) {
            checked(state.index(), state);
        }
        return Session.resume(this, state, source);
    }

    /**
     * What to feed the network at an evaluation.
     *
     * @param evaluation from 0, must be the state's
     * @param state the state
     * @return the input
     */
    public ModelInput input(int evaluation, SamplerState state) {
        Evaluation e = checked(evaluation, state);
        INDArray sample = state.sample();
        if (e.inputScale() != 1) {
            sample = Kernels.empty(state.sample().dataType(), state.sample().shape());
            Kernels.combine(sample, Term.of(state.sample(), e.inputScale()));
        }
        return new Given(sample, e.conditioning(), e.level());
    }

    private record Given(INDArray sample, double timestep, NoiseLevel level) implements ModelInput {}

    /**
     * Takes the step that follows a network evaluation. Pure: the same arguments give the same state.
     *
     * @param evaluation from 0, must be the state's
     * @param output what the network returned for {@link #input}; of the sample's type and shape, with twice the channels
     *     if the variance is learned
     * @param state the state
     * @param noise where the step's noise comes from; {@link NoiseSource#none()} if the run is deterministic
     * @return the next state
     * @throws IllegalArgumentException if index, shape or data type do not fit, naming both sides
     */
    public SamplerState step(int evaluation, INDArray output, SamplerState state, NoiseSource noise) {
        checked(evaluation, state);
        Engine engine = Engine.at(state, correction);
        engine.advance(program.steps().get(evaluation), output, false, noise);
        return engine.state(evaluation + 1);
    }

    /**
     * The network's corrected estimate of the clean data, for previews.
     *
     * @param evaluation from 0, must be the state's
     * @param output what the network returned
     * @param state the state the network was evaluated for
     * @return the estimate, a new array
     */
    public INDArray denoised(int evaluation, INDArray output, SamplerState state) {
        INDArray estimate = Kernels.empty(state.sample().dataType(), state.sample().shape());
        Engine.at(state, correction).estimate(checked(evaluation, state), output, estimate);
        return estimate;
    }

    /**
     * One step of several single-evaluation plans at once, one per sample: each sample has its own weights.
     *
     * @param plans one plan per sample, or one for all; of the same solver, parameterization and correction
     * @param output what the network returned
     * @param sample the samples
     * @param noise where the step's noise comes from, drawn as that of evaluation 0
     * @return the samples after the step, a new array
     */
    public static INDArray stepRows(List<Plan> plans, INDArray output, INDArray sample, NoiseSource noise) {
        List<Evaluation> rows = plans.stream().map(plan -> plan.program.evaluations().get(0)).toList();
        Engine engine = Engine.at(new SamplerState(0, sample, sample, List.of()), plans.get(0).correction);
        engine.advance(Step.last(rows, NoiseRequest.step(0)), output, false, noise);
        return engine.sample() == sample ? Kernels.copy(sample) : engine.sample();
    }

    Program program() {
        return program;
    }

    DataCorrection correction() {
        return correction;
    }

    Evaluation evaluation(int index) {
        if (index < 0 || index >= program.evaluations().size()) {
            throw new IllegalArgumentException("evaluation " + index + " is out of range; this plan has evaluations 0 to " + (program.evaluations().size() - 1));
        }
        return program.evaluations().get(index);
    }

    private Evaluation checked(int index, SamplerState state) {
        Evaluation e = evaluation(index);
        if (state.index() != index) {
            throw new IllegalArgumentException("the state stands before evaluation " + state.index() + " but evaluation " + index + " was asked for");
        }
        if (state.predictions().size() < program.predictionsNeeded()[index]) {
            throw new IllegalArgumentException("the state holds " + state.predictions().size() + " predictions but this plan needs "
                    + program.predictionsNeeded()[index] + " at evaluation " + index + "; it belongs to another plan");
        }
        return e;
    }

    /**
     * All numbers of the run as data, text, Markdown and JSON.
     *
     * @return the description; printed, it is a line per evaluation
     */
    public PlanDescription describe() {
        List<PlanDescription.Row> rows = IntStream.range(0, evaluations())
                .mapToObj(i -> PlanDescription.Row.of(evaluation(i), i, stepOf(i), request(i))).toList();
        return new PlanDescription(solver.toString(), parameterization.toString(), correction.toString(), startScale, grid.to(grid.last() - 1), rows);
    }

    /**
     * A name for the run that follows from its numbers alone: plans that compute the same have the same.
     *
     * @return {@link PlanDescription#fingerprint}
     */
    public String fingerprint() {
        return describe().fingerprint();
    }

    @Override
    public String toString() {
        return "Plan[" + solver + ", " + program.evaluations().size() + " evaluations]";
    }
}
