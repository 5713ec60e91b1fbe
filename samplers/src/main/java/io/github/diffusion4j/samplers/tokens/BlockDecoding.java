package io.github.diffusion4j.samplers.tokens;

import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.noise.TokenDraw;
import io.github.diffusion4j.core.noise.TokenNoise;
import io.github.diffusion4j.core.tokens.TokenMove;
import io.github.diffusion4j.core.tokens.TokenPlan;
import io.github.diffusion4j.core.tokens.TokenState;
import io.github.diffusion4j.core.tokens.Tokens;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Text block after block, as LLaDA 2's pipeline writes it: each block is refined until it has no mask, then edited as long as that changes something; the network sees everything up to the block's end.
 *
 * @param block the run of one block, whose steps beyond {@code steps} only edit
 * @param blockLength the length of a block
 * @param steps within how many evaluations a block is filled
 * @param edits whether steps edit
 * @param mostEdits how many evaluations edit a full block; Diffusers takes one more
 * @param endOfText the token that ends a text, -1 for none
 */
public record BlockDecoding(TokenPlan block, int blockLength, int steps, boolean edits, int mostEdits, int endOfText) implements Serializable {

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if the run of a block has no mask or too few evaluations
     */
    public BlockDecoding {
        if (block.mask() == TokenPlan.NO_MASK || blockLength < 1 || steps < 1 || mostEdits < 0 || block.evaluations() < steps + mostEdits + 1) {
            throw new IllegalArgumentException("text is written by runs with a mask that fill a block and edit it, " + (steps + mostEdits + 1) + " evaluations or more, got " + block + " for blocks of " + blockLength);
        }
    }

    /**
     * A text.
     *
     * @param sequences the tokens after the prompt
     * @param masksSeen how many masks the network saw at each evaluation
     */
    public record Text(Tokens sequences, List<Integer> masksSeen) {

        /** Copies the list. */
        public Text {
            masksSeen = List.copyOf(masksSeen);
        }

        /**
         * The number of network evaluations.
         *
         * @return the number
         */
        public int evaluations() {
            return masksSeen.size();
        }
    }

    /**
     * Writes a text.
     *
     * @param <A> the array of a library
     * @param arrays the library
     * @param model the network; its logits are of the shape [B, tokens so far, V]
     * @param prompt the prompts, all of one length
     * @param length how many tokens to write
     * @param noise the random numbers
     * @return the text
     */
    public <A> Text write(Arrays<A> arrays, TokenModel<A> model, Tokens prompt, int length, TokenNoise noise) {
        int all = (prompt.length() + length + blockLength - 1) / blockLength * blockLength;
        Page page = new Page(prompt, all, block.mask());
        List<Integer> masksSeen = new ArrayList<>();
        List<List<TokenDraw>> drawn = new ArrayList<>();
        BitSet finished = new BitSet();
        for (int first = prompt.length() / blockLength * blockLength; first < all && finished.cardinality() < prompt.batch(); first += blockLength) {
            block(arrays, model, page, first, noise, masksSeen, drawn, finished);
        }
        return new Text(page.part(prompt.length(), prompt.length() + length), masksSeen);
    }

    private <A> void block(Arrays<A> arrays, TokenModel<A> model, Page page, int first, TokenNoise noise, List<Integer> masksSeen, List<List<TokenDraw>> drawn, BitSet finished) {
        int end = first + blockLength;
        TokenNoise own = noise.after(drawn);
        TokenState state = block.startFrom(page.part(first, end));
        int filled = 0;
        int edited = 0;
        boolean more = true;
        while (more) {
            boolean masks = state.tokens().count(block.mask()) > 0;
            edited += masks ? 0 : 1;
            Tokens seen = page.part(0, end);
            masksSeen.add(seen.count(block.mask()));
            A logits = model.logits(seen, block.label(state.index()));
            A last = arrays.part(logits, 1, first, end);
            TokenMove move = block.move(arrays, last, state, own);
            arrays.release(last);
            drawn.add(block.steps().get(state.index()).draws());
            BitSet changed = changes(page, move, first, finished);
            state = move.state().with(page.part(first, end));
            page.finish(finished, changed, first, blockLength, endOfText);
            filled += masks ? 1 : 0;
            more = goesOn(filled, masks, !move.edited().isEmpty(), edited, finished.cardinality() == page.batch());
        }
    }

    /** Writes what a step changed, but for texts that have ended. */
    private BitSet changes(Page page, TokenMove move, int first, BitSet finished) {
        BitSet changed = move.taken();
        changed.or(move.edited());
        for (int place = changed.nextSetBit(0); place >= 0; place = changed.nextSetBit(place + 1)) {
            int row = place / blockLength;
            if (finished.get(row)) {
                changed.clear(place);
            } else {
                page.set(row, first + place % blockLength, move.state().tokens().at(row, place % blockLength));
            }
        }
        return changed;
    }

    /**
     * Whether a block goes on after an evaluation, as Diffusers decides it.
     *
     * @param filled how many evaluations saw masks, this one included
     * @param masks whether this one did
     * @param changed whether this one edited a token
     * @param edited how many evaluations saw none, this one included
     * @param finished whether every text has ended
     * @return true if another evaluation follows
     */
    public boolean goesOn(int filled, boolean masks, boolean changed, int edited, boolean finished) {
        if (finished) {
            return false;
        }
        return masks ? filled < steps : edits && changed && edited <= mostEdits;
    }

    /** The tokens of prompt and text while it is written, on one thread. */
    private record Page(int[][] rows, int promptLength, int mask) {

        Page(Tokens prompt, int all, int mask) {
            this(IntStream.range(0, prompt.batch()).mapToObj(row -> IntStream.range(0, all).map(at -> at < prompt.length() ? prompt.at(row, at) : mask).toArray()).toArray(int[][]::new), prompt.length(), mask);
        }

        int batch() {
            return rows.length;
        }

        void set(int row, int at, int token) {
            rows[row][at] = token;
        }

        Tokens part(int from, int to) {
            return Tokens.of(java.util.Arrays.stream(rows).flatMapToInt(row -> java.util.Arrays.stream(row, from, to)).toArray(), rows.length, to - from);
        }

        /** A text ends where its first end of text stands behind the prompt and no mask before it, if that was written now. */
        void finish(BitSet finished, BitSet changed, int first, int length, int endOfText) {
            for (int place = changed.nextSetBit(0); endOfText >= 0 && place >= 0; place = changed.nextSetBit(place + 1)) {
                int[] row = rows[place / length];
                if (row[first + place % length] == endOfText && ends(row, endOfText)) {
                    finished.set(place / length);
                }
            }
        }

        private boolean ends(int[] row, int endOfText) {
            int end = IntStream.range(0, row.length).filter(at -> row[at] == endOfText).findFirst().orElse(-1);
            return end >= promptLength && IntStream.range(promptLength, end).allMatch(at -> row[at] != mask);
        }
    }
}
