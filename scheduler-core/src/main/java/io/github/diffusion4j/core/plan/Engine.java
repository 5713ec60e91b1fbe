package io.github.diffusion4j.core.plan;

import static io.github.diffusion4j.core.plan.Evaluation.ANCHOR;
import static io.github.diffusion4j.core.plan.Evaluation.BRANCH;
import static io.github.diffusion4j.core.plan.Evaluation.CHURN_NOISE;
import static io.github.diffusion4j.core.plan.Evaluation.CORRECTED;
import static io.github.diffusion4j.core.plan.Evaluation.GUIDED;
import static io.github.diffusion4j.core.plan.Evaluation.INPUT;
import static io.github.diffusion4j.core.plan.Evaluation.KEPT;
import static io.github.diffusion4j.core.plan.Evaluation.MEMORY;
import static io.github.diffusion4j.core.plan.Evaluation.NEXT;
import static io.github.diffusion4j.core.plan.Evaluation.NOISE;
import static io.github.diffusion4j.core.plan.Evaluation.OUTPUT;
import static io.github.diffusion4j.core.plan.Evaluation.SAMPLE;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.kernel.ArrayPass;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.Buffers;
import io.github.diffusion4j.core.kernel.Rows;
import io.github.diffusion4j.core.kernel.Samples;
import io.github.diffusion4j.core.kernel.Scratch;
import io.github.diffusion4j.core.noise.BlockNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a step does to the arrays of a run: the only place where scalar programs meet arrays. Everything between two network evaluations is one pass over memory.
 *
 * @param <A> the array of the library
 */
final class Engine<A> {

    /** No weights. */
    static final double[][] NOTHING = {};
    private static final boolean[] CHAINED = {true};
    private static final boolean[] PAIRED = {false};
    private static final double[][] AS_IT_IS = {asItIs()};
    private static final double NO_LIMIT = Double.POSITIVE_INFINITY;
    /** Samples of fewer values get their noise in an array: each would fill a block of its own. */
    private static final int WORTH_A_BLOCK = Scratch.SIZE / 2;

    private final DataCorrection correction;
    private final Arrays<A> arrays;
    private final Rows rows;
    private final ArrayPass<A> pass;
    private final RunMemory<A> memory;
    private final Weighing<A> weighing;
    private final Drawn stepNoise = new Drawn();
    private final Drawn churnNoise = new Drawn();
    /** Whether noise is made while the pass runs. */
    private boolean makesNoise;
    /** Where the network's input goes, one array for each branch; empty for an array of the run's own. */
    private List<A> slots = List.of();

    private static double[] asItIs() {
        double[] weights = new double[MEMORY];
        weights[NEXT] = 1;
        return weights;
    }

    private Engine(DataCorrection correction, Rows rows, Buffers<A> buffers, boolean owner, int predictions) {
        this.correction = correction;
        this.arrays = buffers.arrays();
        this.rows = rows;
        this.pass = new ArrayPass<>(arrays, rows, MEMORY + predictions + 1);
        this.memory = new RunMemory<>(pass, buffers, owner, predictions);
        this.weighing = new Weighing<>(pass, memory, rows);
    }

    /** An engine with arrays of its own, for a whole run that remembers at most so many predictions. */
    static <A> Engine<A> owning(Runs<A> runs, Buffers<A> buffers, int predictions) {
        return new Engine<>(runs.plan().correction(), runs.rows(), buffers, true, predictions);
    }

    /** An engine for the start of a run. */
    static <A> Engine<A> fresh(Runs<A> runs) {
        return new Engine<>(runs.plan().correction(), runs.rows(), Buffers.fresh(runs.arrays()), false, 0);
    }

    /** An engine for one step from a state that stays as it is, with new arrays from somewhere. */
    static <A> Engine<A> at(SamplerState<A> state, Rows rows, DataCorrection correction, Buffers<A> buffers) {
        Engine<A> engine = new Engine<>(correction, rows, buffers, false, state.predictions().size());
        engine.set(state);
        return engine;
    }

    private void set(SamplerState<A> state) {
        memory.set(state);
        weighing.setNumbers(numbers(state.held()));
    }

    private static double[][] numbers(Held<?> held) {
        List<List<Double>> columns = List.copyOf(held.numbers().values());
        double[][] rows = new double[columns.isEmpty() ? 0 : columns.get(0).size()][columns.size()];
        for (int row = 0; row < rows.length; row++) {
            for (int k = 0; k < columns.size(); k++) {
                rows[row][k] = columns.get(k).get(row);
            }
        }
        return rows;
    }

