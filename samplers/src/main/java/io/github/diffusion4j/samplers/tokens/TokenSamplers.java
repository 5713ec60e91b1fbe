package io.github.diffusion4j.samplers.tokens;

import io.github.diffusion4j.core.kernel.Nucleus;
import io.github.diffusion4j.core.kernel.Question;
import io.github.diffusion4j.core.tokens.Coin;
import io.github.diffusion4j.core.tokens.Prefix;
import io.github.diffusion4j.core.tokens.Quota;
import io.github.diffusion4j.core.tokens.Rank;
import io.github.diffusion4j.core.tokens.Refinement;
import io.github.diffusion4j.core.tokens.Refinement.Candidate;
import io.github.diffusion4j.core.tokens.Refinement.Competing;
import io.github.diffusion4j.core.tokens.Refinement.Edit;
import io.github.diffusion4j.core.tokens.Refinement.Rest;
import io.github.diffusion4j.core.tokens.Refinement.Window;
import io.github.diffusion4j.core.tokens.Routes;
import io.github.diffusion4j.core.tokens.Score;
import io.github.diffusion4j.core.tokens.TokenLevel;
import io.github.diffusion4j.core.tokens.TokenPlan;
import io.github.diffusion4j.core.tokens.TokenStep;
import io.github.diffusion4j.core.tokens.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The published methods over tokens beyond Diffusers' classes, as compositions of the same parts, in the way of the mathematics. The mask is never a candidate, ties are broken by position and no
 * evaluation is empty.
 */
public final class TokenSamplers {

    private TokenSamplers() {}

    private static void check(int steps) {
        if (steps < 1 || steps > 100_000) {
            throw new IllegalArgumentException("a run over tokens takes 1 to 100000 steps, got " + steps);
        }
    }

    private static Refinement masked(double label, Candidate candidate, Verdict verdict, Rest rest) {
        return new Refinement(label, candidate, Competing.MASKED, Window.ALL, verdict, rest, Edit.NEVER);
    }

    /** A step for each stretch between times that fall equally from 1 to 0, the last one to clean data. */
    private static List<TokenStep> along(int steps, Survival survival, Between step) {
        check(steps);
        return IntStream.range(0, steps).mapToObj(i -> {
            double from = (steps - i) / (double) steps;
            double to = (steps - i - 1) / (double) steps;
            return step.of(from, survival.alpha(from), i == steps - 1 ? 1 : survival.alpha(to));
        }).toList();
    }

    private interface Between {
        TokenStep of(double time, double alpha, double cleaner);
    }

    /**
     * Ancestral sampling of masks (MDLM, D3PM's absorbing kernel, Dream's "origin", discrete flow matching with exact jumps): a masked token becomes its candidate with probability
     * {@code (alpha_s - alpha_t) / (1 - alpha_t)}. The last step unmasks everything.
     *
     * @param mask the mask's token
     * @param steps the number of steps
     * @param survival the schedule
     * @return the plan
     */
    public static TokenPlan mdlm(int mask, int steps, Survival survival) {
        return new TokenPlan("MDLM", mask, false, along(steps, survival, (time, alpha, cleaner) -> masked(time, Candidate.DRAWN.without(mask),
                Coin.between(TokenLevel.masking(time == 1 ? 0 : alpha), TokenLevel.masking(cleaner)), Rest.KEEP)));
    }

    /**
     * MDLM that masks tokens again (ReMDM, Wang et al., arXiv:2503.00307): a known token is masked with a probability {@code sg}, a masked one becomes its candidate with probability
     * {@code (alpha_s - (1 - sg) alpha_t) / (1 - alpha_t)}, which keeps the marginals. Given tokens are masked again too, unless they are {@link io.github.diffusion4j.core.tokens.TokenState#fixing fixed}.
     *
     * @param mask the mask's token
     * @param steps the number of steps
     * @param survival the schedule
     * @param remasking the probability, for instance {@link Remasking#cap}
     * @return the plan
     */
    public static TokenPlan remdm(int mask, int steps, Survival survival, Remasking remasking) {
        return new TokenPlan("ReMDM", mask, false, along(steps, survival, (time, survived, cleaner) -> {
            double alpha = time == 1 ? 0 : survived;
            double again = alpha == 0 ? 0 : Math.min(remasking.probability(time, alpha, cleaner), Remasking.bound(alpha, cleaner));
            return remasked(mask, time, alpha, cleaner, again);
        }));
    }

