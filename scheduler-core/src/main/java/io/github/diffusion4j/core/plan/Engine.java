package io.github.diffusion4j.core.plan;

import static io.github.diffusion4j.core.plan.Evaluation.ANCHOR;
import static io.github.diffusion4j.core.plan.Evaluation.CHURN_NOISE;
import static io.github.diffusion4j.core.plan.Evaluation.CORRECTED;
import static io.github.diffusion4j.core.plan.Evaluation.INPUT;
import static io.github.diffusion4j.core.plan.Evaluation.MEMORY;
import static io.github.diffusion4j.core.plan.Evaluation.NEXT;
import static io.github.diffusion4j.core.plan.Evaluation.NOISE;
import static io.github.diffusion4j.core.plan.Evaluation.OUTPUT;
import static io.github.diffusion4j.core.plan.Evaluation.SAMPLE;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.kernel.Buffers;
import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.kernel.Pass;
import io.github.diffusion4j.core.kernel.Samples;
import io.github.diffusion4j.core.kernel.Scratch;
import io.github.diffusion4j.core.noise.BlockNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The memory of a run and what a step does to it: the only place where scalar programs meet arrays. Everything between two network evaluations is one pass over memory.
 *
 * <p>An engine that owns its arrays gives back those that a step is the last to read before it takes those that the step writes: the pass then works in place.
 */
final class Engine {

    private static final double NO_LIMIT = Double.POSITIVE_INFINITY;
    /** Samples of fewer values get their noise in an array: each would fill a block of its own. */
    private static final int WORTH_A_BLOCK = Scratch.SIZE / 2;

    private final DataCorrection correction;
    private final Buffers buffers;
    private final boolean owner;
    private final Pass pass;
    private final Drawn stepNoise = new Drawn();
    private final Drawn churnNoise = new Drawn();
    private final INDArray[] memory;
    /** The arrays before a step. */
    private final INDArray[] old;
    private final List<INDArray> temporaries = new ArrayList<>();
    private int remembered;
    private INDArray sample;
    private INDArray anchor;
    private INDArray input;

    private Engine(DataCorrection correction, Buffers buffers, boolean owner, int predictions) {
        this.correction = correction;
        this.buffers = buffers;
        this.owner = owner;
        this.pass = new Pass(MEMORY + predictions + 1);
        this.memory = new INDArray[predictions + 1];
        this.old = new INDArray[predictions + 3];
    }

    /** An engine with arrays of its own, for a whole run that remembers at most so many predictions. */
    static Engine owning(DataCorrection correction, Buffers buffers, int predictions) {
        return new Engine(correction, buffers, true, predictions);
    }

    /** An engine for the start of a run. */
    static Engine fresh(DataCorrection correction) {
        return new Engine(correction, Buffers.FRESH, false, 0);
    }

    /** An engine for one step from a state that stays as it is. */
    static Engine at(SamplerState state, DataCorrection correction) {
        Engine engine = new Engine(correction, Buffers.FRESH, false, state.predictions().size());
        engine.sample = state.sample();
        engine.anchor = state.anchor();
        engine.remembered = state.predictions().size();
        for (int k = 0; k < engine.remembered; k++) {
            engine.memory[k] = state.predictions().get(k);
        }
        return engine;
    }

    /** Gives all arrays back. */
    void free() {
        int count = sample == null ? 0 : list();
        for (int i = 0; i < count; i++) {
            if (!among(old[i], old, i)) {
                buffers.give(old[i]);
            }
        }
        dropInput();
        sample = null;
    }

    private void dropInput() {
        if (input != null) {
            buffers.give(input);
            input = null;
        }
    }

    INDArray sample() {
        return sample;
    }

    /** What the network sees: scaled where it asks for it. */
    INDArray input() {
        return input == null ? sample : input;
    }

    SamplerState state(int index) {
        return new SamplerState(index, sample, anchor, Arrays.asList(memory).subList(0, remembered));
    }

    /** Begins a run: scaled noise (or a sample, scale 1), churned and scaled for the first evaluation. The noise is not changed. */
    void begin(INDArray noise, double scale, Evaluation first, boolean withInput, NoiseSource source, NoiseRequest request) {
        pass.clear();
        pass.read(SAMPLE, noise);
        double[] weights = new double[MEMORY];
        weights[SAMPLE] = scale;
        pass.assign(NEXT, NO_LIMIT, weights);
        try {
            churn(first.churn(), noise, source, request);
            sample = take(NEXT, noise.dataType(), noise.shape());
            input(withInput ? first.input() : new double[0][]);
            pass.run();
        } finally {
            releaseTemporaries();
        }
        anchor = sample;
    }

    /** Continues from a state, whose arrays are copied. */
    void resume(SamplerState given, double[]... inputWeights) {
        SamplerState state = given.copy();
        sample = state.sample();
        anchor = state.anchor();
        remembered = Math.min(state.predictions().size(), memory.length - 1);
        for (int k = 0; k < remembered; k++) {
            memory[k] = state.predictions().get(k);
        }
        if (inputWeights.length > 0) {
            pass.clear();
            pass.read(NEXT, sample);
            input(inputWeights);
            pass.run();
        }
    }

