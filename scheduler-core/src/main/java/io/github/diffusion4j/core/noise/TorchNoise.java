package io.github.diffusion4j.core.noise;

import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.random.TorchGenerator;
import io.github.diffusion4j.core.random.TorchType;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The noise of PyTorch's CPU generator, to the last bit: what {@code torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=...)} gives, call by call.
 * The start noise is the first call; the evaluations of a run that draw take the next ones, in order. A plan or a session says which those are, or {@link #drawnAt} does, for classes of
 * Diffusers that draw noise and throw it away; asked without either, evaluation i gets call i + 2. Training iteration i gets call i + 1. Batches are drawn as one
 * tensor; for one generator for each sample, as pipelines take them, use {@code NoiseSource.perSample(TorchNoise.of(1), TorchNoise.of(2))}.
 *
 * <p>A pure function all the same: a late draw skips the words of the earlier ones, about a nanosecond each.
 *
 * @param startSeed the seed of the start noise
 * @param stepSeed the seed of the noise of steps
 * @param oneGenerator whether the steps go on where the start noise ended
 * @param evaluations the evaluations that draw, in order; empty if all do
 */
public record TorchNoise(long startSeed, long stepSeed, boolean oneGenerator, List<Integer> evaluations) implements NoiseSource {

    /** Copies the list. */
    public TorchNoise {
        evaluations = List.copyOf(evaluations);
    }

    /**
     * One generator for start and steps, as in Diffusers' pipelines.
     *
     * @param seed the seed
     * @return the source
     */
    public static TorchNoise of(long seed) {
        return new TorchNoise(seed, seed, true, List.of());
    }

    /**
     * Generators of their own for start and steps. ComfyUI's stochastic samplers take seed + 1 for the steps on the CPU (the seed itself before 2025-12).
     *
     * @param startSeed the seed of the start noise
     * @param stepSeed the seed of the noise of steps
     * @return the source
     */
    public static TorchNoise of(long startSeed, long stepSeed) {
        return new TorchNoise(startSeed, stepSeed, false, List.of());
    }

    /**
     * The same noise if these evaluations draw, whatever a run says.
     *
     * @param which the evaluations that draw in Python, in order
     * @return the source
     */
    public TorchNoise drawnAt(int... which) {
        return new TorchNoise(startSeed, stepSeed, oneGenerator, IntStream.of(which).boxed().toList());
    }

    @Override
    public TorchNoise forRun(int... noisyEvaluations) {
        return evaluations.isEmpty() ? drawnAt(noisyEvaluations) : this;
    }

    @Override
    public void fill(NoiseRequest request, HostArray out) {
        int count = out.length();
        TorchType type = type(out.type());
        boolean start = request.stream() != NoiseRequest.Stream.STEP;
        TorchGenerator generator = TorchGenerator.seeded(start ? startSeed : stepSeed);
        out.fill(generator.afterRandn(type, count, call(request)).randn(type, count).values());
    }

    private int call(NoiseRequest request) {
        return call(request, oneGenerator, evaluations);
    }

    /** How many calls came before a request. */
    static int call(NoiseRequest request, boolean oneGenerator, List<Integer> evaluations) {
        return switch (request.stream()) {
            case START -> 0;
            case FORWARD -> request.index();
            case STEP -> (oneGenerator ? 1 : 0) + position(request, evaluations);
        };
    }

    /** The place of an evaluation among those that draw. Where one draws twice, the draw before the network (1) comes first. */
    private static int position(NoiseRequest request, List<Integer> evaluations) {
        if (evaluations.isEmpty()) {
            return request.index();
        }
        int position = request.draw() == 0 ? evaluations.lastIndexOf(request.index()) : evaluations.indexOf(request.index());
        if (position < 0) {
            throw new IllegalArgumentException("evaluation " + request.index() + " draws, but this source was told that only " + evaluations + " do");
        }
        return position;
    }

    private static TorchType type(ElementType type) {
        return switch (type) {
            case FLOAT -> TorchType.FLOAT32;
            case DOUBLE -> TorchType.FLOAT64;
            case HALF -> TorchType.FLOAT16;
            case BFLOAT16 -> TorchType.BFLOAT16;
            case INT64 -> throw ElementType.unsupported(type);
        };
    }
}
