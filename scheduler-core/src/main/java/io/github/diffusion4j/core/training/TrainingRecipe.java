package io.github.diffusion4j.core.training;

import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.kernel.Term;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.CounterUniform;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.plan.Noising;
import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How a training batch is made of clean data: which noise levels, which noise, which weights. The forward process and what the network predicts are the scheduler's.
 *
 * <pre>{@code
 *   TrainingRecipe recipe = TrainingRecipe.of(LevelDraw.uniformFlowTime().shifted(3).on(scheduler.schedule())).withUniforms(Uniforms.stratified());
 *   NoisedBatch<INDArray> batch = recipe.batch(scheduler, images, 42, iteration);
 * }</pre>
 *
 * @param levels which noise levels
 * @param uniforms how the levels of a batch go together, and which of several batches it is: groups with the same seed and iteration have noise of their own
 * @param weight the weight of the squared error
 * @param shape what noise is drawn
 * @param coupling which noise goes with which data
 * @param perturbation the g of input perturbation: the network sees data with the noise {@code eps + g xi}, and is to find eps (Ning et al., arXiv:2301.11706, algorithm 1); 0 for none
 */
public record TrainingRecipe(LevelSampler levels, Uniforms uniforms, LossWeight weight, NoiseShape shape, Coupling coupling, double perturbation) implements Serializable {

    /** The draws of an iteration: the noise, the perturbation, and those of the shape from here on. */
    private static final int PERTURBATION = 1;
    private static final int SHAPE = 2;
    /** Apart from the numbers of the levels. */
    private static final long SHAPE_SEED = 0x5851F42D4C957F2DL;
    private static final int MOST_DRAWS = 1 << 10;

    /** Checks the perturbation. */
    public TrainingRecipe {
        if (!(perturbation >= 0 && Double.isFinite(perturbation))) {
            throw new IllegalArgumentException("the perturbation of the input must be at least 0 and finite, got " + perturbation);
        }
    }

    /**
     * A recipe with independent levels, weight 1 for the network's output, and white noise.
     *
     * @param levels which noise levels
     * @return the recipe
     */
    public static TrainingRecipe of(LevelSampler levels) {
        return new TrainingRecipe(levels, Uniforms.independent(), LossWeight.plain(), NoiseShape.white(), Coupling.independent(), 0);
    }

    /**
     * With other levels.
     *
     * @param other which noise levels
     * @return the recipe
     */
    public TrainingRecipe withLevels(LevelSampler other) {
        return new TrainingRecipe(other, uniforms, weight, shape, coupling, perturbation);
    }

    /**
     * With levels that go together in another way.
     *
     * @param other how
     * @return the recipe
     */
    public TrainingRecipe withUniforms(Uniforms other) {
        return new TrainingRecipe(levels, other, weight, shape, coupling, perturbation);
    }

    /**
     * With another loss weight.
     *
     * @param other the weight
     * @return the recipe
     */
    public TrainingRecipe withWeight(LossWeight other) {
        return new TrainingRecipe(levels, uniforms, other, shape, coupling, perturbation);
    }

    /**
     * With other noise.
     *
     * @param other what is done to white noise
     * @return the recipe
     */
    public TrainingRecipe withShape(NoiseShape other) {
        return new TrainingRecipe(levels, uniforms, weight, other, coupling, perturbation);
    }

    /**
     * With another coupling of data and noise.
     *
     * @param other the coupling
     * @return the recipe
     */
    public TrainingRecipe withCoupling(Coupling other) {
        return new TrainingRecipe(levels, uniforms, weight, shape, other, perturbation);
    }

    /**
     * With input perturbation.
     *
     * @param g its strength, at least 0; 0.1 usually
     * @return the recipe
     */
    public TrainingRecipe withPerturbation(double g) {
        return new TrainingRecipe(levels, uniforms, weight, shape, coupling, g);
    }

    /**
     * The batches of this recipe over a process.
     *
     * @param <A> the array of a library
     * @param process the forward process and the parameterization: a scheduler, or {@code scheduler.on(arrays)}
     * @return what makes them
     */
    public <A> TrainingBatches<A> on(Noising<A> process) {
        return new Over<>(this, process);
    }

    /** A recipe over a process. */
    private record Over<A>(TrainingRecipe recipe, Noising<A> process) implements TrainingBatches<A> {

        private static final long serialVersionUID = 1;

        @Override
        public NoisedBatch<A> batch(A data, List<A> conditions, long seed, int iteration) {
            return recipe.batch(process, data, seed, iteration);
        }
    }

