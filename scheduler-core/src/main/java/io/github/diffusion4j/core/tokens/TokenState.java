package io.github.diffusion4j.core.tokens;

import java.io.Serializable;
import java.util.BitSet;
import java.util.Objects;

/**
 * All memory of a run over tokens as a value: keep it, fork it, write it out, continue from it elsewhere.
 *
 * @param index the next network evaluation, from 0; the number of evaluations when the run is complete
 * @param tokens the tokens
 * @param committed the positions that were taken, counted over the batch
 * @param unchanged whether the last step changed no token, so that a network that takes no time would say the same again
 * @param plan the run that the state is of, {@link TokenPlan#key}, which other plans refuse; empty for a state made by hand
 */
public record TokenState(int index, Tokens tokens, BitSet committed, boolean unchanged, String plan) implements Serializable {

    /**
     * Copies the set.
     *
     * @throws IllegalArgumentException if the index is negative, or a position lies beyond the tokens
     * @throws NullPointerException if a part is missing
     */
    public TokenState {
        Objects.requireNonNull(tokens, "a state needs tokens");
        Objects.requireNonNull(plan, "the plan of a state made by hand is empty");
        committed = (BitSet) committed.clone();
        if (index < 0 || committed.length() > tokens.batch() * tokens.length()) {
            throw new IllegalArgumentException("a state stands before an evaluation from 0 on and marks positions of its tokens, got evaluation " + index + " and positions up to " + committed.length()
                    + " of " + tokens.batch() * tokens.length());
        }
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
     * The same run with other tokens, for a caller that changes some between steps.
     *
     * @param other the tokens, of the same shape
     * @return the state
     */
    public TokenState with(Tokens other) {
        return new TokenState(index, other, committed, false, plan);
    }
}
