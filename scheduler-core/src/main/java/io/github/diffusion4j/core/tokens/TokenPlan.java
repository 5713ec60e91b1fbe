package io.github.diffusion4j.core.tokens;

import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.Rows;
import io.github.diffusion4j.core.noise.TokenDraw;
import io.github.diffusion4j.core.noise.TokenNoise;
import io.github.diffusion4j.core.noise.TokenRequest;
import io.github.diffusion4j.core.plan.RunKey;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A run over tokens, compiled and checked before the first network evaluation: immutable, serializable, shared by any number of threads. All memory of a run lives in its {@link TokenState}.
 *
 * <pre>{@code
 *   TokenState state = plan.start(1, 64);
 *   for (int i = 0; i < plan.evaluations(); i++) {
 *       INDArray logits = network(state.tokens().values(), plan.label(i));
 *       state = plan.step(Nd4jArrays.ND4J, logits, state, CounterTokens.of(42));
 *   }
 *   Tokens text = state.tokens();
 * }</pre>
 *
 * @param name what the run is made of
 * @param mask the mask's token, {@link #NO_MASK} where none is
 * @param classesSecond whether the network's classes are the second axis, [B, V, L], and not the last one; for tokens of shape [B, H, W] they always are
 * @param steps the steps, in order
 */
public record TokenPlan(String name, int mask, boolean classesSecond, List<TokenStep> steps) implements Serializable {

    /** Stands for the mask of a process without one. */
    public static final int NO_MASK = -1;

    private static final int KEY_DIGITS = 16;

    /**
     * Copies the list.
     *
     * @throws IllegalArgumentException if there is no step, or the mask is no token
     */
    public TokenPlan {
        steps = List.copyOf(steps);
        if (steps.isEmpty() || mask < NO_MASK) {
            throw new IllegalArgumentException("a run over tokens has a step and a mask that is a token, or " + NO_MASK + " for none; got " + steps.size() + " steps and mask " + mask);
        }
    }

    /**
     * The number of network evaluations.
     *
     * @return the number, at least 1
     */
    public int evaluations() {
        return steps.size();
    }

    /**
     * What the network is told at an evaluation.
     *
     * @param evaluation the evaluation, from 0
     * @return the timestep
     */
    public double label(int evaluation) {
        return steps.get(evaluation).label();
    }

    /**
     * For each evaluation what it draws, in order.
     *
     * @return the draws
     */
    public List<List<TokenDraw>> draws() {
        return steps.stream().map(TokenStep::draws).toList();
    }

    /**
     * A state of masks alone.
     *
     * @param shape the shape, samples first
     * @return the state
     * @throws IllegalStateException if the run has no mask
     */
    public TokenState start(int... shape) {
        if (mask == NO_MASK) {
            throw new IllegalStateException(name + " has no mask to start from; start from random tokens, plan.startRandom(classes, noise, shape), or from given ones");
        }
        return startFrom(Tokens.filled(mask, shape));
    }

    /**
     * A state of random tokens.
     *
     * @param classes the number of classes
     * @param noise the random numbers
     * @param shape the shape, samples first
     * @return the state
     */
    public TokenState startRandom(int classes, TokenNoise noise, int... shape) {
        Tokens like = Tokens.filled(0, shape);
        return startFrom(like.with(noise.forRun(draws()).integers(new TokenRequest(0, TokenDraw.tokens(TokenDraw.Purpose.START), classes, like.batch(), like.length()))));
    }

    /**
     * A state of given tokens.
     *
     * @param tokens the tokens
     * @return the state before the first evaluation
     */
    public TokenState startFrom(Tokens tokens) {
        return startFrom(tokens, 0);
    }

    /**
     * A state of given tokens in the middle of the run, without memory of what came before.
     *
     * @param tokens the tokens
     * @param evaluation the evaluation it stands before
     * @return the state
     * @throws IllegalArgumentException if the run has no such evaluation
     */
    public TokenState startFrom(Tokens tokens, int evaluation) {
        if (evaluation < 0 || evaluation >= evaluations()) {
            throw new IllegalArgumentException(name + " has evaluations 0 to " + (evaluations() - 1) + ", got " + evaluation);
        }
        return TokenState.of(evaluation, tokens, key());
    }

    /**
     * A state of given tokens that no step changes, and masks that are filled in around them.
     *
     * @param tokens the tokens
     * @return the state before the first evaluation, all but the masks {@link TokenState#fixing fixed}
     * @throws IllegalStateException if the run has no mask
     */
    public TokenState startAround(Tokens tokens) {
        if (mask == NO_MASK) {
            throw new IllegalStateException(name + " has no mask that would say what is to be filled in; fix the given positions of a random state, plan.startRandom(...).with(tokens).fixing(positions)");
        }
        int[] values = tokens.values();
        BitSet given = new BitSet();
        IntStream.range(0, values.length).filter(place -> values[place] != mask).forEach(given::set);
        return startFrom(tokens).fixing(given);
    }

