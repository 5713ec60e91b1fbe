package io.github.diffusion4j.core.plan;

import static io.github.diffusion4j.core.plan.Evaluation.ANCHOR;
import static io.github.diffusion4j.core.plan.Evaluation.CORRECTED;
import static io.github.diffusion4j.core.plan.Evaluation.MEMORY;
import static io.github.diffusion4j.core.plan.Evaluation.NOISE;
import static io.github.diffusion4j.core.plan.Evaluation.OUTPUT;
import static io.github.diffusion4j.core.plan.Evaluation.SAMPLE;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.kernel.Buffers;
import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.kernel.Term;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Applies a compiled evaluation to arrays: the only place where scalar programs meet memory.
 *
 * <p>{@code rows} holds one evaluation for the whole batch, or one per sample when samples stand at different timesteps.
 */
final class Engine {

    private final List<Evaluation> rows;
    private final DataCorrection correction;
    private final Buffers buffers;
    private final INDArray[] registers;
    private final DataType type;
    private final long[] shape;
    private final List<INDArray> temporaries = new ArrayList<>();

    private Engine(List<Evaluation> rows, DataCorrection correction, Buffers buffers, INDArray output, SamplerState state) {
        this.rows = rows;
        this.correction = correction;
        this.buffers = buffers;
        this.type = state.sample().dataType();
        this.shape = state.sample().shape();
        this.registers = new INDArray[MEMORY + state.predictions().size() + 1];
        registers[SAMPLE] = state.sample();
        registers[ANCHOR] = state.anchor();
        registers[OUTPUT] = prediction(output);
    }

    /** What a step keeps for the steps after it. */
    record Keep(boolean anchor, int predictions) {}

    static SamplerState step(List<Evaluation> rows, DataCorrection correction, Keep keep, INDArray output, SamplerState state,
            NoiseSource source, NoiseRequest request, Buffers buffers) {
        check(rows, output, state);
        Engine engine = new Engine(rows, correction, buffers, output, state);
        try {
            return engine.advance(keep, output, state, source, request);
        } finally {
            engine.temporaries.forEach(buffers::give);
        }
    }

    /** What the solver takes for the clean data, in the sample's type. */
    static INDArray data(List<Evaluation> rows, DataCorrection correction, INDArray output, SamplerState state) {
        check(rows, output, state);
        Engine engine = new Engine(rows, correction, Buffers.FRESH, output, state);
        INDArray corrected = engine.corrected();
        engine.registers[CORRECTED] = corrected;
        INDArray estimate = engine.combineAnew(Evaluation::estimate, engine.type);
        corrected.close();
        return estimate;
    }

    /** The sample as the network is to see it: churned where the solver asks for it. */
    static INDArray before(Evaluation evaluation, INDArray sample, NoiseSource source, NoiseRequest request, Buffers buffers) {
        double[] weights = evaluation.before();
        if (Evaluation.isOnly(weights, SAMPLE)) {
            return sample;
        }
        INDArray out = buffers.take(sample.dataType(), sample.shape());
        if (weights[NOISE] == 0) {
            Kernels.combine(out, Term.of(sample, weights[SAMPLE]));
            return out;
        }
        INDArray noise = draw(source, request, buffers, sample.dataType(), sample.shape());
        Kernels.combine(out, Term.of(sample, weights[SAMPLE]), Term.of(noise, weights[NOISE]));
        buffers.give(noise);
        return out;
    }

    private static INDArray draw(NoiseSource source, NoiseRequest request, Buffers buffers, DataType type, long[] shape) {
        INDArray noise = buffers.take(Kernels.computeType(type), shape);
        source.fill(request, noise);
        return noise;
    }

    private SamplerState advance(Keep keep, INDArray output, SamplerState state, NoiseSource source, NoiseRequest request) {
        if (any(Evaluation::usesCorrected)) {
            registers[CORRECTED] = temporary(corrected());
        }
        if (any(Evaluation::usesNoise)) {
            registers[NOISE] = temporary(noise(output, source, request));
        }
        List<Evaluation> scaled = rows.stream().map(this::sized).toList();
        List<INDArray> memory = new ArrayList<>(state.predictions());
        if (any(Evaluation::remembers)) {
            memory.add(0, combine(Evaluation::remember, Kernels.computeType(type)));
        }
        for (int k = 0; k < memory.size(); k++) {
            registers[MEMORY + k] = memory.get(k);
        }
        boolean anchorRead = keep.anchor() || any(e -> e.next()[ANCHOR] != 0);
        INDArray anchor = anchorRead ? combine(Evaluation::anchor, type) : state.anchor();
        registers[ANCHOR] = anchor;
        INDArray sample = combine(scaled, Evaluation::next, type);
        if (anchorRead && !keep.anchor() && anchor != sample && madeHere(anchor, state)) {
            temporary(anchor);
        }
        while (memory.size() > keep.predictions()) {
            INDArray last = memory.remove(memory.size() - 1);
            if (last != sample && madeHere(last, state)) {
                temporary(last);
            }
        }
        return new SamplerState(state.index() + 1, sample, keep.anchor() ? anchor : sample, memory);
    }