    private static Refinement remasked(int mask, double time, double alpha, double cleaner, double again) {
        double clean = Math.max(0, Math.min(1, (cleaner - (1 - again) * alpha) / (1 - alpha)));
        Coin coin = new Coin(new Routes(clean, 0, 0, 0, 1 - clean), new Routes(0, 0, 1 - again, 0, again));
        return new Refinement(time, Candidate.DRAWN.without(mask), Competing.ALL, Window.ALL, coin, Rest.KEEP, Edit.NEVER);
    }

    /**
     * ReMDM's "conf": tokens that were less probable when they were taken are masked again sooner. A state of this run remembers how probable each was.
     *
     * @param mask the mask's token
     * @param steps the number of steps
     * @param survival the schedule
     * @return the plan
     */
    public static TokenPlan remdmByConfidence(int mask, int steps, Survival survival) {
        return new TokenPlan("ReMDM, confidence", mask, false, along(steps, survival, (time, survived, cleaner) -> {
            double alpha = time == 1 ? 0 : survived;
            Verdict verdict = cleaner == 1 ? Verdict.ALL : new RemaskingByConfidence((cleaner - alpha) / (1 - alpha), alpha == 0 ? 0 : Remasking.bound(alpha, cleaner));
            return new Refinement(time, Candidate.DRAWN.without(mask), cleaner == 1 ? Competing.MASKED : Competing.ALL, Window.ALL, verdict, Rest.KEEP, Edit.NEVER);
        }));
    }

    /**
     * ReMDM's "loop": tokens appear as in linear MDLM up to a part of them, which is then masked again and again while that part stays, and the rest follows.
     *
     * @param mask the mask's token
     * @param steps the number of steps
     * @param on the time at which the loop begins, below 1
     * @param off the time at which it ends, below that and above 0
     * @param plateau which part of the tokens is there during the loop, in (0, 1)
     * @param eta the probability of masking a token again during the loop, at most {@code (1 - plateau) / plateau}
     * @return the plan
     */
    public static TokenPlan remdmLoop(int mask, int steps, double on, double off, double plateau, double eta) {
        check(steps);
        if (!(on < 1 && off < on && off > 0 && plateau > 0 && plateau < 1 && eta >= 0 && eta <= Remasking.bound(plateau, plateau))) {
            throw new IllegalArgumentException("a loop begins at a time below 1 and ends at a cleaner one above 0, with a part of the tokens and a probability of masking them again of at most (1 - part) / part, "
                    + "got " + on + ", " + off + ", " + plateau + " and " + eta);
        }
        DoubleUnaryOperator alpha = time -> time > on ? (1 - time) * plateau / (1 - on) : time > off ? plateau : 1 - time * (1 - plateau) / off;
        return new TokenPlan("ReMDM, loop", mask, false, IntStream.range(0, steps).<TokenStep>mapToObj(i -> {
            double time = (steps - i) / (double) steps;
            double now = alpha.applyAsDouble(time);
            double cleaner = alpha.applyAsDouble((steps - i - 1) / (double) steps);
            return remasked(mask, time, now, cleaner, time <= on && time > off && now > 0 ? Math.min(eta, Remasking.bound(now, cleaner)) : 0);
        }).toList());
    }

