package io.github.diffusion4j.core.tokens;

import io.github.diffusion4j.core.kernel.Chances;
import io.github.diffusion4j.core.kernel.Question;
import io.github.diffusion4j.core.kernel.Reading;
import io.github.diffusion4j.core.noise.TokenDraw;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Draws some positions anew from what the others say of them at the same level, {@code p_s(x^l | rest) = kept o + random / V}: a step of a Gibbs sampler of uniform noise. With the prediction o of a
 * token from the others alone, which follows from that from all tokens. One position, chosen at random, keeps the level's distribution exactly; more at once, or those the network is least sure of, do
 * not.
 *
 * @param label what the network is told
 * @param level the level of the tokens
 * @param choice which positions are drawn anew
 * @param count how many of a sample, at least 1
 * @param tau the temperature of the choice, above 0; not read where it is random
 */
public record Correction(double label, TokenLevel level, Choice choice, int count, double tau) implements TokenStep {

    private static final double SMALLEST = 1e-12;

    /** Which positions are drawn anew, by Gumbel noise around how unsure the network is. */
    public enum Choice {
        /** Any. */
        RANDOM,
        /** The largest probability is low. */
        LOWEST_LARGEST,
        /** The probability of the token that stands there is low. */
        LOWEST_CURRENT,
        /** The probability of the token that stands there is low beside that of another. */
        LOWEST_MARGIN
    }

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if the level is of no uniform noise, or a number out of range
     */
    public Correction {
        if (!(level.random() > 0) || level.masked() > 0 || count < 1 || !(tau > 0)) {
            throw new IllegalArgumentException("a correction needs a level of uniform noise that is not clean, at least one position and a temperature above 0, got " + level + ", " + count + " positions and "
                    + tau + "; correct before the last step");
        }
    }

    private TokenDraw classes() {
        return new TokenDraw(TokenDraw.Purpose.CANDIDATE, TokenDraw.Kind.CATEGORICAL, true, 0, count);
    }

    @Override
    public List<TokenDraw> draws() {
        return List.of(TokenDraw.uniform(TokenDraw.Purpose.SELECTION), classes());
    }

    @Override
    public TokenMove move(Situation situation) {
        Tokens tokens = situation.tokens();
        int[] current = tokens.values();
        int[] next = current.clone();
        Reading reading = Reading.of(situation.logits(), Question.PLAIN.raising(-level.evidence(situation.vocabulary())), current);
        double[] uniforms = situation.noise().uniforms(situation.request(TokenDraw.uniform(TokenDraw.Purpose.SELECTION)));
        Chances chances = situation.noise().chances(situation.request(classes()));
        List<TokenMove.Resampled> resampled = new ArrayList<>();
        for (int sample = 0; sample < tokens.batch(); sample++) {
            for (int place : chosen(reading, situation.state().fixed(), current, uniforms, sample * tokens.length(), tokens.length())) {
                double[] probabilities = conditional(situation, current[place], place);
                next[place] = chances.draw(resampled.size(), probabilities, probabilities.length);
                resampled.add(new TokenMove.Resampled(place, next[place], probabilities));
            }
        }
        Tokens after = tokens.with(next);
        TokenState state = situation.state().after(after, situation.state().committed(), situation.state().probabilities());
        return new TokenMove(state, tokens, after, reading, new BitSet(), new BitSet(), resampled);
    }

    private int[] chosen(Reading reading, BitSet fixed, int[] current, double[] uniforms, int first, int length) {
        return IntStream.range(first, first + length).filter(place -> !fixed.get(place)).boxed().sorted(Comparator.comparingDouble(place -> -key(reading, current[place], uniforms[place], place)))
                .limit(count).mapToInt(Integer::intValue).toArray();
    }

    private double key(Reading reading, int token, double uniform, int place) {
        if (choice == Choice.RANDOM) {
            return uniform;
        }
        double largest = log(reading, reading.bestProbability(place));
        double here = log(reading, reading.currentProbability(place));
        double other = reading.best(place) == token ? log(reading, reading.secondProbability(place)) : largest;
        double unsure = switch (choice) {
            case LOWEST_LARGEST -> -largest;
            case LOWEST_CURRENT -> -here;
            default -> other - here;
        };
        return unsure / tau - Math.log(-Math.log(Math.min(Math.max(uniform, SMALLEST), 1 - SMALLEST)));
    }

    private double log(Reading reading, double probability) {
        return Math.log(level.kept() * probability + level.random() / reading.classes());
    }

    /** The distribution of one position given the others. */
    private double[] conditional(Situation situation, int token, int place) {
        int classes = situation.vocabulary();
        double[] weights = new double[classes];
        Reading.row(situation.logits(), place, weights);
        weights[token] -= level.evidence(classes);
        double max = java.util.Arrays.stream(weights).max().orElseThrow();
        double sum = 0;
        for (int k = 0; k < classes; k++) {
            weights[k] = Math.exp(weights[k] - max);
            sum += weights[k];
        }
        for (int k = 0; k < classes; k++) {
            weights[k] = level.kept() * weights[k] / sum + level.random() / classes;
        }
        return weights;
    }
}