    /** Whether an array is this step's own: neither the caller's nor a register that was only passed on. Arrays with equal values are not the same array. */
    private static boolean madeHere(INDArray array, SamplerState state) {
        return array != state.sample() && array != state.anchor() && state.predictions().stream().noneMatch(prediction -> prediction == array);
    }

    /** The correction works in place, so the estimate is always an array of its own. */
    private INDArray corrected() {
        INDArray data = combineAnew(Evaluation::data, Kernels.computeType(type));
        correction.correct(data);
        return data;
    }

    private INDArray noise(INDArray output, NoiseSource source, NoiseRequest request) {
        INDArray noise = draw(source, request, buffers, type, shape);
        if (rows.get(0).learnsVariance()) {
            INDArray variance = Kernels.channels(output, shape[1], 2 * shape[1]);
            Kernels.apply(noise, variance, row -> {
                LearnedVariance learned = (LearnedVariance) rows.get(rows.size() == 1 ? 0 : row).scaling();
                return (z, v) -> z * learned.deviation(v);
            });
        }
        return noise;
    }

    /** The evaluation with a Langevin step size from the norms of noise and score, where it asks for one. */
    private Evaluation sized(Evaluation evaluation) {
        return evaluation.scaling() instanceof Langevin langevin
                ? evaluation.withStepSize(langevin.size(Kernels.meanNorm(registers[NOISE]), Kernels.meanNorm(registers[OUTPUT])))
                : evaluation;
    }

    private INDArray prediction(INDArray output) {
        return rows.get(0).learnsVariance() ? Kernels.channels(output, 0, shape[1]) : output;
    }

    /** One combination over the registers; a register that is only passed on is returned as it is. */
    private INDArray combine(Function<Evaluation, double[]> part, DataType resultType) {
        return combine(rows, part, resultType);
    }

    private INDArray combine(List<Evaluation> weighted, Function<Evaluation, double[]> part, DataType resultType) {
        double[] first = part.apply(weighted.get(0));
        for (int register : new int[] {SAMPLE, ANCHOR}) {
            if (weighted.size() == 1 && Evaluation.isOnly(first, register)) {
                return registers[register];
            }
        }
        return combineAnew(weighted, part, resultType);
    }

    private INDArray combineAnew(Function<Evaluation, double[]> part, DataType resultType) {
        return combineAnew(rows, part, resultType);
    }

    private INDArray combineAnew(List<Evaluation> weighted, Function<Evaluation, double[]> part, DataType resultType) {
        double[] first = part.apply(weighted.get(0));
        List<Term> terms = new ArrayList<>();
        for (int register = 0; register < first.length; register++) {
            int k = register;
            double[] weights = weighted.stream().mapToDouble(row -> part.apply(row)[k]).toArray();
            if (!Evaluation.isZero(weights)) {
                terms.add(Term.of(registers[register], weights));
            }
        }
        INDArray out = buffers.take(resultType, shape);
        Kernels.combine(out, terms.toArray(Term[]::new));
        return out;
    }

    private INDArray temporary(INDArray array) {
        temporaries.add(array);
        return array;
    }

    private boolean any(Predicate<Evaluation> property) {
        return rows.stream().anyMatch(property);
    }

    private static void check(List<Evaluation> rows, INDArray output, SamplerState state) {
        INDArray sample = state.sample();
        Kernels.computeType(sample.dataType());
        if (output.dataType() != sample.dataType()) {
            throw new IllegalArgumentException("the network output is " + output.dataType() + " but the sample is " + sample.dataType()
                    + "; cast one with castTo");
        }
        long[] expected = sample.shape().clone();
        boolean learned = rows.get(0).learnsVariance();
        if (learned) {
            if (expected.length < 2) {
                throw new IllegalArgumentException("learned variance needs a channel axis, got a sample of shape " + Arrays.toString(expected));
            }
            expected[1] *= 2;
        }
        if (!Arrays.equals(output.shape(), expected)) {
            throw new IllegalArgumentException("the network output has shape " + Arrays.toString(output.shape()) + ", expected "
                    + Arrays.toString(expected) + (learned ? " (twice the sample's channels: prediction and learned variance)" : ""));
        }
        if (rows.size() > 1 && rows.size() != sample.size(0)) {
            throw new IllegalArgumentException("got " + rows.size() + " timesteps for " + sample.size(0) + " samples; give one, or one per sample");
        }
    }
}