    /** Sends the network's inputs from the next step on to arrays of the caller's, one for each branch. */
    void feed(List<A> arraysOfBranches) {
        slots = arraysOfBranches;
    }

    /** Gives all arrays back. */
    void free() {
        memory.free();
    }

    A sample() {
        return memory.sample();
    }

    /** What the network sees: scaled where it asks for it. */
    A input() {
        return memory.input();
    }

    SamplerState<A> state(int index, Plan plan) {
        Map<String, List<Double>> named = new LinkedHashMap<>();
        List<String> names = plan.skipping().numbers();
        double[][] numbers = weighing.numbers();
        for (int k = 0; k < names.size() && numbers.length > 0; k++) {
            int column = k;
            named.put(names.get(k), java.util.Arrays.stream(numbers).map(row -> row[column]).toList());
        }
        return memory.state(index, plan.key(), named);
    }

    /** Whether no row needs the network at an evaluation. */
    boolean leavesOut(Guided guided) {
        return weighing.leavesOut(guided);
    }

    /** Begins a run: scaled noise (or a sample, scale 1), churned and scaled for the first evaluation. The noise is not changed. */
    void begin(A noise, double scale, Evaluation first, boolean withInput, NoiseSource source, NoiseRequest request) {
        Fit.checkOpen(arrays, noise, "the array that the run starts from");
        clear();
        pass.read(SAMPLE, noise);
        double[] weights = new double[MEMORY];
        weights[SAMPLE] = scale;
        pass.assign(NEXT, NO_LIMIT, CHAINED, weights);
        try {
            churn(first.chained().before() ? CHAINED : PAIRED, noise, source, request, first.churn());
            memory.prepareStart(arrays.type(noise), arrays.shape(noise));
            finish(withInput ? first.input() : NOTHING);
        } finally {
            memory.rollback();
            memory.releaseTemporaries();
        }
    }

    /** Continues from a state, whose arrays are copied. */
    void resume(SamplerState<A> given, double[]... inputWeights) {
        set(given.copy(memory::copied));
        inputOf(inputWeights);
    }

    /** Makes the network's input of the sample as it is, in arrays of the caller's where there are any. */
    void feedNow(double[]... inputWeights) {
        if (slots.isEmpty()) {
            inputOf(inputWeights);
        } else {
            fillSlots(memory.sample(), inputWeights);
        }
    }

    private void fillSlots(A sample, double[]... inputWeights) {
        clear();
        pass.read(NEXT, sample);
        assignSlots(inputWeights);
        pass.run();
    }

    private void assignSlots(double[]... inputWeights) {
        for (int k = 0; k < slots.size(); k++) {
            int register = k == 0 ? INPUT : BRANCH + k - 1;
            pass.write(register, slots.get(k));
            pass.assign(register, NO_LIMIT, CHAINED, inputWeights.length > 0 ? inputWeights : AS_IT_IS);
        }
    }

    /** Makes the network's input of the sample as it is now. */
    private void inputOf(double[]... weights) {
        memory.prepareSame();
        if (weights.length == 0) {
            memory.prepareNoInput();
        } else {
            scale(memory.sample(), memory.prepareInput(true), weights);
        }
        memory.commit();
    }

    /** Puts what is known into the sample, in place. */
    void keep(A known, Mask mask, double[]... inputWeights) {
        mask.blend(arrays, memory.ownSample(), known);
        feedNow(inputWeights);
    }

    /**
     * Takes the step that follows a network evaluation. If it fails, nothing has changed: all that can fail comes before the pass writes, and where the pass itself makes noise it
     * writes to other arrays than it reads.
     */
    void advance(Step given, List<A> outputs, boolean withInput, NoiseSource source) {
        memory.checkOpen();
        Fit.check(arrays, rows, given, outputs, memory.sample());
        List<A> predictions = predictions(given, outputs);
        try {
            Step step = resolved(given, predictions, outputs);
            A guidedOutput = computed(given.guided(), predictions);
            A corrected = step.usesCorrected() && !fused() ? corrected(step, predictions, guidedOutput) : null;
            A noise = step.scales() ? noise(step, outputs.get(0), source) : null;
            clear();
            read(step.remembers() ? 1 : 0, predictions, guidedOutput, noise);
            if (step.usesNoise() && noise == null) {
                draw(NOISE, memory.sample(), source, step.request(), stepNoise);
            }
            assign(step, corrected, step.scaling().get(0) instanceof Langevin langevin ? sized(step, langevin, predictions.get(0), noise) : step.next());
            churn(step.chained().churn(), memory.sample(), source, step.churnRequest(), step.churn());
            memory.prepare(step, inPlace());
            finish(withInput ? step.input() : NOTHING);
            weighing.commit();
        } finally {
            memory.rollback();
            memory.releaseTemporaries();
            release(predictions, outputs);
        }
    }

