package io.github.diffusion4j.core.tokens;

import io.github.diffusion4j.core.kernel.Chances;
import io.github.diffusion4j.core.kernel.Question;
import io.github.diffusion4j.core.kernel.Reading;
import io.github.diffusion4j.core.noise.TokenDraw;
import java.util.BitSet;
import java.util.List;

/**
 * A step that draws every position anew from weights of all states, which follow from the token that stands there and what the network says of it: what rules need that no candidate and no four routes
 * express. Each position costs as much as its weights.
 */
public interface Redrawing extends TokenStep {

    /**
     * How the states are drawn.
     *
     * @return the draw, with a number for each state: the classes, and one more with a mask behind them
     */
    TokenDraw draw();

    /**
     * What is asked of the logits where the step tells what it read.
     *
     * @return the question
     */
    default Question question() {
        return Question.PLAIN;
    }

    /**
     * The rule, for a network.
     *
     * @param classes how many classes the network has
     * @return for a token and the logits at its position, the weights of the states, at least 0 and not all 0; called by one thread
     * @throws IllegalArgumentException if the network's classes are not those of the rule
     */
    Rule rule(int classes);

    /** From a position to the weights of its states. */
    @FunctionalInterface
    interface Rule {

        /**
         * The weights.
         *
         * @param token the token that stands at a position
         * @param logits what the network says of it; may be changed
         * @return for each state its weight
         */
        double[] weights(int token, double... logits);
    }

    @Override
    default List<TokenDraw> draws() {
        return List.of(draw());
    }

    @Override
    default TokenMove move(Situation situation) {
        Tokens tokens = situation.tokens();
        int[] current = tokens.values();
        int[] next = new int[current.length];
        Rule rule = rule(situation.vocabulary());
        Chances chances = situation.noise().chances(situation.request(draw()));
        double[] row = new double[situation.vocabulary()];
        BitSet fixed = situation.state().fixed();
        for (int place = 0; place < next.length; place++) {
            if (fixed.get(place)) {
                next[place] = current[place];
                continue;
            }
            Reading.row(situation.logits(), place, row);
            double[] weights = rule.weights(current[place], row);
            next[place] = chances.draw(place, weights, weights.length);
        }
        Tokens after = tokens.with(next);
        return new TokenMove(situation.state().after(after, new BitSet(), List.of()), after, after, Reading.of(situation.logits(), question(), current), new BitSet(), new BitSet(), List.of());
    }
}
