package io.github.diffusion4j.core.tokens;

import io.github.diffusion4j.core.kernel.Chances;
import io.github.diffusion4j.core.kernel.Reading;
import java.util.BitSet;

/**
 * A step while it is decided, over the whole batch. The memory of one step, on one thread.
 *
 * @param situation what the step is taken from
 * @param reading what the logits say
 * @param rest what becomes of positions that do not take their candidate
 * @param current the tokens before
 * @param next the tokens after, changed while the step is decided
 * @param competing the positions about which is decided
 * @param committed the positions taken before, changed while the step is decided
 * @param taken the positions that take their candidate
 * @param remembered how probable tokens were when they were taken, changed while the step is decided; empty if the verdict does not ask
 * @param selection the uniform numbers
 * @param coin what routes are drawn by
 * @param random the random tokens
 */
record Board(Situation situation, Reading reading, Refinement.Rest rest, int[] current, int[] next, BitSet competing, BitSet committed, BitSet taken, double[] remembered,
        double[] selection, Chances coin, int[] random) {

    void take(int place) {
        next[place] = reading.candidate(place);
        taken.set(place);
        committed.set(place);
        if (remembered.length > 0) {
            remembered[place] = reading.probability(place);
        }
    }

    void replace(int place, int token) {
        next[place] = token;
        taken.clear(place);
        committed.clear(place);
    }
}
