package io.github.diffusion4j.samplers.training;

import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.kernel.Rows;
import io.github.diffusion4j.core.kernel.Term;
import io.github.diffusion4j.core.training.NoisedBatch;
import java.io.Serializable;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * A path between a pair of samples of two laws, from {@code x0} at t = 0 to the data {@code x1} at t = 1, with noise {@code e} around it, and its velocity: three known weights each (Tong et al.,
 * arXiv:2302.00482, section 3.2). Where the law of x0 is white noise and e is left out it is a path of {@link io.github.diffusion4j.core.NoiseSchedule}s, whose time runs the other way.
 * <pre>
 *   x(t) = a(t) x0 + b(t) x1 + c(t) e,   u(t) = a'(t) x0 + b'(t) x1 + c'(t) e
 * </pre>
 */
@FunctionalInterface
public interface ConditionalPath extends Serializable {

    /**
     * Weights of a sum of three arrays.
     *
     * @param source the weight of x0
     * @param data the weight of x1
     * @param noise the weight of e
     */
    record Weights(double source, double data, double noise) implements Serializable {

        /**
         * Checks the weights.
         *
         * @throws IllegalArgumentException if one is not finite
         */
        public Weights {
            if (!Double.isFinite(source + data + noise)) {
                throw new IllegalArgumentException("the weights of a path are finite, got " + source + ", " + data + " and " + noise + "; keep such times out of training");
            }
        }
    }

    /**
     * Where a path is, and how it moves.
     *
     * @param place the weights of x
     * @param velocity the weights of u
     */
    record Point(Weights place, Weights velocity) implements Serializable {}

    /**
     * The point at a time.
     *
     * @param time t, in [0, 1]
     * @return the weights
     * @throws IllegalArgumentException if the velocity is not finite there
     */
    Point at(double time);

    /**
     * The straight path with noise of one size, {@code x = (1 - t) x0 + t x1 + s e}, {@code u = x1 - x0} (arXiv:2302.00482, equations 14 and 15).
     *
     * @param sigma s, at least 0
     * @return the path
     */
    static ConditionalPath straight(double sigma) {
        checkSigma(sigma);
        return new Straight(sigma);
    }

    /**
     * The path that takes noise e to the data, {@code x = t x1 + (1 - (1 - s) t) e}, {@code u = x1 - (1 - s) e} (Lipman et al., arXiv:2210.02747, equations 20 to 23); x0 has no part in it.
     *
     * @param sigma s, what is left of the noise at the data, in [0, 1]
     * @return the path
     */
    static ConditionalPath towardsData(double sigma) {
        checkSigma(sigma);
        return new TowardsData(sigma);
    }

    /**
     * The path that preserves variance, {@code x = cos(pi t / 2) x0 + sin(pi t / 2) x1 + s e} (Albergo and Vanden-Eijnden, arXiv:2209.15571).
     *
     * @param sigma s, at least 0
     * @return the path
     */
    static ConditionalPath variancePreserving(double sigma) {
        checkSigma(sigma);
        return new VariancePreserving(sigma);
    }

    /**
     * The Brownian bridge of Schroedinger-bridge flow matching, {@code x = (1 - t) x0 + t x1 + s sqrt(t (1 - t)) e},
     * {@code u = (1 - 2 t) / (2 t (1 - t)) (x - (1 - t) x0 - t x1) + x1 - x0} (arXiv:2302.00482, proposition 3.4). The velocity has no limit at t = 0 and t = 1.
     *
     * @param sigma s, at least 0
     * @return the path
     */
    static ConditionalPath bridge(double sigma) {
        return bridge(sigma, 0);
    }

    /**
     * The Brownian bridge whose denominator {@code 2 t (1 - t) + guard} keeps the velocity finite at the ends, as the authors compute it.
     *
     * @param sigma s, at least 0
     * @param guard what is added, at least 0; theirs is 1e-8
     * @return the path
     */
    static ConditionalPath bridge(double sigma, double guard) {
        checkSigma(sigma);
        if (!(guard >= 0 && Double.isFinite(guard))) {
            throw new IllegalArgumentException("what is added to 2 t (1 - t) must be at least 0 and finite, got " + guard);
        }
        return new Bridge(sigma, guard);
    }