    /**
     * Ancestral sampling of uniform noise (D3PM's uniform kernel, UDLM, Schiff et al., arXiv:2412.10193): exact for the kind of prediction that the network makes.
     *
     * @param steps the number of steps
     * @param survival the schedule
     * @param fromTheOthers whether the network predicts each token from the others alone, as one trained with D3PM's or UDLM's bound does; otherwise from all tokens, as one trained with cross entropy
     * @return the plan
     */
    public static TokenPlan uniform(int steps, Survival survival, boolean fromTheOthers) {
        return new TokenPlan("UDLM", TokenPlan.NO_MASK, false, along(steps, survival, (time, survived, cleaner) -> {
            TokenLevel level = TokenLevel.uniform(time == 1 ? 0 : survived);
            Candidate candidate = fromTheOthers ? Candidate.DRAWN.fromTheOthers(level) : Candidate.DRAWN;
            return new Refinement(time, candidate, Competing.ALL, Window.ALL, Coin.between(level, TokenLevel.uniform(cleaner)), Rest.KEEP, Edit.NEVER);
        }));
    }

    /**
     * Ancestral sampling of any chain (D3PM, Austin et al., arXiv:2107.03006): with banded, Gaussian and other kernels that are no coin over four routes. Each position costs K^2. The last step draws from
     * what the network says itself, where the published code takes the most probable class.
     *
     * @param chain the process
     * @param steps the number of steps, at most those of the chain
     * @param fromTheOthers whether the network, but for the last step, predicts each token from the others alone, as one trained with D3PM's bound does
     * @return the plan, whose labels are timesteps from 0 (the cleanest noise) to T - 1
     */
    public static TokenPlan d3pm(TokenChain chain, int steps, boolean fromTheOthers) {
        check(steps);
        if (steps > chain.steps()) {
            throw new IllegalArgumentException("the chain has " + chain.steps() + " steps, at most as many are taken, got " + steps);
        }
        IntToDoubleFunction time = left -> Math.rint(chain.steps() * (double) left / steps) / chain.steps();
        return new TokenPlan("D3PM", chain.mask(), false, IntStream.range(0, steps).<TokenStep>mapToObj(i -> {
            double from = time.applyAsDouble(steps - i);
            return new PosteriorStep(chain.level(from) - 1, chain, from, time.applyAsDouble(steps - i - 1), fromTheOthers && i < steps - 1);
        }).toList());
    }

    /**
     * SEDD (Lou et al., arXiv:2310.16834): steps by the logarithms of scores, which the network gives for each class, 0 for the token that stands there.
     *
     * @param mask the mask's token, {@link TokenPlan#NO_MASK} for uniform noise
     * @param steps the number of steps; the last one denoises
     * @param survival the schedule, which keeps something at t = 1; labels are its sigmas
     * @param euler whether by Euler's method, otherwise analytically (Tweedie)
     * @return the plan
     */
    public static TokenPlan sedd(int mask, int steps, Survival survival, boolean euler) {
        check(steps);
        if (survival.alpha(1) == 0) {
            throw new IllegalArgumentException("scores are multiples of what has survived, and with " + survival + " nothing is left at t = 1; take a schedule that keeps a rest, for instance Survival.LOG_LINEAR");
        }
        return new TokenPlan("SEDD, " + (euler ? "Euler" : "analytic"), mask, false, IntStream.range(0, steps).<TokenStep>mapToObj(i -> {
            double from = (steps - i) / (double) steps;
            boolean last = i == steps - 1;
            double analytic = survival.sigma(from) - (last ? 0 : survival.sigma((steps - i - 1) / (double) steps));
            return new ScoreStep(survival.sigma(from), mask, euler && !last, euler && !last ? survival.rate(from) / steps : analytic, last);
        }).toList());
    }