    /** Takes the step that follows a network evaluation. If it fails (no noise, a variance that is none), nothing has changed. */
    void advance(Step step, INDArray output, boolean withInput, NoiseSource source) {
        check(step, output);
        try {
            INDArray prediction = step.learnsVariance() ? Kernels.channels(output, 0, sample.size(1)) : output;
            INDArray corrected = step.usesCorrected() && !fused() ? corrected(step, prediction) : null;
            INDArray noise = step.scales() ? noise(step, output, source) : null;
            pass.clear();
            read(step.remembers() ? 1 : 0, prediction, noise);
            if (step.usesNoise() && noise == null) {
                draw(NOISE, sample, source, step.request(), stepNoise);
            }
            assign(step, corrected, step.scaling().get(0) instanceof Langevin langevin ? sized(step, langevin, prediction, noise) : step.next());
            churn(step.churn(), sample, source, step.churnRequest());
            replace(step);
            if (withInput) {
                input(step.input());
            }
            pass.run();
        } finally {
            releaseTemporaries();
        }
    }

    private void assign(Step step, INDArray corrected, double[]... next) {
        if (corrected != null) {
            pass.read(CORRECTED, corrected);
        } else if (step.usesCorrected()) {
            pass.assign(CORRECTED, limit(), step.data());
        }
        if (step.remembers()) {
            pass.assign(MEMORY, NO_LIMIT, step.remember());
        }
        if (step.movesAnchor()) {
            pass.assign(ANCHOR, NO_LIMIT, step.anchor());
        }
        pass.assign(NEXT, NO_LIMIT, next);
    }

    private void read(int pushed, INDArray prediction, INDArray noise) {
        pass.read(SAMPLE, sample);
        pass.read(ANCHOR, anchor);
        pass.read(OUTPUT, prediction);
        pass.read(NOISE, noise);
        for (int k = 0; k < remembered; k++) {
            pass.read(MEMORY + pushed + k, memory[k]);
        }
    }

    /** The arrays after the step take the place of those before. An array that is only passed on stays, and with a step of one array many states share it. */
    private void replace(Step step) {
        DataType type = sample.dataType();
        long[] shape = sample.shape();
        INDArray newAnchor = step.keepAnchor() ? passedOn(step.anchor(), anchor) : null;
        INDArray pushed = step.remembers() ? passedOn(step.remember(), anchor) : null;
        INDArray newSample = step.churn().length == 0 ? passedOn(step.next(), newAnchor) : null;
        int count = list();
        remember(step, pushed);
        for (int i = 0; owner && i < count; i++) {
            if (old[i] != newAnchor && old[i] != newSample && !among(old[i], old, i) && !among(old[i], memory, remembered)) {
                buffers.give(old[i]);
            }
        }
        if (step.remembers() && remembered > 0 && pushed == null) {
            memory[0] = take(MEMORY, Kernels.computeType(type), shape);
        }
        if (step.keepAnchor() && newAnchor == null) {
            newAnchor = take(ANCHOR, type, shape);
        }
        sample = newSample == null ? take(NEXT, type, shape) : newSample;
        anchor = step.keepAnchor() ? newAnchor : sample;
    }

    /** Lists the arrays there are. */
    private int list() {
        int count = 0;
        old[count++] = sample;
        old[count++] = anchor;
        for (int k = 0; k < remembered; k++) {
            old[count++] = memory[k];
        }
        return count;
    }

    /** Moves the memory on. */
    private void remember(Step step, INDArray pushed) {
        if (step.remembers()) {
            System.arraycopy(memory, 0, memory, 1, Math.min(remembered, memory.length - 1));
            memory[0] = pushed;
            remembered++;
        }
        remembered = Math.min(remembered, step.keepPredictions());
    }

    private static boolean among(INDArray array, INDArray[] arrays, int count) {
        for (int i = 0; i < count; i++) {
            if (arrays[i] == array) {
                return true;
            }
        }
        return false;
    }

    /** The array that a combination is, if it is nothing but the sample or the anchor. */
    private INDArray passedOn(double[][] weights, INDArray currentAnchor) {
        return Evaluation.isOnly(weights, SAMPLE) ? sample : Evaluation.isOnly(weights, ANCHOR) ? currentAnchor : null;
    }

    private INDArray take(int register, DataType type, long... shape) {
        INDArray array = buffers.take(type, shape);
        pass.write(register, array);
        return array;
    }

    private void input(double[]... weights) {
        if (weights.length == 0) {
            dropInput();
        } else {
            input = input == null ? buffers.take(sample.dataType(), sample.shape()) : input;
            pass.write(INPUT, input);
            pass.assign(INPUT, NO_LIMIT, weights);
        }
    }

    private void churn(double[][] weights, INDArray like, NoiseSource source, NoiseRequest request) {
        if (weights.length > 0) {
            if (weights[0][CHURN_NOISE] != 0) {
                draw(CHURN_NOISE, like, source, request, churnNoise);
            }
            pass.assign(NEXT, NO_LIMIT, weights);
        }
    }

