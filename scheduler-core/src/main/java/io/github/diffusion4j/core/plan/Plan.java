package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.guidance.Skipping;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.kernel.Rows;
import io.github.diffusion4j.core.noise.NoiseRequest;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A run, compiled and checked before the first network evaluation: immutable, serializable, shared by any number of
 * threads. All memory of a run lives in its {@link SamplerState}. The methods that meet arrays are those of {@link Runs}; a plan is a run over ND4J's arrays, {@link #on} one over others.
 *
 * <pre>{@code
 *   SamplerState<INDArray> state = plan.start(noise);
 *   for (int i = 0; i < plan.evaluations(); i++) {
 *       ModelInput<INDArray> in = plan.input(i, state);
 *       state = plan.step(i, unet(in.sample(), in.timestep()), state, noiseSource);
 *   }
 *   INDArray image = state.sample();
 * }</pre>
 *
 * <p>Samples lie along the first axis of every array. Arrays handed in are never changed.
 */
public final class Plan implements Runs<INDArray>, Serializable {

    /** The most steps of a run that is asked for by a number. */
    public static final int LONGEST_RUN = 100_000;

    private static final long serialVersionUID = 1;

    private final Recipe recipe;
    private final transient Program program;
    private final transient AtomicReference<String> key = new AtomicReference<>("");

    private Plan(Recipe recipe) {
        this(recipe, recipe.compile());
    }

    private Plan(Recipe recipe, Program program) {
        this.recipe = recipe;
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
        return new Plan(new Recipe(solver, grid, parameterization, correction, 1, Guidance.NONE, Skipping.NEVER));
    }

    /**
     * The same run with start noise scaled by a factor, for processes whose noisiest level is not of unit variance.
     *
     * @param scale the factor, above 0
     * @return the plan
     */
    public Plan withStartScale(double scale) {
        return new Plan(recipe.withStartScale(scale), program);
    }

    /**
     * The same noise levels and network with another solver.
     *
     * @param solver how each step is taken
     * @return the plan
     * @throws IllegalArgumentException if the solver cannot take these steps, with the reason
     */
    public Plan with(Solver solver) {
        return new Plan(recipe.withSolver(solver));
    }

    /**
     * The same run with guidance.
     *
     * @param guidance what each evaluation asks the network for, and how the outputs become one
     * @return the plan
     * @throws IllegalArgumentException if the guidance means nothing in this run, with the reason
     */
    public Plan guided(Guidance guidance) {
        return new Plan(recipe.withGuidance(guidance));
    }

    /**
     * The same run with evaluations that are left out while it goes on.
     *
     * @param skipping who decides
     * @return the plan
     * @throws IllegalArgumentException if evaluations of this run cannot be left out, with the reason
     */
    public Plan skipping(Skipping skipping) {
        return new Plan(recipe.withSkipping(skipping));
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
        return new Plan(recipe.slice(from, to));
    }

    /**
     * The same stretch of noise in another number of steps. The new levels lie at equal fractions of the run's step index: where a fraction hits one of the run's levels it is that
     * one, so that both ends stay; between two levels u = sigma / (alpha + sigma), the time of a flow, is linear, and the level is what the grid's curve has there.
     *
     * @param steps the number of steps, at least 1; with as many as now the run is the same
     * @return the plan
     * @throws IllegalArgumentException if the steps of the run do not end where the next ones start, or its grid knows no level that is needed
     */
    public Plan withSteps(int steps) {
        return new Plan(recipe.withSteps(steps));
    }

    /**
     * The two parts of a run that is cut in two.
     *
     * @param high the part at higher noise
     * @param low the part at lower noise
     */
    public record Split(Plan high, Plan low) {

        /**
         * The parts in other numbers of steps, each as {@link Plan#withSteps}.
         *
         * @param highSteps the steps of the part at higher noise
         * @param lowSteps the steps of the part at lower noise
         * @return the parts
         */
        public Split withSteps(int highSteps, int lowSteps) {
            return new Split(high.withSteps(highSteps), low.withSteps(lowSteps)).joined().cut(high.recipe.falls() ? highSteps : lowSteps);
        }

        /**
         * Both parts as one run, which goes on at the boundary with what it remembers; only the network changes there.
         *
         * @return the plan
         * @throws IllegalArgumentException if the parts are not of one run
         */
        public Plan joined() {
            return new Plan(high.recipe.falls() ? high.recipe.followedBy(low.recipe) : low.recipe.followedBy(high.recipe));
        }
    }

    private Split cut(int step) {
        Plan first = slice(0, step);
        Plan second = slice(step, steps());
        return recipe.falls() ? new Split(first, second) : new Split(second, first);
    }