    /**
     * LLaDA (Nie et al., arXiv:2502.09992): blocks one after the other, each filled in as many steps by equal quotas of the surest positions. With {@link Score.Measure#PLAIN} the published rule, which
     * biases towards tokens that are likely by themselves.
     *
     * @param mask the mask's token
     * @param first the first position to fill, behind the prompt
     * @param blocks how many blocks
     * @param length the length of a block
     * @param steps the steps of a block, at most its length
     * @param temperature of the candidates; 0 for the most probable
     * @param score which positions are filled first
     * @return the plan
     */
    public static TokenPlan llada(int mask, int first, int blocks, int length, int steps, double temperature, Score score) {
        check(steps);
        if (steps > length || blocks < 1) {
            throw new IllegalArgumentException("a block of " + length + " positions is filled in 1 to " + length + " steps, got " + steps + " steps and " + blocks + " blocks");
        }
        int[] quotas = Quota.parts(length, steps);
        List<TokenStep> all = new ArrayList<>();
        for (int block = 0; block < blocks; block++) {
            Window window = new Window(first + block * length, first + (block + 1) * length);
            for (int i = 0; i < steps; i++) {
                all.add(new Refinement(i, Candidate.at(temperature).without(mask), Competing.MASKED, window, Rank.of(score, new Quota.Fixed(quotas[i])), Rest.KEEP, Edit.NEVER));
            }
        }
        return new TokenPlan("LLaDA", mask, false, all);
    }

    /**
     * Dream's strategies (Ye et al., arXiv:2508.15487): the surest positions, as many as a process linear in time would unmask, rounded and never none; row by row, where the published code takes the mean
     * of all rows.
     *
     * @param mask the mask's token
     * @param steps the number of steps
     * @param question temperature, top-k and top-p of the candidates
     * @param score which positions are filled first; with noise, positions are drawn
     * @return the plan
     */
    public static TokenPlan dream(int mask, int steps, Question question, Score score) {
        check(steps);
        Candidate candidate = new Candidate(question, true, 0).without(mask);
        return new TokenPlan("Dream", mask, false, IntStream.range(0, steps).<TokenStep>mapToObj(i -> masked((steps - i) / (double) steps, candidate, Rank.of(score, new Quota.Part(1.0 / (steps - i))), Rest.KEEP))
                .toList());
    }

    /**
     * MaskGIT (Chang et al., arXiv:2202.04200): candidates everywhere, and all but {@code floor(L (1 - alpha(1 - r)))} of the least sure are taken, by {@code ln p + T (1 - r) g}, {@code r = (i + 1) / n}.
     *
     * @param mask the mask's token
     * @param steps the number of steps
     * @param survival how many are taken; {@link Survival#SINE} is the published cosine, {@link Survival#ARCCOS} and {@link Survival#power} the others
     * @param temperature T, 4.5 in the published config
     * @return the plan
     */
    public static TokenPlan maskgit(int mask, int steps, Survival survival, double temperature) {
        check(steps);
        DoubleFunction<Verdict> rank = r -> r == 1 ? Verdict.ALL : Rank.of(new Score(Score.Measure.LOG_PLAIN, temperature * (1 - r)), new Quota.AllBut(1 - survival.alpha(1 - r)));
        return new TokenPlan("MaskGIT", mask, false, IntStream.range(0, steps).<TokenStep>mapToObj(i -> masked(i, Candidate.DRAWN.without(mask), rank.apply((i + 1) / (double) steps), Rest.MASK)).toList());
    }

    /**
     * Entropy-bounded unmasking (Ben-Hamu et al., arXiv:2505.24857): as many of the surest positions as their entropies allow; the last step takes all that are left.
     *
     * @param mask the mask's token
     * @param steps the largest number of steps
     * @param bound the bound in nats, at least 0
     * @return the plan
     */
    public static TokenPlan entropyBounded(int mask, int steps, double bound) {
        check(steps);
        return new TokenPlan("EB-Sampler", mask, false,
                IntStream.range(0, steps).<TokenStep>mapToObj(i -> masked(i, Candidate.DRAWN.without(mask), i == steps - 1 ? Verdict.ALL : new Prefix(bound), Rest.KEEP)).toList());
    }

