package io.github.diffusion4j.core.tokens;

import io.github.diffusion4j.core.noise.TokenDraw;
import java.io.Serializable;
import java.util.List;

/** Decides, sample by sample, what becomes of the positions that compete: each takes its candidate, or is left to what becomes of the rest. Immutable, and equal by value. */
public interface Verdict extends Serializable {

    /** Every position that competes takes its candidate. */
    Verdict ALL = new Every();

    /**
     * The random numbers that it takes, in the order in which a generator gives them.
     *
     * @return what is drawn
     */
    List<TokenDraw> draws();

    /**
     * Whether the state remembers how probable each token was when it was taken, {@link Row#remembered}.
     *
     * @return true for verdicts that ask for it
     */
    default boolean remembers() {
        return false;
    }

    /**
     * Decides about one sample.
     *
     * @param row the sample
     */
    void decide(Row row);

    /** Takes all. */
    record Every() implements Verdict {
        @Override
        public List<TokenDraw> draws() {
            return List.of();
        }

        @Override
        public void decide(Row row) {
            row.competing().forEach(row::take);
        }
    }
}
