package io.github.diffusion4j.laws;

import io.github.diffusion4j.core.kernel.Chances;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.noise.TokenDraw;
import io.github.diffusion4j.core.noise.TokenNoise;
import io.github.diffusion4j.core.noise.TokenRequest;
import io.github.diffusion4j.core.tokens.Coin;
import io.github.diffusion4j.core.tokens.Rank;
import io.github.diffusion4j.core.tokens.Redrawing;
import io.github.diffusion4j.core.tokens.Refinement;
import io.github.diffusion4j.core.tokens.Routes;
import io.github.diffusion4j.core.tokens.Score;
import io.github.diffusion4j.core.tokens.TokenLevel;
import io.github.diffusion4j.core.tokens.TokenPlan;
import io.github.diffusion4j.core.tokens.Tokens;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Data over a few tokens, tabulated, so that predictions are exact and the distribution of a run is propagated through the engine without sampling: every outcome of a step is made by random numbers that
 * lead to it, and weighed by its probability. The mask is token {@code classes}.
 */
record TokenToy(int classes, int length, double[] data) {

    private static final double TINY = 1e-300;

    int[] digits(int state, int base) {
        int[] digits = new int[length];
        for (int l = length - 1, left = state; l >= 0; l--) {
            digits[l] = left % base;
            left /= base;
        }
        return digits;
    }

    /** The prediction of each token of a state at a level, from all tokens or from the others alone. */
    double[][] prediction(int[] tokens, TokenLevel level, boolean fromTheOthers) {
        return prediction(tokens, (clean, token) -> reached(clean, token, level), fromTheOthers);
    }

    /** The probability that a clean token became another. */
    interface Reached {
        double by(int clean, int token);
    }

    /** The same for any process. */
    double[][] prediction(int[] tokens, Reached reached, boolean fromTheOthers) {
        double[][] prediction = new double[length][classes];
        for (int x = 0; x < data.length; x++) {
            int[] clean = digits(x, classes);
            for (int l = 0; l < length; l++) {
                double weight = data[x];
                for (int m = 0; m < length; m++) {
                    weight *= m == l && fromTheOthers ? 1 : reached.by(clean[m], tokens[m]);
                }
                prediction[l][clean[l]] += weight;
            }
        }
        for (double[] row : prediction) {
            double sum = Arrays.stream(row).sum();
            Arrays.setAll(row, k -> row[k] / sum);
        }
        return prediction;
    }

    /** The probability that a clean token became another. */
    double reached(int clean, int token, TokenLevel level) {
        return token == classes ? level.masked() : (clean == token ? level.kept() : 0) + level.random() / classes;
    }

    /** What the network says and what candidates are drawn from, for a state at an evaluation. */
    interface Predictions {
        double[][] of(int[] tokens, int evaluation);
    }

    /** The distribution at the end of a run, over clean states. */
    double[] end(TokenPlan plan, Map<List<Integer>, Double> start, Predictions said, Predictions drawnFrom) {
        Map<List<Integer>, Double> now = start;
        for (int i = 0; i < plan.evaluations(); i++) {
            Map<List<Integer>, Double> next = new HashMap<>();
            int evaluation = i;
            now.forEach((state, probability) -> {
                if (probability > 0) {
                    int[] tokens = state.stream().mapToInt(Integer::intValue).toArray();
                    step(plan, evaluation, tokens, probability, said.of(tokens, evaluation), drawnFrom.of(tokens, evaluation), next);
                }
            });
            now = next;
        }
        double[] end = new double[data.length];
        now.forEach((state, probability) -> end[state.stream().reduce(0, (a, b) -> a * classes + b)] += probability);
        return end;
    }

    private void step(TokenPlan plan, int evaluation, int[] tokens, double probability, double[][] said, double[][] drawnFrom, Map<List<Integer>, Double> next) {
        if (plan.steps().get(evaluation) instanceof Redrawing redrawing) {
            weighed(plan, evaluation, redrawing.rule(classes), tokens, probability, said, next);
            return;
        }
        Refinement step = (Refinement) plan.steps().get(evaluation);
        int[] candidates = new int[length];
        for (int c = 0; c < data.length; c++) {
            candidates = digits(c, classes);
            double weight = probability;
            for (int l = 0; l < length; l++) {
                weight *= drawnFrom[l][candidates[l]];
            }
            if (weight > TINY) {
                verdicts(plan, evaluation, step, tokens, candidates, weight, said, drawnFrom, next);
            }
        }
    }

