package io.github.diffusion4j.core.tokens;

import java.io.Serializable;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;

/**
 * All memory of a run over tokens as a value: keep it, fork it, write it out, continue from it elsewhere. Positions are counted over the batch.
 *
 * @param index the next network evaluation, from 0; the number of evaluations when the run is complete
 * @param tokens the tokens
 * @param committed the positions that were taken
 * @param fixed the positions that no step changes
 * @param probabilities for each position how probable its token was when it was taken, for verdicts that remember it; empty for all others
 * @param unchanged whether the last step changed no token, so that a network that takes no time would say the same again
 * @param plan the run that the state is of, {@link TokenPlan#key}, which other plans refuse; empty for a state made by hand
 */
public record TokenState(int index, Tokens tokens, BitSet committed, BitSet fixed, List<Double> probabilities, boolean unchanged, String plan) implements Serializable {

    /**
     * Copies the sets.
     *
     * @throws IllegalArgumentException if the index is negative, or a position lies beyond the tokens
     * @throws NullPointerException if a part is missing
     */
    public TokenState {
        Objects.requireNonNull(tokens, "a state needs tokens");
        Objects.requireNonNull(plan, "the plan of a state made by hand is empty");
        committed = (BitSet) committed.clone();
        fixed = (BitSet) fixed.clone();
        probabilities = List.copyOf(probabilities);
        int positions = tokens.batch() * tokens.length();
        if (index < 0 || Math.max(committed.length(), fixed.length()) > positions || !probabilities.isEmpty() && probabilities.size() != positions) {
            throw new IllegalArgumentException("a state stands before an evaluation from 0 on and marks positions of its " + positions + " tokens, got evaluation " + index + ", positions up to "
                    + Math.max(committed.length(), fixed.length()) + " and " + probabilities.size() + " probabilities");
        }
    }

    /**
     * A state without memory.
     *
     * @param index the next evaluation
     * @param tokens the tokens
     * @param plan the run, empty for none
     * @return the state
     */
    public static TokenState of(int index, Tokens tokens, String plan) {
        return new TokenState(index, tokens, new BitSet(), new BitSet(), List.of(), false, plan);
    }

    /**
     * The positions that were taken.
     *
     * @return a copy
     */
    @Override
    public BitSet committed() {
        return (BitSet) committed.clone();
    }

    /**
     * The positions that no step changes.
     *
     * @return a copy
     */
    @Override
    public BitSet fixed() {
        return (BitSet) fixed.clone();
    }

    /**
     * The same run with other tokens, for a caller that changes some between steps.
     *
     * @param other the tokens, of the same shape
     * @return the state
     */
    public TokenState with(Tokens other) {
        return new TokenState(index, other, committed, fixed, probabilities, false, plan);
    }

    /**
     * The same run in which no step changes certain positions: a known region around which the rest is filled, whatever the method.
     *
     * @param positions the positions
     * @return the state
     */
    public TokenState fixing(BitSet positions) {
        return new TokenState(index, tokens, committed, positions, probabilities, unchanged, plan);
    }

    /** The state after a step. */
    TokenState after(Tokens next, BitSet taken, List<Double> remembered) {
        return new TokenState(index + 1, next, taken, fixed, remembered, next.equals(tokens), plan);
    }
}
