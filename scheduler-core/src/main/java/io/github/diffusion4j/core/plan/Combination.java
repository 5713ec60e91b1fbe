package io.github.diffusion4j.core.plan;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * Weights of a linear combination of what a solver knows after a network evaluation:
 * <pre>
 *   sample * x + anchor * a + data * x0^ + base * u0^ + epsilon * eps^ + memory[0] * m0 + memory[1] * m1 + ... + noise * z
 * </pre>
 *
 * <p>{@code x0^} is the network's estimate of the data after the {@link io.github.diffusion4j.core.DataCorrection};
 * {@code eps^} is its estimate of the noise, never corrected. To use the noise that a corrected estimate implies, write
 * {@code (x - alpha x0^) / sigma}. {@code u0^} is the estimate of the data by the network without condition, never corrected; in a run without guidance it is {@code x0^}.
 *
 * @param sample the weight of the sample the network saw (before input scaling)
 * @param anchor the weight of the anchor, an earlier sample that a multi-evaluation step starts from
 * @param data the weight of the estimate of the clean data
 * @param base the weight of the estimate of the data without guidance, from {@link io.github.diffusion4j.core.guidance.Branch#UNCONDITIONAL}
 * @param epsilon the weight of the estimate of the noise
 * @param memory the weights of the remembered predictions, newest first
 * @param noise the weight of fresh N(0, I) noise
 */
public record Combination(double sample, double anchor, double data, double base, double epsilon, List<Double> memory, double noise)
        implements Serializable {

    /** Nothing: every weight is zero. */
    public static final Combination ZERO = new Combination(0, 0, 0, 0, 0, List.of(), 0);

    /** The sample itself. */
    public static final Combination SAMPLE = ZERO.withSample(1);

    /** The anchor itself. */
    public static final Combination ANCHOR = ZERO.withAnchor(1);

    /** Copies the list of weights. */
    public Combination {
        memory = List.copyOf(memory);
    }

    /**
     * With another weight for the sample.
     *
     * @param weight the weight
     * @return the combination
     */
    public Combination withSample(double weight) {
        return new Combination(weight, anchor, data, base, epsilon, memory, noise);
    }

    /**
     * With another weight for the anchor.
     *
     * @param weight the weight
     * @return the combination
     */
    public Combination withAnchor(double weight) {
        return new Combination(sample, weight, data, base, epsilon, memory, noise);
    }

    /**
     * With another weight for the estimate of the data.
     *
     * @param weight the weight
     * @return the combination
     */
    public Combination withData(double weight) {
        return new Combination(sample, anchor, weight, base, epsilon, memory, noise);
    }

    /**
     * With another weight for the estimate of the data without guidance.
     *
     * @param weight the weight
     * @return the combination
     */
    public Combination withBase(double weight) {
        return new Combination(sample, anchor, data, weight, epsilon, memory, noise);
    }

    /**
     * With another weight for the estimate of the noise.
     *
     * @param weight the weight
     * @return the combination
     */
    public Combination withEpsilon(double weight) {
        return new Combination(sample, anchor, data, base, weight, memory, noise);
    }

    /**
     * With other weights for the remembered predictions.
     *
     * @param weights the weights, newest first
     * @return the combination
     */
    public Combination withMemory(double... weights) {
        return new Combination(sample, anchor, data, base, epsilon, Arrays.stream(weights).boxed().toList(), noise);
    }

    /**
     * With another weight for fresh noise.
     *
     * @param weight the weight
     * @return the combination
     */
    public Combination withNoise(double weight) {
        return new Combination(sample, anchor, data, base, epsilon, memory, weight);
    }
}