    /** Every outcome of weights of all states, position by position. */
    private void weighed(TokenPlan plan, int evaluation, Redrawing.Rule rule, int[] tokens, double probability, double[][] said, Map<List<Integer>, Double> next) {
        double[][] weights = new double[length][];
        for (int l = 0; l < length; l++) {
            double[] own = rule.weights(tokens[l], Arrays.stream(said[l]).map(p -> Math.log(Math.max(p, TINY))).toArray());
            double sum = Arrays.stream(own).sum();
            weights[l] = Arrays.stream(own).map(weight -> weight / sum).toArray();
        }
        int states = weights[0].length;
        for (int x = 0; x < Math.pow(states, length); x++) {
            int[] outcome = digits(x, states);
            double weight = probability;
            for (int l = 0; l < length; l++) {
                weight *= weights[l][outcome[l]];
            }
            if (weight > TINY) {
                add(plan, evaluation, tokens, said, new Script(outcome, weights, new int[length], new double[length][1], new int[length], new double[length]), weight, next);
            }
        }
    }

    private void verdicts(TokenPlan plan, int evaluation, Refinement step, int[] tokens, int[] candidates, double weight, double[][] said, double[][] drawnFrom, Map<List<Integer>, Double> next) {
        if (step.verdict() instanceof Coin coin) {
            double[][] routes = new double[length][];
            for (int l = 0; l < length; l++) {
                Routes own = tokens[l] == classes ? coin.masked() : coin.known();
                routes[l] = own.probabilities(candidates[l] == tokens[l], classes);
            }
            for (int r = 0; r < Math.pow(4, length); r++) {
                int[] route = digits(r, 4);
                double own = weight;
                for (int l = 0; l < length; l++) {
                    own *= routes[l][route[l]];
                }
                boolean random = IntStream.of(route).anyMatch(way -> way == 2);
                int tokensDrawn = random ? data.length : 1;
                for (int u = 0; own > TINY && u < tokensDrawn; u++) {
                    add(plan, evaluation, tokens, said, new Script(candidates, drawnFrom, route, routes, digits(u, classes), new double[length]), own / tokensDrawn, next);
                }
            }
            return;
        }
        boolean shuffled = step.verdict() instanceof Rank rank && rank.score().measure() == Score.Measure.RANDOM;
        for (int order = 0; order < (shuffled ? length : 1); order++) {
            int first = order;
            double[] uniforms = IntStream.range(0, length).mapToDouble(l -> ((l + first) % length + 0.5) / length).toArray();
            add(plan, evaluation, tokens, said, new Script(candidates, drawnFrom, new int[length], new double[length][1], new int[length], uniforms), weight / (shuffled ? length : 1), next);
        }
    }

    private void add(TokenPlan plan, int evaluation, int[] tokens, double[][] said, Script script, double weight, Map<List<Integer>, Double> next) {
        Tokens after = plan.step(HostArrays.HEAP, logits(said), plan.startFrom(Tokens.of(tokens, 1, length), evaluation), script).tokens();
        next.merge(Arrays.stream(after.values()).boxed().toList(), weight, Double::sum);
    }

    HostArray logits(double[][] predictions) {
        HostArray logits = HostArrays.HEAP.make(ElementType.DOUBLE, 1, length, classes);
        logits.fill(Arrays.stream(predictions).flatMapToDouble(Arrays::stream).map(p -> Math.log(Math.max(p, TINY))).toArray());
        return logits;
    }

    static double distance(double[] one, double[] other) {
        return IntStream.range(0, one.length).mapToDouble(k -> Math.abs(one[k] - other[k])).sum() / 2;
    }

    /** Random numbers that lead to given outcomes. */
    record Script(int[] candidates, double[][] drawnFrom, int[] route, double[][] routes, int[] random, double[] uniforms) implements TokenNoise {

        @Override
        public double[] uniforms(TokenRequest request) {
            return uniforms;
        }

        @Override
        public int[] integers(TokenRequest request) {
            return random;
        }

        @Override
        public Chances chances(TokenRequest request) {
            boolean coin = request.draw().purpose() == TokenDraw.Purpose.COIN;
            double[][] weights = coin ? routes : drawnFrom;
            int[] wanted = coin ? route : candidates;
            return new Chances() {
                @Override
                public boolean racing() {
                    return false;
                }

                @Override
                public double uniform(int position) {
                    double before = Arrays.stream(weights[position]).limit(wanted[position]).sum();
                    return (before + weights[position][wanted[position]] / 2) / Arrays.stream(weights[position]).sum();
                }

                @Override
                public Exponentials exponentials(int position) {
                    throw new UnsupportedOperationException();
                }
            };
        }
    }
}