    /** The step with all its weights: those that follow from the arrays are found now. */
    private Step resolved(Step step, List<A> predictions, List<A> outputs) {
        Guided guided = step.guided();
        if (guided.known()) {
            Fit.checkCount(guided.branches(), outputs.size());
            return step;
        }
        boolean[] left = weighing.left(guided);
        if (!(outputs.isEmpty() && guided.maySkip() && Weighing.all(left))) {
            Fit.checkCount(guided.branches(), outputs.size());
        }
        return weighing.resolved(step, predictions, left);
    }

    /** What guidance computes value by value, in an array of its own; null where weights say it. */
    private A computed(Guided guided, List<A> predictions) {
        if (guided.guide().arrays().isEmpty() || predictions.isEmpty()) {
            return null;
        }
        A guidedOutput = memory.temporary(memory.sample());
        weighing.compute(guided, predictions, guidedOutput);
        return guidedOutput;
    }

    /** The network's predictions, which are the first half of the channels where it learns the variance. */
    private List<A> predictions(Step step, List<A> outputs) {
        return step.learnsVariance() ? outputs.stream().map(output -> arrays.part(output, 1, 0, memory.shape()[1])).toList() : outputs;
    }

    private void release(List<A> predictions, List<A> outputs) {
        if (predictions != outputs) {
            predictions.forEach(arrays::release);
        }
    }

    private void clear() {
        pass.clear();
        makesNoise = false;
    }

    /**
     * Runs what is prepared and takes over what it wrote. The network's input follows from the sample as it is stored, so that a run continued from a state sees the same: where
     * storing rounds, it takes a pass of its own.
     */
    private void finish(double[]... inputWeights) {
        boolean rounds = arrays.type(memory.nextSample()).computed() != arrays.type(memory.nextSample());
        A input = inputWeights.length > 0 && slots.isEmpty() ? memory.prepareInput(inPlace()) : null;
        if (input == null) {
            memory.prepareNoInput();
        } else if (!rounds) {
            pass.write(INPUT, input);
            pass.assign(INPUT, NO_LIMIT, CHAINED, inputWeights);
        }
        if (!rounds) {
            assignSlots(inputWeights);
        }
        pass.run();
        if (rounds) {
            inputOfStored(input, inputWeights);
        }
        memory.commit();
    }

    private void inputOfStored(A input, double[]... inputWeights) {
        if (input != null) {
            scale(memory.nextSample(), input, inputWeights);
        }
        if (!slots.isEmpty()) {
            fillSlots(memory.nextSample(), inputWeights);
        }
    }

    /** Whether the pass may write to arrays that it reads: nothing can fail once it writes. */
    private boolean inPlace() {
        return !makesNoise && (memory.sample() == null || pass.reaches(memory.sample()));
    }

    private void scale(A sample, A input, double[]... weights) {
        clear();
        pass.read(NEXT, sample);
        pass.write(INPUT, input);
        pass.assign(INPUT, NO_LIMIT, CHAINED, weights);
        pass.run();
    }

    private void assign(Step step, A corrected, double[]... next) {
        if (corrected != null) {
            pass.read(CORRECTED, corrected);
        } else if (step.usesCorrected()) {
            pass.assign(CORRECTED, limit(), step.chained().data(), step.data());
        }
        if (step.remembers()) {
            pass.assign(MEMORY, NO_LIMIT, step.chained().remember(), step.remember());
        }
        if (step.movesAnchor()) {
            pass.assign(ANCHOR, NO_LIMIT, step.chained().anchor(), step.anchor());
        }
        for (int k = 0; k < step.kept().length; k++) {
            pass.assign(KEPT + k, NO_LIMIT, CHAINED, step.kept()[k]);
        }
        pass.assign(NEXT, NO_LIMIT, step.chained().next(), next);
    }

    private void read(int pushed, List<A> predictions, A guidedOutput, A noise) {
        pass.read(ANCHOR, memory.anchor());
        pass.read(NOISE, noise);
        readOutputs(predictions, guidedOutput);
        memory.readPredictions(pushed);
    }

    private void readOutputs(List<A> predictions, A guidedOutput) {
        pass.read(SAMPLE, memory.sample());
        pass.read(GUIDED, guidedOutput);
        for (int k = 0; k < predictions.size(); k++) {
            pass.read(k == 0 ? OUTPUT : BRANCH + k - 1, predictions.get(k));
        }
        memory.readHeld();
    }

