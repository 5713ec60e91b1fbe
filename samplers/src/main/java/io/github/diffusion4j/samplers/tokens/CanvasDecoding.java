package io.github.diffusion4j.samplers.tokens;

import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.noise.TokenDraw;
import io.github.diffusion4j.core.noise.TokenNoise;
import io.github.diffusion4j.core.noise.TokenRequest;
import io.github.diffusion4j.core.tokens.Correction;
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
 * Text canvas after canvas, as DiffusionGemma's pipeline writes it: each starts from random tokens and is refined as a whole. A text is frozen, at the most probable tokens, as soon as these have stayed
 * the same for some evaluations and the network is sure of them; a canvas on which all are frozen ends early.
 *
 * @param canvas the run of one canvas
 * @param length the length of a canvas
 * @param classes the number of classes
 * @param stable for how many evaluations the most probable tokens stay the same, at least 1
 * @param sure the mean entropy in nats below which the network is sure; below 0 nothing is frozen
 * @param tempered whether that is the entropy at the temperature of the step, as for the entropy bound, and not at 1
 */
public record CanvasDecoding(TokenPlan canvas, int length, int classes, int stable, double sure, boolean tempered) implements Serializable {

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if a number is out of range
     */
    public CanvasDecoding {
        if (length < 1 || classes < 1 || stable < 1 || Double.isNaN(sure)) {
            throw new IllegalArgumentException("a canvas has positions and classes, and most probable tokens stay for at least 1 evaluation, got length " + length + ", classes " + classes + ", stable " + stable
                    + ", sure " + sure);
        }
    }

    /**
     * A text.
     *
     * @param sequences the tokens
     * @param evaluations how often the network was asked
     */
    public record Text(Tokens sequences, int evaluations) {}

    /**
     * Writes a text.
     *
     * @param <A> the array of a library
     * @param arrays the library
     * @param model the network, which is given the canvas; prompt and canvases before are the caller's to add
     * @param batch how many texts
     * @param tokens how many tokens each
     * @param noise the random numbers
     * @return the text
     */
    public <A> Text write(Arrays<A> arrays, TokenModel<A> model, int batch, int tokens, TokenNoise noise) {
        List<List<TokenDraw>> drawn = new ArrayList<>();
        int[][] rows = new int[batch][0];
        int evaluations = 0;
        for (int first = 0; first < tokens; first += length) {
            int before = drawn.size();
            Tokens written = canvas(arrays, model, batch, noise, drawn);
            evaluations += drawn.size() - before - 1;
            for (int row = 0; row < batch; row++) {
                int at = row;
                rows[row] = IntStream.concat(IntStream.of(rows[row]), IntStream.range(0, length).map(place -> written.at(at, place))).limit(tokens).toArray();
            }
        }
        return new Text(Tokens.of(java.util.Arrays.stream(rows).flatMapToInt(IntStream::of).toArray(), batch, tokens), evaluations);
    }

    private <A> Tokens canvas(Arrays<A> arrays, TokenModel<A> model, int batch, TokenNoise noise, List<List<TokenDraw>> drawn) {
        TokenDraw start = TokenDraw.tokens(TokenDraw.Purpose.START);
        int[] random = noise.after(drawn).forRun(List.of(List.of(start))).integers(new TokenRequest(0, start, classes, batch, length));
        drawn.add(List.of(start));
        TokenNoise own = noise.after(drawn);
        TokenState state = canvas.startFrom(Tokens.of(random, batch, length));
        BitSet frozen = new BitSet();
        List<int[]> bests = new ArrayList<>();
        while (!canvas.isComplete(state) && frozen.cardinality() < batch) {
            boolean correction = canvas.steps().get(state.index()) instanceof Correction;
            TokenMove move = canvas.move(arrays, model.logits(state.tokens(), canvas.label(state.index())), state, own);
            drawn.add(canvas.steps().get(state.index()).draws());
            state = correction || sure < 0 ? move.state() : freeze(move, frozen, bests, batch);
        }
        return state.tokens();
    }

    private TokenState freeze(TokenMove move, BitSet frozen, List<int[]> bests, int batch) {
        int[] tokens = move.state().tokens().values();
        int[] best = IntStream.range(0, tokens.length).map(place -> frozen.get(place / length) ? bests.get(bests.size() - 1)[place] : move.reading().best(place)).toArray();
        for (int row = 0; row < batch; row++) {
            int first = row * length;
            boolean stays = bests.size() >= stable
                    && bests.subList(bests.size() - stable, bests.size()).stream().allMatch(before -> java.util.Arrays.equals(before, first, first + length, best, first, first + length));
            double entropy = IntStream.range(first, first + length).mapToDouble(place -> tempered ? move.reading().temperedEntropy(place) : move.reading().entropy(place)).average().orElseThrow();
            if (stays && entropy < sure) {
                frozen.set(row);
            }
            if (frozen.get(row)) {
                System.arraycopy(best, first, tokens, first, length);
            }
        }
        bests.add(best);
        return move.state().with(move.state().tokens().with(tokens));
    }
}
