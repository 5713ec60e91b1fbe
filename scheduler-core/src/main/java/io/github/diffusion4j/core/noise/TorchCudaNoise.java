package io.github.diffusion4j.core.noise;

import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.random.TorchCudaGenerator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The noise of PyTorch's CUDA generator as the web UIs compute it on the CPU, within 1e-6; see {@link TorchCudaGenerator} for its limits. Calls count as in
 * {@link TorchNoise}. Always drawn in float32.
 *
 * @param seed the seed
 * @param evaluations the evaluations that draw, in order; empty if all do
 */
public record TorchCudaNoise(long seed, List<Integer> evaluations) implements NoiseSource {

    /** Copies the list. */
    public TorchCudaNoise {
        evaluations = List.copyOf(evaluations);
    }

    /**
     * One generator for start and steps.
     *
     * @param seed the seed
     * @return the source
     */
    public static TorchCudaNoise of(long seed) {
        return new TorchCudaNoise(seed, List.of());
    }

    /**
     * The same noise if these evaluations draw, whatever a run says.
     *
     * @param which the evaluations that draw, in order
     * @return the source
     */
    public TorchCudaNoise drawnAt(int... which) {
        return new TorchCudaNoise(seed, IntStream.of(which).boxed().toList());
    }

    @Override
    public TorchCudaNoise forRun(int... noisyEvaluations) {
        return evaluations.isEmpty() ? drawnAt(noisyEvaluations) : this;
    }

    @Override
    public void fill(NoiseRequest request, HostArray out) {
        out.fill(TorchCudaGenerator.randn(seed, TorchNoise.call(request, true, evaluations), out.length()));
    }
}
