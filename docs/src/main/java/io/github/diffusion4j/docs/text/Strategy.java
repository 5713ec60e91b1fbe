package io.github.diffusion4j.docs.text;

import io.github.diffusion4j.core.kernel.Nucleus;
import io.github.diffusion4j.core.kernel.Question;
import io.github.diffusion4j.core.tokens.Score;
import io.github.diffusion4j.core.tokens.Score.Measure;
import io.github.diffusion4j.core.tokens.TokenPlan;
import io.github.diffusion4j.samplers.diffusers.TokenConfig;
import io.github.diffusion4j.samplers.tokens.Remasking;
import io.github.diffusion4j.samplers.tokens.Survival;
import io.github.diffusion4j.samplers.tokens.TokenSamplers;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * A way to fill a text.
 *
 * @param name its name
 * @param plans its run of so many evaluations
 */
record Strategy(String name, IntFunction<TokenPlan> plans) {

    private static final double REMASKED = 0.1;
    private static final double KEPT = 0.9;
    private static final double MASKGIT_TEMPERATURE = 4.5;
    private static final double ENTROPY_BOUND = 1;

    private static TokenPlan llada(int steps, Measure measure) {
        return TokenSamplers.llada(Alphabet.MASK, 0, 1, Alphabet.LENGTH, steps, 1, Score.of(measure));
    }

    private static TokenPlan diffusers(String json, int steps) {
        return TokenConfig.parse(json).scheduler().plan(steps);
    }

    static List<Strategy> all() {
        int mask = Alphabet.MASK;
        Question nucleus = Question.PLAIN.withFilter(0, new Nucleus(KEPT, Nucleus.Rule.CROSSING));
        List<Strategy> all = new ArrayList<>();
        all.add(new Strategy("MDLM", n -> TokenSamplers.mdlm(mask, n, Survival.LOG_LINEAR)));
        all.add(new Strategy("ReMDM, cap 0.1", n -> TokenSamplers.remdm(mask, n, Survival.LOG_LINEAR, Remasking.cap(REMASKED))));
        all.add(new Strategy("ReMDM, confidence", n -> TokenSamplers.remdmByConfidence(mask, n, Survival.LOG_LINEAR)));
        all.add(new Strategy("LLaDA, random order", n -> llada(n, Measure.RANDOM)));
        all.add(new Strategy("LLaDA, confidence", n -> llada(n, Measure.PLAIN)));
        all.add(new Strategy("LLaDA, margin", n -> llada(n, Measure.MARGIN)));
        all.add(new Strategy("LLaDA, entropy", n -> llada(n, Measure.ENTROPY)));
        all.add(new Strategy("Dream, entropy, top-p 0.9", n -> TokenSamplers.dream(mask, n, nucleus, Score.of(Measure.ENTROPY))));
        all.add(new Strategy("MaskGIT", n -> TokenSamplers.maskgit(mask, n, Survival.SINE, MASKGIT_TEMPERATURE)));
        all.add(new Strategy("entropy bound 1 nat", n -> TokenSamplers.entropyBounded(mask, n, ENTROPY_BOUND)));
        all.add(new Strategy("AmusedScheduler", n -> diffusers("{\"_class_name\": \"AmusedScheduler\", \"mask_token_id\": " + mask + "}", n)));
        all.add(new Strategy("BlockRefinementScheduler", n -> diffusers("{\"_class_name\": \"BlockRefinementScheduler\", \"mask_token_id\": " + mask + ", \"block_length\": " + Alphabet.LENGTH
                + ", \"temperature\": 1.0}", n)));
        all.add(new Strategy("discrete flow matching, Euler", n -> TokenSamplers.flowMatchingEuler(mask, n, 1)));
        return all;
    }

    static Strategy named(String name) {
        return all().stream().filter(strategy -> strategy.name().equals(name)).findFirst().orElseThrow();
    }
}
