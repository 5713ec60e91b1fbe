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
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What a step does to the arrays of a run: the only place where scalar programs meet arrays. Everything between two network evaluations is one pass over memory. */
final class Engine {

    /** No weights. */
    static final double[][] NOTHING = {};
    private static final double NO_LIMIT = Double.POSITIVE_INFINITY;
    /** Samples of fewer values get their noise in an array: each would fill a block of its own. */
    private static final int WORTH_A_BLOCK = Scratch.SIZE / 2;

    private final DataCorrection correction;
    private final Pass pass;
    private final RunMemory memory;
    private final Drawn stepNoise = new Drawn();
    private final Drawn churnNoise = new Drawn();
    /** Whether noise is made while the pass runs. */
    private boolean makesNoise;

    private Engine(DataCorrection correction, Buffers buffers, boolean owner, int predictions) {
        this.correction = correction;
        this.pass = new Pass(MEMORY + predictions + 1);
        this.memory = new RunMemory(pass, buffers, owner, predictions);
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
        engine.memory.set(state);
        return engine;
    }

    /** Gives all arrays back. */
    void free() {
        memory.free();
    }

    INDArray sample() {
        return memory.sample();
    }

    /** What the network sees: scaled where it asks for it. */
    INDArray input() {
        return memory.input();
    }

    SamplerState state(int index, String plan) {
        return memory.state(index, plan);
    }

    /** Begins a run: scaled noise (or a sample, scale 1), churned and scaled for the first evaluation. The noise is not changed. */
    void begin(INDArray noise, double scale, Evaluation first, boolean withInput, NoiseSource source, NoiseRequest request) {
        Fit.checkOpen(noise, "the array that the run starts from");
        clear();
        pass.read(SAMPLE, noise);
        double[] weights = new double[MEMORY];
        weights[SAMPLE] = scale;
        pass.assign(NEXT, NO_LIMIT, weights);
        try {
            churn(first.churn(), noise, source, request);
            memory.prepareStart(noise.dataType(), noise.shape());
            finish(withInput ? first.input() : NOTHING);
        } finally {
            memory.rollback();
            memory.releaseTemporaries();
        }
    }

    /** Continues from a state, whose arrays are copied. */
    void resume(SamplerState given, double[]... inputWeights) {
        memory.set(given.copy());
        inputOf(inputWeights);
    }

    /** Makes the network's input of the sample as it is now. */
    private void inputOf(double[]... weights) {
        memory.prepareSame();
        if (weights.length == 0) {
            memory.prepareNoInput();
        } else {
            clear();
            pass.read(NEXT, memory.sample());
            pass.write(INPUT, memory.prepareInput(true));
            pass.assign(INPUT, NO_LIMIT, weights);
            pass.run();
        }
        memory.commit();
    }

    /** Puts what is known into the sample, in place. */
    void keep(INDArray known, Mask mask, double[]... inputWeights) {
        mask.blend(memory.ownSample(), known);
        inputOf(inputWeights);
    }

    /**
     * Takes the step that follows a network evaluation. If it fails, nothing has changed: all that can fail comes before the pass writes, and where the pass itself makes noise it
     * writes to other arrays than it reads.
     */
    void advance(Step step, INDArray output, boolean withInput, NoiseSource source) {
        memory.checkOpen();
        Fit.check(step, output, memory.sample());
        try {
            INDArray prediction = step.learnsVariance() ? Kernels.channels(output, 0, memory.sample().size(1)) : output;
            INDArray corrected = step.usesCorrected() && !fused() ? corrected(step, prediction) : null;
            INDArray noise = step.scales() ? noise(step, output, source) : null;
            clear();
            read(step.remembers() ? 1 : 0, prediction, noise);
            if (step.usesNoise() && noise == null) {
                draw(NOISE, memory.sample(), source, step.request(), stepNoise);
            }
            assign(step, corrected, step.scaling().get(0) instanceof Langevin langevin ? sized(step, langevin, prediction, noise) : step.next());
            churn(step.churn(), memory.sample(), source, step.churnRequest());
            memory.prepare(step, !makesNoise);
            finish(withInput ? step.input() : NOTHING);
        } finally {
            memory.rollback();
            memory.releaseTemporaries();
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
        boolean rounds = Kernels.computeType(memory.nextSample().dataType()) != memory.nextSample().dataType();
        if (inputWeights.length > 0 && !rounds) {
            pass.write(INPUT, memory.prepareInput(!makesNoise));
            pass.assign(INPUT, NO_LIMIT, inputWeights);
        } else {
            memory.prepareNoInput();
        }
        pass.run();
        memory.commit();
        if (inputWeights.length > 0 && rounds) {
            inputOf(inputWeights);
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
        pass.read(SAMPLE, memory.sample());
        pass.read(ANCHOR, memory.anchor());
        pass.read(OUTPUT, prediction);
        pass.read(NOISE, noise);
        memory.readPredictions(pushed);
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
            makesNoise = true;
        } else {
            pass.read(register, filled(like, source, request));
        }
    }

    private INDArray filled(INDArray like, NoiseSource source, NoiseRequest request) {
        INDArray noise = memory.temporary(like);
        source.fill(request, noise);
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
    private INDArray corrected(Step step, INDArray prediction) {
        INDArray data = memory.temporary(memory.sample());
        clear();
        pass.read(SAMPLE, memory.sample());
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
        memory.checkOpen();
        Fit.check(step, output, memory.sample());
        INDArray prediction = step.learnsVariance() ? Kernels.channels(output, 0, memory.sample().size(1)) : output;
        try {
            INDArray corrected = fused() ? null : corrected(step, prediction);
            clear();
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
            memory.releaseTemporaries();
        }
    }

    /** Noise that must be known before the pass: its scale follows from the network's output, or the step's size from its norm. */
    private INDArray noise(Step step, INDArray output, NoiseSource source) {
        INDArray noise = filled(memory.sample(), source, step.request());
        if (step.learnsVariance()) {
            INDArray variance = Kernels.channels(output, memory.sample().size(1), 2 * memory.sample().size(1));
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
}