    private static void checkSigma(double sigma) {
        if (!(sigma >= 0 && Double.isFinite(sigma))) {
            throw new IllegalArgumentException("the noise around a path must be at least 0 and finite, got " + sigma);
        }
    }

    /**
     * A training batch of this path: the input x(t), told t, and the target u(t), of weight 1.
     *
     * @param <A> the array of a library
     * @param arrays the library
     * @param source x0, samples along the first axis
     * @param data x1, of the same shape and type
     * @param noise e, of the same shape and type
     * @param times t of each sample, in [0, 1]
     * @return the batch, of new arrays
     * @throws IllegalArgumentException if shapes, types and times do not agree, or a time has no finite velocity
     */
    default <A> NoisedBatch<A> batch(Arrays<A> arrays, A source, A data, A noise, double... times) {
        List<A> three = List.of(source, data, noise);
        long[] shape = arrays.shape(data);
        if (!three.stream().allMatch(part -> arrays.type(part) == arrays.type(data) && java.util.Arrays.equals(arrays.shape(part), shape)) || Rows.SAMPLES.count(shape) != times.length) {
            throw new IllegalArgumentException("x0, x1, noise and times must agree, got " + three.stream().map(part -> arrays.type(part) + java.util.Arrays.toString(arrays.shape(part))).toList() + " and "
                    + times.length + " times");
        }
        List<Point> points = DoubleStream.of(times).mapToObj(time -> {
            if (!(time >= 0 && time <= 1)) {
                throw new IllegalArgumentException("times of a path lie in [0, 1], got " + time);
            }
            return at(time);
        }).toList();
        A input = arrays.make(arrays.type(data), shape);
        A target = arrays.make(arrays.type(data), shape);
        Kernels.combine(arrays, Rows.SAMPLES, List.of(input, target), true, List.of(sum(three, points.stream().map(Point::place).toList()), sum(three, points.stream().map(Point::velocity).toList())));
        double[] ones = new double[times.length];
        java.util.Arrays.fill(ones, 1);
        return new NoisedBatch<>(input, arrays.vector(arrays.type(data).computed(), times), List.of(), target, arrays.vector(arrays.type(data).computed(), ones));
    }

    private static <A> List<Term<A>> sum(List<A> arrays, List<Weights> weights) {
        List<ToDoubleFunction<Weights>> parts = List.of(Weights::source, Weights::data, Weights::noise);
        return IntStream.range(0, parts.size()).mapToObj(k -> new Term<>(arrays.get(k), weights.stream().mapToDouble(parts.get(k)).toArray())).toList();
    }

    /**
     * {@code (1 - t) x0 + t x1 + s e}.
     *
     * @param sigma s
     */
    record Straight(double sigma) implements ConditionalPath {
        @Override
        public Point at(double time) {
            return new Point(new Weights(1 - time, time, sigma), new Weights(-1, 1, 0));
        }
    }

    /**
     * {@code t x1 + (1 - (1 - s) t) e}.
     *
     * @param sigma s
     */
    record TowardsData(double sigma) implements ConditionalPath {
        @Override
        public Point at(double time) {
            return new Point(new Weights(0, time, 1 - (1 - sigma) * time), new Weights(0, 1, sigma - 1));
        }
    }

    /**
     * {@code cos(pi t / 2) x0 + sin(pi t / 2) x1 + s e}.
     *
     * @param sigma s
     */
    record VariancePreserving(double sigma) implements ConditionalPath {
        @Override
        public Point at(double time) {
            double angle = Math.PI / 2 * time;
            return new Point(new Weights(Math.cos(angle), Math.sin(angle), sigma), new Weights(-Math.PI / 2 * Math.sin(angle), Math.PI / 2 * Math.cos(angle), 0));
        }
    }

    /**
     * {@code (1 - t) x0 + t x1 + s sqrt(t (1 - t)) e}.
     *
     * @param sigma s
     * @param guard what is added to {@code 2 t (1 - t)} in the velocity
     */
    record Bridge(double sigma, double guard) implements ConditionalPath {
        @Override
        public Point at(double time) {
            double spread = time * (1 - time);
            double noise = sigma * Math.sqrt(spread);
            return new Point(new Weights(1 - time, time, noise), new Weights(-1, 1, (1 - 2 * time) / (2 * spread + guard) * noise));
        }
    }
}