    /**
     * Cuts the run at a time, for two networks that share the work (base and refiner, experts of high and low noise).
     *
     * @param time the boundary as the network's timestep at the start of a step, {@link ModelInput#timestep()}: 900 of 1000 for Wan 2.2's text to video. Steps that start there belong
     *     to the part at higher noise; times may fall or rise along the run
     * @return the part at higher noise and the part at lower noise
     * @throws IllegalArgumentException if all steps start on one side
     */
    public Split splitAtTime(double time) {
        return cut(recipe.cut(recipe.parameterization()::conditioning, time, "time"));
    }

    /**
     * Cuts the run at a noise coefficient, as {@link #splitAtTime} at a time.
     *
     * @param sigma the boundary as {@link NoiseLevel#sigma()}, on a flow its u: 0.9 is the published boundary of Wan 2.2's text to video. Steps that start there belong to the
     *     part at higher noise
     * @return the part at higher noise and the part at lower noise
     * @throws IllegalArgumentException if all steps start on one side
     */
    public Split splitAtSigma(double sigma) {
        return cut(recipe.cut(NoiseLevel::sigma, sigma, "sigma"));
    }

    /**
     * Cuts the run at a noise level in EDM's coordinate, as {@link #splitAtTime} at a time.
     *
     * @param edmSigma the boundary as {@link NoiseLevel#edmSigma()}, {@code sigma / alpha}, which means the same on every path. Steps that start there belong to the part at higher noise
     * @return the part at higher noise and the part at lower noise
     * @throws IllegalArgumentException if all steps start on one side
     */
    public Split splitAtEdmSigma(double edmSigma) {
        return cut(recipe.cut(NoiseLevel::edmSigma, edmSigma, "sigma / alpha"));
    }

    /**
     * The run from its end back to its start: inversion, towards the noise.
     *
     * @return the plan
     * @throws IllegalArgumentException if the solver adds noise, or cannot start where this run ends
     */
    public Plan reversed() {
        if (stochastic()) {
            throw new IllegalArgumentException(solver() + " adds noise; only deterministic runs can be reversed");
        }
        return new Plan(recipe.reversed());
    }

