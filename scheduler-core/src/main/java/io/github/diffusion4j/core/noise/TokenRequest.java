package io.github.diffusion4j.core.noise;

import java.io.Serializable;

/**
 * Which random numbers are meant. Equal requests get equal numbers.
 *
 * @param evaluation the network evaluation, from 0
 * @param draw what is drawn
 * @param vocabulary how many classes the network has
 * @param batch the number of samples
 * @param length the number of positions of a sample
 */
public record TokenRequest(int evaluation, TokenDraw draw, int vocabulary, int batch, int length) implements Serializable {

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if a number is out of range
     */
    public TokenRequest {
        if (evaluation < 0 || evaluation >= 1 << 24 || vocabulary < 1 || batch < 1 || length < 1) {
            throw new IllegalArgumentException("random numbers are for evaluations from 0 to 2^24 - 1 and at least one class, sample and position, got evaluation=" + evaluation + ", classes=" + vocabulary
                    + ", samples=" + batch + ", positions=" + length);
        }
    }

    /**
     * How many numbers there are for a position.
     *
     * @return the number
     */
    public int numbers() {
        return (draw.vocabulary() ? vocabulary : 0) + draw.more();
    }

    /**
     * For how many positions of a sample there are numbers.
     *
     * @return the number
     */
    public int positions() {
        return draw.positions() == 0 ? length : Math.min(draw.positions(), length);
    }

    /** How many numbers there are in all. */
    long total() {
        return (long) batch * positions() * numbers();
    }
}
