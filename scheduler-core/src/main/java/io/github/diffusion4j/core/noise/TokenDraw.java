package io.github.diffusion4j.core.noise;

import java.io.Serializable;

/**
 * One kind of random number that an evaluation of a run over tokens takes: what for, of which distribution, and how many for each position.
 *
 * @param purpose what the numbers are for
 * @param kind their distribution, and the order in which generators that draw one after another give them
 * @param vocabulary whether there are as many numbers for a position as the network has classes
 * @param more how many numbers there are for a position, besides those
 * @param positions for how many positions of a sample, 0 for all
 */
public record TokenDraw(Purpose purpose, Kind kind, boolean vocabulary, int more, int positions) implements Serializable {

    /** What random numbers are for; each use has its own, so that none repeats another's. */
    public enum Purpose {
        /** The tokens a run starts from. */
        START,
        /** The candidate of a position. */
        CANDIDATE,
        /** What happens to a position. */
        COIN,
        /** Tokens that replace what was not taken. */
        RANDOM,
        /** Which positions are taken. */
        SELECTION,
        /** Which positions are masked. */
        MASK
    }

    /** How the numbers are distributed. */
    public enum Kind {
        /** Uniform numbers: {@code torch.rand}. */
        UNIFORM,
        /** Whole numbers below the number of classes: {@code torch.randint}. */
        INTEGER,
        /** A choice by weights: {@code torch.multinomial}. */
        CATEGORICAL,
        /** A race by uniform numbers, with all positions of one class after those of the class before: {@code -log(-log(torch.rand))} of shape [B, classes, L]. */
        GUMBEL
    }

    /**
     * A choice among the network's classes at each position.
     *
     * @return the draw
     */
    public static TokenDraw candidate() {
        return new TokenDraw(Purpose.CANDIDATE, Kind.CATEGORICAL, true, 0, 0);
    }

    /**
     * A choice among a few at each position.
     *
     * @param routes among how many
     * @return the draw
     */
    public static TokenDraw coin(int routes) {
        return new TokenDraw(Purpose.COIN, Kind.CATEGORICAL, false, routes, 0);
    }

    /**
     * A uniform number at each position.
     *
     * @param purpose what for
     * @return the draw
     */
    public static TokenDraw uniform(Purpose purpose) {
        return new TokenDraw(purpose, Kind.UNIFORM, false, 1, 0);
    }

    /**
     * A token at each position.
     *
     * @param purpose what for
     * @return the draw
     */
    public static TokenDraw tokens(Purpose purpose) {
        return new TokenDraw(purpose, Kind.INTEGER, false, 1, 0);
    }
}