    /**
     * The number of steps that are taken.
     *
     * @return the number, at least 1
     */
    public int steps() {
        return recipe.steps();
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
     * The factor of the noise that a run starts from; 1 for a run that starts late, from a noised image.
     *
     * @return the factor, Diffusers' {@code init_noise_sigma}
     */
    public double startScale() {
        return recipe.startScale();
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
     * What the network is asked for at an evaluation: what a server sizes its batch by. An evaluation that a {@link Skipping} may leave out is counted as asked.
     *
     * @param evaluation from 0
     * @return the branches, in the order in which the step takes their outputs; none if the evaluation is left out
     */
    public List<Branch> needs(int evaluation) {
        return evaluation(evaluation).guided().branches();
    }

    /**
     * The shape of what the network returns at an evaluation.
     *
     * @param evaluation from 0
     * @param sample the shape of the sample
     * @return the same, with twice the channels (axis 1) where the network learns the variance of the step
     * @throws IllegalArgumentException if it does and the sample has no channels
     */
    public long[] outputShape(int evaluation, long... sample) {
        evaluation(evaluation);
        return program.steps().get(evaluation).outputShape(sample).clone();
    }

    /**
     * How often the network is asked in the whole run, each branch counted; the most where a {@link Skipping} decides.
     *
     * @return the number
     */
    public int calls() {
        return program.evaluations().stream().mapToInt(evaluation -> evaluation.guided().branches().size()).sum();
    }

    /**
     * The guidance of the run.
     *
     * @return the guidance, {@link Guidance#NONE} if there is none
     */
    public Guidance guidance() {
        return recipe.guidance();
    }

    /**
     * Who decides whether the network is asked.
     *
     * @return the rule, {@link Skipping#NEVER} if there is none
     */
    public Skipping skipping() {
        return recipe.skipping();
    }

    /** Whether the network's outputs are taken as anything but what they are. */
    boolean guided() {
        return !guidance().equals(Guidance.NONE) || !skipping().equals(Skipping.NEVER);
    }

    /**
     * The noise levels of the run.
     *
     * @return the grid
     */
    public TimeGrid grid() {
        return recipe.grid();
    }

    /**
     * The solver.
     *
     * @return the solver
     */
    public Solver solver() {
        return recipe.solver();
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
     * The values the network is conditioned on, in order: Diffusers' {@code timesteps}.
     *
     * @return one value for each evaluation
     */
    public double[] timesteps() {
        return program.evaluations().stream().mapToDouble(Evaluation::conditioning).toArray();
    }

    /**
     * The noise levels at which the steps start, and the one at which the last step ends: Diffusers' {@code sigmas}, times u on the straight path of a flow and
     * {@code sigma / alpha} elsewhere.
     *
     * @return one value more than steps
     */
    public double[] sigmas() {
        return recipe.grid().sigmas();
    }

    /** The level of a sample that the run is started from: of the first evaluation, unless that lifts it (churn), where the step starts. */
    NoiseLevel startLevel() {
        return evaluation(0).churns() ? grid().from(grid().first()) : level(0);
    }

    /**
     * The noise level of the sample after an evaluation: where its step ends, for the last evaluation of a step, or where the next one lifts it to (churn).
     *
     * @param evaluation from 0
     * @return the level of the next evaluation, or the end of the run
     */
    public NoiseLevel levelAfter(int evaluation) {
        int step = stepOf(evaluation);
        boolean last = evaluation + 1 == evaluations();
        boolean lifted = !last && evaluation(evaluation + 1).churns();
        return last || stepOf(evaluation + 1) > step && !lifted ? grid().to(grid().first() + step) : level(evaluation + 1);
    }

    /**
     * The step that an evaluation belongs to.
     *
     * @param evaluation from 0
     * @return the step, from 0
     */
    public int stepOf(int evaluation) {
        evaluation(evaluation);
        int found = java.util.Arrays.binarySearch(program.stepStarts(), evaluation);
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
        return program.noisy().length > 0;
    }

    /**
     * The evaluations that draw noise, in order: what a source that follows a generator must know. One that draws before and after the network is there twice.
     *
     * @return the evaluations, none for a deterministic run
     */
    public int[] noisyEvaluations() {
        return program.noisy().clone();
    }

    /**
     * The standard deviation of the fresh noise that follows an evaluation: its square is the variance of the step. Where the network learns the variance, the factor of what it says.
     *
     * @param evaluation from 0
     * @return the deviation, 0 if no noise is added
     */
    public double noiseDeviation(int evaluation) {
        return Math.abs(evaluation(evaluation).next()[Evaluation.NOISE]);
    }

    /**
     * The run over arrays of another library: {@code plan.on(HostArrays.DIRECT).session(noise, source)}.
     *
     * @param <A> the array of the library
     * @param arrays the library
     * @return the run
     */
    public <A> Runs<A> on(Arrays<A> arrays) {
        return on(arrays, Rows.SAMPLES);
    }

    /**
     * The run over arrays whose rows are not the samples of the first axis: noise keys, quantiles and norms are those of a row.
     *
     * @param <A> the array of the library
     * @param arrays the library
     * @param rows what has noise and statistics of its own: frames of a video, tokens
     * @return the run
     */
    public <A> Runs<A> on(Arrays<A> arrays, Rows rows) {
        return new Loop<>(this, arrays, rows);
    }

    @Override
    public Plan plan() {
        return this;
    }

    /** ND4J's. */
    @Override
    public Arrays<INDArray> arrays() {
        return Nd4jArrays.ND4J;
    }

    /** The samples of the first axis. */
    @Override
    public Rows rows() {
        return Rows.SAMPLES;
    }

    Program program() {
        return program;
    }

    DataCorrection correction() {
        return recipe.correction();
    }

    Evaluation evaluation(int index) {
        return program.evaluation(index);
    }

    /**
     * All numbers of the run as data, text, Markdown and JSON.
     *
     * @return the description; printed, it is a line per evaluation
     */
    public PlanDescription describe() {
        List<PlanDescription.Row> rows = IntStream.range(0, evaluations())
                .mapToObj(i -> PlanDescription.Row.of(evaluation(i), i, stepOf(i), request(i))).toList();
        return new PlanDescription(solver().toString(), recipe.parameterization().toString(), correction().toString(), startScale(), grid().to(grid().last() - 1), rows,
                guided() ? recipe.guidance() + (recipe.skipping().equals(Skipping.NEVER) ? "" : ", " + recipe.skipping()) : "");
    }

    /**
     * A name for the run that follows from its numbers alone: plans that compute the same have the same.
     *
     * @return {@link PlanDescription#fingerprint}
     */
    public String fingerprint() {
        return describe().fingerprint();
    }

    /**
     * A name for the run by which its states know it, {@link SamplerState#plan}. As {@link #fingerprint} it follows from the numbers alone, but from their first four digits, because
     * another processor may compute the last ones otherwise, and without the start scale, which a run no longer needs once it has begun.
     *
     * @return 16 hexadecimal digits
     */
    public String key() {
        if (key.get().isEmpty()) {
            key.set(RunKey.of(this));
        }
        return key.get();
    }

    /** Written out is what a plan is compiled from: read back it is compiled and checked anew. */
    private Object writeReplace() {
        return new Written(recipe);
    }

    private void readObject(ObjectInputStream in) throws InvalidObjectException {
        throw new InvalidObjectException("a plan is written out as what it is compiled from");
    }

    private record Written(Recipe recipe) implements Serializable {

        private Object readResolve() throws InvalidObjectException {
            try {
                return new Plan(recipe);
            } catch (RuntimeException e) {
                InvalidObjectException refused = new InvalidObjectException("the plan that was written out cannot be compiled: " + e.getMessage());
                refused.initCause(e);
                throw refused;
            }
        }
    }

    @Override
    public String toString() {
        return "Plan[" + solver() + ", " + program.evaluations().size() + " evaluations]";
    }
}