    /** Binds a register to noise: made by the pass where the source can, read from an array otherwise. Same bits. */
    private void draw(int register, INDArray like, NoiseSource source, NoiseRequest request, Drawn drawn) {
        if (source instanceof BlockNoise blocks && like.rank() > 0 && like.length() >= WORTH_A_BLOCK * like.size(0)) {
            blocks.check(request, like);
            pass.make(register, drawn.of(blocks, request));
        } else {
            pass.read(register, filled(like, source, request));
        }
    }

    private INDArray filled(INDArray like, NoiseSource source, NoiseRequest request) {
        INDArray noise = temporary(like);
        source.fill(request, noise);
        return noise;
    }

    private INDArray temporary(INDArray like) {
        INDArray array = buffers.take(Kernels.computeType(like.dataType()), like.shape());
        temporaries.add(array);
        return array;
    }

    private void releaseTemporaries() {
        while (!temporaries.isEmpty()) {
            buffers.give(temporaries.remove(temporaries.size() - 1));
        }
    }

    /** Whether the correction is part of the pass: a clamp at a known limit, or nothing. */
    private boolean fused() {
        return correction instanceof DataCorrection.Clip || correction.equals(DataCorrection.NONE);
    }

    private double limit() {
        return correction instanceof DataCorrection.Clip clip ? clip.range() : NO_LIMIT;
    }

    /** A correction that must see all values first is given an array of its own. */
    private INDArray corrected(Step step, INDArray prediction) {
        INDArray data = temporary(sample);
        pass.clear();
        pass.read(SAMPLE, sample);
        pass.read(OUTPUT, prediction);
        pass.write(CORRECTED, data);
        pass.assign(CORRECTED, NO_LIMIT, step.data());
        pass.run();
        correction.correct(data);
        return data;
    }

    /** What the solver takes for the clean data, written to an array. */
    void estimate(Evaluation evaluation, INDArray output, INDArray out) {
        Step step = Step.last(List.of(evaluation), NoiseRequest.step(0));
        check(step, output);
        INDArray prediction = step.learnsVariance() ? Kernels.channels(output, 0, sample.size(1)) : output;
        try {
            INDArray corrected = fused() ? null : corrected(step, prediction);
            pass.clear();
            read(0, prediction, null);
            if (corrected == null) {
                pass.assign(CORRECTED, limit(), step.data());
            } else {
                pass.read(CORRECTED, corrected);
            }
            pass.write(NEXT, out);
            pass.assign(NEXT, NO_LIMIT, evaluation.estimate());
            pass.run();
        } finally {
            releaseTemporaries();
        }
    }

    /** Noise that must be known before the pass: its scale follows from the network's output, or the step's size from its norm. */
    private INDArray noise(Step step, INDArray output, NoiseSource source) {
        INDArray noise = filled(sample, source, step.request());
        if (step.learnsVariance()) {
            INDArray variance = Kernels.channels(output, sample.size(1), 2 * sample.size(1));
            Samples.apply(noise, variance, row -> {
                LearnedVariance learned = (LearnedVariance) step.scaling().get(step.rows() == 1 ? 0 : row);
                return (z, v) -> z * learned.deviation(v);
            });
        }
        return noise;
    }

    /** The weights of a Langevin step, whose size follows from the norms of noise and score. */
    private static double[][] sized(Step step, Langevin langevin, INDArray prediction, INDArray noise) {
        double size = langevin.size(Samples.meanNorm(noise), Samples.meanNorm(prediction));
        double[] next = step.next()[0].clone();
        next[OUTPUT] *= size;
        next[NOISE] *= Math.sqrt(2 * size);
        return new double[][] {next};
    }

    private void check(Step step, INDArray output) {
        Kernels.computeType(sample.dataType());
        if (output.dataType() != sample.dataType()) {
            throw new IllegalArgumentException("the network output is " + output.dataType() + " but the sample is " + sample.dataType()
                    + "; cast one with castTo");
        }
        boolean learned = step.learnsVariance();
        if (learned && sample.rank() < 2) {
            throw new IllegalArgumentException("learned variance needs a channel axis, got a sample of shape " + Arrays.toString(sample.shape()));
        }
        if (learned || !Arrays.equals(output.shape(), sample.shape())) {
            checkShape(output, learned);
        }
        if (step.rows() > 1 && step.rows() != sample.size(0)) {
            throw new IllegalArgumentException("got " + step.rows() + " timesteps for " + sample.size(0) + " samples; give one, or one per sample");
        }
    }

    private void checkShape(INDArray output, boolean learned) {
        long[] expected = sample.shape().clone();
        if (learned) {
            expected[1] *= 2;
        }
        if (!Arrays.equals(output.shape(), expected)) {
            throw new IllegalArgumentException("the network output has shape " + Arrays.toString(output.shape()) + ", expected "
                    + Arrays.toString(expected) + (learned ? " (twice the sample's channels: prediction and learned variance)" : ""));
        }
    }
}
