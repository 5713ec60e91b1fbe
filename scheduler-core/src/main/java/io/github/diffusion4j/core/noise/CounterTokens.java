package io.github.diffusion4j.core.noise;

import io.github.diffusion4j.core.kernel.Chances;
import io.github.diffusion4j.core.random.Philox;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The default random numbers of tokens: every number is a function of (seed, sample, evaluation, purpose, position, class) by Philox4x32-10, so that draws for known positions, steps left out, the size
 * of the batch and threads change nothing. Numbers have 52 bits and lie in the open interval (0, 1): with fewer, rare classes are drawn too seldom, which acts like a lower temperature.
 *
 * <p>Classes are drawn by one number for each position, or, {@link #racing}, by one for each class, which couples runs whose networks nearly agree and takes as much time as that many numbers take.
 *
 * @param seed any number
 * @param samples which samples of the seed the rows of a batch are; empty for 0, 1, 2, ...
 * @param races whether classes race
 */
public record CounterTokens(long seed, List<Integer> samples, boolean races) implements TokenNoise {

    /** Apart from the keys of {@link CounterUniform}. */
    private static final int DOMAIN = 0x80;

    /**
     * Checks the samples.
     *
     * @throws IllegalArgumentException if a sample is negative
     */
    public CounterTokens {
        samples = List.copyOf(samples);
        if (samples.stream().anyMatch(sample -> sample < 0)) {
            throw new IllegalArgumentException("samples count from 0, got " + samples);
        }
    }

    /**
     * Random numbers from a seed.
     *
     * @param seed any number
     * @return the source
     */
    public static CounterTokens of(long seed) {
        return new CounterTokens(seed, List.of(), false);
    }

    /**
     * The same numbers for other samples: row k gets those of the k-th of these.
     *
     * @param indices the samples, each at least 0
     * @return the source
     */
    public CounterTokens forSamples(int... indices) {
        return new CounterTokens(seed, IntStream.of(indices).boxed().toList(), races);
    }

    /**
     * With a number for each class.
     *
     * @return the source
     */
    public CounterTokens racing() {
        return new CounterTokens(seed, samples, true);
    }

    private int sample(int row) {
        return samples.isEmpty() ? row : samples.get(row);
    }

    private void check(TokenRequest request) {
        if (!samples.isEmpty() && samples.size() != request.batch()) {
            throw new IllegalArgumentException("this source was made for " + samples.size() + " samples, asked for " + request.batch());
        }
    }

    /** The words of two numbers: of a class, or 0, and of its neighbour, at a position of the batch. */
    private void words(TokenRequest request, int position, int label, int[] words) {
        int each = request.positions();
        int purpose = (DOMAIN | request.draw().purpose().ordinal()) << 24 | request.evaluation();
        Philox.words(seed, label >>> 1, position % each, sample(position / each), purpose, words);
    }

    private double at(TokenRequest request, int position, int label, int[] words) {
        words(request, position, label, words);
        return number(label, words);
    }

    private static double number(int label, int... words) {
        int half = 2 * (label & 1);
        long bits = ((long) words[half] << 32 | words[half + 1] & 0xFFFFFFFFL) >>> 12;
        return (bits + 0.5) * 0x1p-52;
    }

    @Override
    public double[] uniforms(TokenRequest request) {
        check(request);
        double[] numbers = new double[request.batch() * request.positions()];
        int[] words = new int[4];
        Arrays.setAll(numbers, position -> at(request, position, 0, words));
        return numbers;
    }

    @Override
    public int[] integers(TokenRequest request) {
        return Arrays.stream(uniforms(request)).mapToInt(number -> (int) (number * request.vocabulary())).toArray();
    }

    @Override
    public Chances chances(TokenRequest request) {
        check(request);
        return new Chances() {
            @Override
            public boolean racing() {
                return races;
            }

            @Override
            public double uniform(int position) {
                return at(request, position, 0, new int[4]);
            }

            @Override
            public Exponentials exponentials(int position) {
                int[] words = new int[4];
                int[] next = {0};
                return (out, count) -> {
                    for (int k = 0; k < count; k++, next[0]++) {
                        if (k == 0 || (next[0] & 1) == 0) {
                            words(request, position, next[0], words);
                        }
                        out[k] = -Math.log(number(next[0], words));
                    }
                };
            }
        };
    }
}
