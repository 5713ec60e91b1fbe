package io.github.diffusion4j.core.tokens;

import io.github.diffusion4j.core.kernel.Reading;
import java.util.BitSet;
import java.util.List;

/**
 * A step that was taken, and what led to it.
 *
 * @param state the state after it
 * @param data the estimate of the data: the candidates where positions compete, the tokens that stand there elsewhere
 * @param candidates the candidate of every position
 * @param reading what the logits say
 * @param taken the positions that took their candidate, counted over the batch
 * @param edited the positions that held a token and replaced it by their candidate
 * @param resampled the positions that a correction drew anew
 */
public record TokenMove(TokenState state, Tokens data, Tokens candidates, Reading reading, BitSet taken, BitSet edited, List<Resampled> resampled) {

    /**
     * A position that was drawn anew.
     *
     * @param position the position, counted over the batch
     * @param token its token now
     * @param probabilities what it was drawn from
     */
    public record Resampled(int position, int token, double[] probabilities) {}

    /** Copies the sets and the list. */
    public TokenMove {
        taken = (BitSet) taken.clone();
        edited = (BitSet) edited.clone();
        resampled = List.copyOf(resampled);
    }
}
