package io.github.diffusion4j.core.tokens;

import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.Reading;
import java.util.List;
import java.util.stream.IntStream;

/** One sample of a step, as its verdict sees it; it knows no other sample. Positions that compete and about which nothing is decided keep their token. */
public final class Row {

    private final Board board;
    private final int first;

    Row(Board board, int sample) {
        this.board = board;
        this.first = sample * board.situation().tokens().length();
    }

    /**
     * The number of positions.
     *
     * @return the number
     */
    public int length() {
        return board.situation().tokens().length();
    }

    /**
     * The positions about which is decided.
     *
     * @return the positions, ascending
     */
    public List<Integer> competing() {
        return IntStream.range(0, length()).filter(position -> board.competing().get(first + position)).boxed().toList();
    }

    /**
     * How many positions were taken before.
     *
     * @return the number
     */
    public int committed() {
        return (int) IntStream.range(0, length()).filter(position -> board.committed().get(first + position)).count();
    }

    /**
     * Whether a position is masked.
     *
     * @param position the position
     * @return true if it holds the mask
     */
    public boolean isMasked(int position) {
        return current(position) == board.situation().mask();
    }

    /**
     * The token that stands at a position.
     *
     * @param position the position
     * @return the token
     */
    public int current(int position) {
        return board.current()[first + position];
    }

    /**
     * The candidate of a position.
     *
     * @param position the position
     * @return the class
     */
    public int candidate(int position) {
        return board.reading().candidate(first + position);
    }

    /**
     * The number of classes that are tokens.
     *
     * @return the number, without the mask
     */
    public int classes() {
        return board.situation().realClasses();
    }

    /**
     * The type of the logits.
     *
     * @return the type
     */
    public ElementType type() {
        return board.situation().logits().type();
    }

    /** What the logits say. */
    Reading reading() {
        return board.reading();
    }

    int place(int position) {
        return first + position;
    }

    /**
     * The probability of the candidate in the distribution it was drawn from; of a greedy one, in the network's own.
     *
     * @param position the position
     * @return the probability
     */
    public double probability(int position) {
        return board.reading().probability(first + position);
    }

    /**
     * How probable the token of a position was when it was taken, if the verdict {@link Verdict#remembers}; 1 for tokens that a run started with.
     *
     * @param position the position
     * @return the probability
     */
    public double remembered(int position) {
        return board.remembered()[first + position];
    }

    /**
     * The uniform number of a position, if the verdict draws {@code SELECTION}.
     *
     * @param position the position
     * @return the number
     */
    public double uniform(int position) {
        return board.selection()[first + position];
    }

    /** The route that a position takes. */
    int route(int position, double[] probabilities, int routes) {
        return board.coin().draw(first + position, probabilities, routes);
    }

    /**
     * A position takes its candidate.
     *
     * @param position the position
     */
    public void take(int position) {
        board.take(first + position);
    }

    /**
     * A position is masked.
     *
     * @param position the position
     */
    public void mask(int position) {
        board.replace(first + position, board.situation().mask());
    }

    /** A position draws a token uniformly. */
    void random(int position) {
        board.replace(first + position, board.random()[first + position]);
    }

    /**
     * What the step says becomes of positions that do not take their candidate.
     *
     * @param position the position
     */
    public void leave(int position) {
        switch (board.rest()) {
            case KEEP -> { }
            case MASK -> mask(position);
            case RANDOM -> random(position);
        }
    }
}
