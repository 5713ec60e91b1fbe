package io.github.diffusion4j.docs.digits;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.samplers.solvers.Coordinate;
import io.github.diffusion4j.samplers.solvers.Heun;
import io.github.diffusion4j.samplers.likelihood.FlowLikelihood;
import io.github.diffusion4j.samplers.likelihood.Likelihood;
import io.github.diffusion4j.samplers.likelihood.Prior;
import io.github.diffusion4j.samplers.likelihood.Probes;
import io.github.diffusion4j.samplers.training.Recipe;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How many bits a pixel of held-out digits costs under a model: the density of digits with a little Gaussian noise, by the probability flow, less the entropy of that noise. The noise takes the part
 * of dequantisation (Zheng et al., arXiv:2305.03935, section 4): grey levels lie 1/8 apart, six deviations, so that a noisy pixel says which level it was. All recipes start and end at the
 * same sigma / alpha, so that they are measured alike.
 *
 * @param digits held-out digits
 * @param mean the mean of the data
 * @param variance their variance
 * @param seed of noise and probes
 */
record Bits(Digits digits, double mean, double variance, long seed) {

    /** A sixth of the distance of grey levels. */
    private static final double LOWEST = 1.0 / 48;
    private static final double HIGHEST = 80;
    private static final int STEPS = 24;

    double of(Denoiser denoiser, Recipe recipe) {
        List<NoiseLevel> levels = IntStream.rangeClosed(0, STEPS).mapToObj(i -> recipe.schedule().atEdmSigma(LOWEST * Math.pow(HIGHEST / LOWEST, (double) i / STEPS))).toList();
        TimeGrid grid = TimeGrid.contiguous(levels.subList(0, STEPS), levels.get(STEPS)).withCurve(recipe.schedule());
        NoiseLevel start = levels.get(0);
        INDArray noise = CounterNoise.of(seed).draw(NoiseRequest.forward(0), DataType.FLOAT, digits.images().shape());
        INDArray noised = digits.images().mul(start.alpha()).addi(noise.muli(start.sigma()));
        int dimensions = Digits.SIDE * Digits.SIDE;
        double[] density = new FlowLikelihood(new Heun(Coordinate.EDM), grid, recipe.parameterization())
                .of(Nd4jArrays.ND4J, denoiser.jacobian(digits.labels()), noised, Probes.rademacher(CounterNoise.of(seed + 1)), Prior.ofData(mean, variance)).logDensity();
        // The density of x / alpha, and the entropy of the noise in it.
        double entropy = dimensions * 0.5 * Math.log(2 * Math.PI * Math.E * start.edmSigma() * start.edmSigma());
        return Arrays.stream(density).map(log -> Likelihood.bits(-(log + dimensions * Math.log(start.alpha())) - entropy, dimensions)).average().orElseThrow();
    }
}