    /**
     * The batch of an iteration, a pure function of its arguments.
     *
     * @param <A> the array of a library
     * @param process the forward process and the parameterization: a scheduler, or {@code scheduler.on(arrays)}
     * @param data the clean data x0
     * @param seed any number
     * @param iteration the training iteration, from 0
     * @return the batch, of new arrays
     */
    public <A> NoisedBatch<A> batch(Noising<A> process, A data, long seed, int iteration) {
        A noise = noise(process, data, seed, iteration);
        try {
            return batch(process, data, noise, seed, iteration);
        } finally {
            process.arrays().close(noise);
        }
    }

    /**
     * The batch of an iteration with noise that is given: pairs of a network's own start noise and result (reflow, Liu et al., arXiv:2209.03003, section 2.2), or the same noise for a picture that
     * is preferred and one that is not. Shape and coupling are not used.
     *
     * @param <A> the array of a library
     * @param process the forward process and the parameterization
     * @param data the clean data x0
     * @param noise the noise of each sample, of the data's shape and type
     * @param seed any number
     * @param iteration the training iteration, from 0
     * @return the batch, of new arrays
     */
    public <A> NoisedBatch<A> batch(Noising<A> process, A data, A noise, long seed, int iteration) {
        DrawnLevels drawn = drawn(process, data, seed, iteration);
        if (perturbation == 0) {
            return NoisedBatch.of(process, data, noise, drawn, weight);
        }
        Arrays<A> arrays = process.arrays();
        A seen = source(seed, arrays.shape(data)).draw(arrays, new NoiseRequest(NoiseRequest.Stream.FORWARD, iteration, PERTURBATION, NoiseRequest.Interval.NONE), arrays.type(data), arrays.shape(data));
        try {
            Kernels.combine(arrays, process.rows(), seen, true, List.of(new Term<>(noise, 1), new Term<>(seen, perturbation)));
            return NoisedBatch.of(process, data, noise, seen, drawn, weight);
        } finally {
            arrays.close(seen);
        }
    }

    /**
     * The levels of an iteration.
     *
     * @param <A> the array of a library
     * @param process the forward process
     * @param data the clean data, whose rows get a level each
     * @param seed any number
     * @param iteration the training iteration, from 0
     * @return the levels
     */
    public <A> DrawnLevels drawn(Noising<A> process, A data, long seed, int iteration) {
        return levels.draw(uniforms, new CounterUniform(seed), iteration, process.rows().count(process.arrays().shape(data)));
    }

    /**
     * The noise of an iteration: drawn, shaped and coupled with the data.
     *
     * @param <A> the array of a library
     * @param process the forward process
     * @param data the clean data
     * @param seed any number
     * @param iteration the training iteration, from 0
     * @return the noise, a new array owned by the caller
     */
    public <A> A noise(Noising<A> process, A data, long seed, int iteration) {
        Arrays<A> arrays = process.arrays();
        A noise = source(seed, arrays.shape(data)).draw(arrays, NoiseRequest.forward(iteration), arrays.type(data), arrays.shape(data));
        if (!(shape instanceof NoiseShape.White && coupling instanceof Coupling.Independent)) {
            arrays.onHost(noise, true, host -> arrays.onHost(data, false, clean -> {
                shape.shape(host, clean, draws(seed, iteration));
                permute(host, coupling.permutation(clean, host));
            }));
        }
        return noise;
    }

    /** Sample i of group g in G is sample {@code g + i G} of the noise. */
    private CounterNoise source(long seed, long... shape) {
        CounterNoise all = CounterNoise.of(seed);
        return uniforms.groups() == 1 || shape.length == 0 ? all : all.forSamples(IntStream.range(0, (int) shape[0]).map(uniforms::place).toArray());
    }

    private static void permute(HostArray noise, int... permutation) {
        HostArray drawn = HostArrays.HEAP.copy(noise);
        for (int sample = 0; sample < permutation.length; sample++) {
            noise.row(sample).assign(drawn.row(permutation[sample]));
        }
    }

    private NoiseShape.Draws draws(long seed, int iteration) {
        CounterUniform places = new CounterUniform(seed ^ SHAPE_SEED);
        return new NoiseShape.Draws() {
            @Override
            public double[] normals(int draw, int sample, int count) {
                HostArray numbers = HostArray.of(new double[count], 1, count);
                CounterNoise.of(seed).forSamples(uniforms.place(sample)).fill(new NoiseRequest(NoiseRequest.Stream.FORWARD, iteration, SHAPE + draw, NoiseRequest.Interval.NONE), numbers);
                return numbers.values();
            }

            @Override
            public double uniform(int draw, int sample) {
                return places.at(iteration, uniforms.place(sample) * MOST_DRAWS + draw);
            }
        };
    }
}