    private void churn(boolean[] chained, A like, NoiseSource source, NoiseRequest request, double[]... weights) {
        if (weights.length > 0) {
            if (weights[0][CHURN_NOISE] != 0) {
                draw(CHURN_NOISE, like, source, request, churnNoise);
            }
            pass.assign(NEXT, NO_LIMIT, chained, weights);
        }
    }

    /** Binds a register to noise: made by the pass where the source can, read from an array otherwise. Same bits. */
    private void draw(int register, A like, NoiseSource source, NoiseRequest request, Drawn drawn) {
        long[] shape = arrays.shape(like);
        int count = rows.count(shape);
        if (source instanceof BlockNoise blocks && shape.length > 0 && length(shape) >= (long) WORTH_A_BLOCK * count) {
            blocks.check(request, count);
            pass.make(register, drawn.of(blocks, request));
            makesNoise = true;
        } else {
            pass.read(register, filled(like, source, request));
        }
    }

    private static long length(long... shape) {
        long length = 1;
        for (long size : shape) {
            length *= size;
        }
        return length;
    }

    private A filled(A like, NoiseSource source, NoiseRequest request) {
        A noise = memory.temporary(like);
        pass.onHost(noise, true, host -> source.fill(request, host, rows));
        return noise;
    }

    /** Whether the correction is part of the pass: a clamp at a known limit, or nothing. */
    private boolean fused() {
        return correction instanceof DataCorrection.Clip || correction.equals(DataCorrection.NONE);
    }

    private double limit() {
        return correction instanceof DataCorrection.Clip clip ? clip.range() : NO_LIMIT;
    }

    /** A correction that must see all values first is given an array of its own. */
    private A corrected(Step step, List<A> predictions, A guidedOutput) {
        A data = memory.temporary(memory.sample());
        clear();
        readOutputs(predictions, guidedOutput);
        pass.write(CORRECTED, data);
        pass.assign(CORRECTED, NO_LIMIT, step.chained().data(), step.data());
        pass.run();
        pass.onRows(data, true, correction::correct);
        return data;
    }

    /** What the solver takes for the clean data, written to an array. */
    void estimate(Evaluation evaluation, List<A> outputs, A out) {
        Step given = Step.last(List.of(evaluation), NoiseRequest.step(0));
        memory.checkOpen();
        Fit.check(arrays, rows, given, outputs, memory.sample());
        List<A> predictions = predictions(given, outputs);
        try {
            Step step = resolved(given, predictions, outputs);
            A guidedOutput = computed(given.guided(), predictions);
            A corrected = fused() ? null : corrected(step, predictions, guidedOutput);
            clear();
            read(0, predictions, guidedOutput, null);
            if (corrected == null) {
                pass.assign(CORRECTED, limit(), step.chained().data(), step.data());
            } else {
                pass.read(CORRECTED, corrected);
            }
            pass.write(NEXT, out);
            pass.assign(NEXT, NO_LIMIT, evaluation.chained().estimate() ? CHAINED : PAIRED, evaluation.estimate());
            pass.run();
        } finally {
            memory.releaseTemporaries();
            release(predictions, outputs);
        }
    }

    /** Noise that must be known before the pass: its scale follows from the network's output, or the step's size from its norm. */
    private A noise(Step step, A output, NoiseSource source) {
        A noise = filled(memory.sample(), source, step.request());
        if (step.learnsVariance()) {
            A variance = arrays.part(output, 1, memory.shape()[1], 2 * memory.shape()[1]);
            try {
                pass.onRows(variance, false, values -> pass.onRows(noise, true, host -> Samples.apply(host, values, row -> {
                    LearnedVariance learned = (LearnedVariance) step.scaling().get(step.rows() == 1 ? 0 : row);
                    return (z, v) -> z * learned.deviation(v);
                })));
            } finally {
                arrays.release(variance);
            }
        }
        return noise;
    }

    /** The weights of a Langevin step, whose size follows from the norms of noise and score. */
    private double[][] sized(Step step, Langevin langevin, A prediction, A noise) {
        double size = langevin.size(meanNorm(noise), meanNorm(prediction));
        double[] next = step.next()[0].clone();
        next[OUTPUT] *= size;
        next[NOISE] *= Math.sqrt(2 * size);
        return new double[][] {next};
    }

    private double meanNorm(A array) {
        double[] norm = new double[1];
        pass.onRows(array, false, host -> norm[0] = Samples.meanNorm(host));
        return norm[0];
    }
}