    /**
     * Whether no evaluation that is left can change a token: the run is complete, or all masks are filled and every step that is left fills masks alone.
     *
     * @param state a state of the run
     * @return true if the network need not be asked again
     */
    public boolean isSettled(TokenState state) {
        return steps.subList(Math.min(state.index(), steps.size()), steps.size()).stream().allMatch(step -> step.isIdle(state.tokens(), mask));
    }

    /**
     * Whether a run is complete.
     *
     * @param state a state of the run
     * @return true if no evaluation is left
     */
    public boolean isComplete(TokenState state) {
        return state.index() >= evaluations();
    }

    /**
     * Takes the step of the evaluation that a state stands before.
     *
     * @param <A> the array of a library
     * @param arrays the library
     * @param logits what the network said, of shape [B, L, V], or [B, V, L] and [B, V, H, W]
     * @param state the state
     * @param noise the random numbers
     * @return the next state
     * @throws IllegalArgumentException if the state is of another run or complete, or the logits do not fit its tokens
     */
    public <A> TokenState step(Arrays<A> arrays, A logits, TokenState state, TokenNoise noise) {
        return move(arrays, logits, state, noise).state();
    }

    /**
     * Takes a step and tells what led to it.
     *
     * @param <A> the array of a library
     * @param arrays the library
     * @param logits what the network said, of shape [B, L, V], or [B, V, L] and [B, V, H, W]
     * @param state the state
     * @param noise the random numbers
     * @return the step
     * @throws IllegalArgumentException if the state is of another run or complete, or the logits do not fit its tokens
     */
    public <A> TokenMove move(Arrays<A> arrays, A logits, TokenState state, TokenNoise noise) {
        check(state);
        List<TokenMove> moved = new ArrayList<>();
        arrays.onHost(logits, false, host -> {
            HostArray rows = rows(host, state.tokens());
            checkTokens(state.tokens(), (int) rows.size(1));
            moved.add(steps.get(state.index()).move(new Situation(rows, state, noise.forRun(draws()), mask)));
        });
        return moved.get(0);
    }

    private void check(TokenState state) {
        if (!state.plan().isEmpty() && !state.plan().equals(key())) {
            throw new IllegalArgumentException("the state is of the run with the key " + state.plan() + ", not of " + name + " with the key " + key() + "; continue with the plan that made it, or start "
                    + "from its tokens with plan.startFrom(state.tokens())");
        }
        if (isComplete(state)) {
            throw new IllegalArgumentException("the run is complete: it has " + evaluations() + " evaluations, the state stands after evaluation " + (state.index() - 1));
        }
    }

    /** The logits as [positions, classes]. */
    private HostArray rows(HostArray logits, Tokens tokens) {
        int[] shape = tokens.shape();
        boolean second = classesSecond || shape.length > 2;
        int axis = second ? 1 : shape.length;
        boolean fits = logits.rank() == shape.length + 1;
        for (int k = 0; fits && k < shape.length; k++) {
            fits = logits.size(k < axis ? k : k + 1) == shape[k];
        }
        if (!fits) {
            throw new IllegalArgumentException("the logits are " + logits + " but the tokens have the shape " + java.util.Arrays.toString(shape) + "; the classes are " + (second ? "the second axis" : "the last axis"));
        }
        logits.type().computed();
        return logits.byRows(Rows.of(IntStream.rangeClosed(0, shape.length).filter(k -> k != axis).toArray()));
    }

    private void checkTokens(Tokens tokens, int classes) {
        for (int token : tokens.values()) {
            if (token >= classes && token != mask) {
                throw new IllegalArgumentException("the tokens hold " + token + ", which is none of the network's " + classes + " classes" + (mask == NO_MASK ? "" : " and not the mask, " + mask));
            }
        }
    }

    /**
     * All numbers of the run as text, a line for each evaluation.
     *
     * @return the text
     */
    public String describe() {
        StringBuilder text = new StringBuilder(name + (mask == NO_MASK ? ", no mask" : ", mask " + mask) + (classesSecond ? ", classes second" : "") + "\n");
        for (int i = 0; i < steps.size(); i++) {
            text.append(i).append(": ").append(steps.get(i)).append('\n');
        }
        return text.toString();
    }

    /**
     * A hash of all numbers of the run, the same wherever it is made.
     *
     * @return hexadecimal digits
     */
    public String fingerprint() {
        return RunKey.sha256(describe().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * What a state names its run by.
     *
     * @return the beginning of the fingerprint
     */
    public String key() {
        return fingerprint().substring(0, KEY_DIGITS);
    }

    @Override
    public String toString() {
        return name + ", " + evaluations() + " evaluations";
    }
}