    /**
     * Discrete flow matching (Gat et al., arXiv:2407.15595) by Euler steps as published, {@code kappa = t^power}: a masked token jumps to its candidate with probability {@code 1 - exp(-h kappa' / (1 - kappa))},
     * less than the exact jump, which is {@link #mdlm}; the last step takes every candidate. Without a mask every position jumps so, from random tokens.
     *
     * @param mask the mask's token, {@link TokenPlan#NO_MASK} for a path from random tokens
     * @param steps the number of steps
     * @param power the power of the path, above 0
     * @return the plan
     */
    public static TokenPlan flowMatchingEuler(int mask, int steps, double power) {
        check(steps);
        return new TokenPlan("Discrete flow matching, Euler", mask, false, IntStream.range(0, steps).<TokenStep>mapToObj(i -> {
            double time = i / (double) steps;
            double slope = power * StrictMath.pow(time, power - 1);
            double jump = -StrictMath.expm1(-slope / steps / (1 - StrictMath.pow(time, power)));
            boolean masks = mask != TokenPlan.NO_MASK;
            Coin coin = masks ? new Coin(new Routes(jump, 0, 0, 0, 1 - jump), Routes.STAY) : new Coin(Routes.STAY, new Routes(jump, 0, 1 - jump, 0, 0));
            return new Refinement(time, Candidate.DRAWN.without(mask), masks ? Competing.MASKED : Competing.ALL, Window.ALL, i == steps - 1 ? Verdict.ALL : coin, Rest.KEEP, Edit.NEVER);
        }).toList());
    }

    /**
     * A method by name.
     *
     * @param name the name
     * @param plan its run, for tokens 0 to V - 1 and the mask V
     */
    public record Entry(String name, TokenPlan plan) {}

    /**
     * Every method of this library, for laws and tables: runs that fill a sample of masks, or refine a random one.
     *
     * @param classes V, the number of real classes; the mask is token V
     * @param length the length of a sample
     * @param steps the number of steps, at most the length
     * @return the methods
     */
    public static List<Entry> all(int classes, int length, int steps) {
        List<TokenPlan> plans = new ArrayList<>(List.of(mdlm(classes, steps, Survival.LINEAR), mdlm(classes, steps, Survival.COSINE), remdm(classes, steps, Survival.LINEAR, Remasking.cap(0.3)), remdm(classes, steps, Survival.COSINE, Remasking.rescaled(0.5)),
                remdm(classes, steps, Survival.LINEAR, Remasking.corrector(10, 0.25).between(0.8, 0.1)), remdmByConfidence(classes, steps, Survival.LINEAR), remdmLoop(classes, steps, 0.6, 0.3, 0.8, 0.1),
               
                uniform(steps, Survival.LINEAR, false), uniform(steps, Survival.LINEAR, true), maskgit(classes, steps, Survival.SINE, 4.5), entropyBounded(classes, steps, 0.5), flowMatchingEuler(classes, steps, 1),
                flowMatchingEuler(TokenPlan.NO_MASK, steps, 2), sedd(classes, steps, Survival.LOG_LINEAR, true), sedd(classes, steps, Survival.LOG_LINEAR, false), sedd(TokenPlan.NO_MASK, steps, Survival.GEOMETRIC, true),
                sedd(TokenPlan.NO_MASK, steps, Survival.GEOMETRIC, false), d3pm(TokenChain.of(TokenKernel.gaussian(classes), TokenChain.linearBetas(2 * steps, 0.1, 0.5)), steps, true),
                dream(classes, steps, Question.PLAIN.withFilter(0, new Nucleus(0.95, Nucleus.Rule.CROSSING)), Score.of(Score.Measure.ENTROPY)), dream(classes, steps, Question.PLAIN, new Score(Score.Measure.MARGIN, 0.2))));
        for (Score.Measure measure : Score.Measure.values()) {
            plans.add(llada(classes, 0, 1, length, steps, 1, Score.of(measure)));
        }
        return IntStream.range(0, plans.size()).mapToObj(k -> new Entry(plans.get(k).name() + " " + k, plans.get(k))).toList();
    }
}
