package io.github.diffusion4j.core.tokens;

import io.github.diffusion4j.core.noise.TokenDraw;
import io.github.diffusion4j.core.kernel.Reading;
import java.io.Serializable;
import java.util.List;

/**
 * How sure the network is of a position, perhaps with Gumbel noise {@code g = -ln(-ln u)}: {@code measure + temperature g}. Without noise the surest come first; with noise of temperature T positions
 * are drawn without replacement from {@code softmax(measure / T)}.
 *
 * <p>A score that looks at the drawn token ({@link Measure#PROBABILITY}, {@link Measure#PLAIN}, {@link Measure#LOG_PLAIN}) biases what is sampled, towards tokens that are likely by themselves, however
 * few positions an evaluation takes; the others do not, with one position an evaluation.
 *
 * @param measure what is measured
 * @param temperature of the noise, at least 0
 */
public record Score(Measure measure, double temperature) implements Serializable {

    private static final double SMALLEST = 1e-20;

    /** What is measured. */
    public enum Measure {
        /** The probability of the candidate in the distribution it was drawn from. */
        PROBABILITY,
        /** The probability of the candidate in the network's own distribution. */
        PLAIN,
        /** Its logarithm. */
        LOG_PLAIN,
        /** The largest probability. */
        LARGEST,
        /** The largest probability less the second. */
        MARGIN,
        /** The entropy, taken negatively. */
        ENTROPY,
        /** Nothing: a uniform number. */
        RANDOM
    }

    /**
     * Checks the temperature.
     *
     * @throws IllegalArgumentException if it is negative or not finite, or noise is added to a random number
     */
    public Score {
        if (!(temperature >= 0 && temperature < Double.POSITIVE_INFINITY) || measure == Measure.RANDOM && temperature != 0) {
            throw new IllegalArgumentException("the noise of a score has a finite temperature from 0 on, and a random score takes none, got " + temperature + " for " + measure);
        }
    }

    /**
     * A measure without noise.
     *
     * @param measure what is measured
     * @return the score
     */
    public static Score of(Measure measure) {
        return new Score(measure, 0);
    }

    List<TokenDraw> draws() {
        return measure == Measure.RANDOM || temperature > 0 ? List.of(TokenDraw.uniform(TokenDraw.Purpose.SELECTION)) : List.of();
    }

    /** The score of a position. */
    double of(Row row, int position) {
        return measured(row, position) + (temperature == 0 ? 0 : temperature * gumbel(row.uniform(position)));
    }

    private double measured(Row row, int position) {
        Reading reading = row.reading();
        int place = row.place(position);
        return switch (measure) {
            case PROBABILITY -> reading.probability(place);
            case PLAIN -> reading.plainProbability(place);
            case LOG_PLAIN -> Math.log(Math.max(reading.plainProbability(place), Double.MIN_NORMAL));
            case LARGEST -> reading.bestProbability(place);
            case MARGIN -> reading.bestProbability(place) - reading.secondProbability(place);
            case ENTROPY -> -reading.entropy(place);
            case RANDOM -> row.uniform(position);
        };
    }

    /**
     * A Gumbel number.
     *
     * @param uniform a number in [0, 1]
     * @return {@code -ln(-ln u)}, with u and -ln u at least 1e-20
     */
    public static double gumbel(double uniform) {
        return -Math.log(Math.max(-Math.log(Math.max(uniform, SMALLEST)), SMALLEST));
    }
}
