package io.github.diffusion4j.docs.text;

import io.github.diffusion4j.core.tokens.TokenPlan;
import io.github.diffusion4j.core.tokens.TokenState;
import io.github.diffusion4j.docs.report.Report;
import io.github.diffusion4j.docs.report.ReportTable;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** Fills the masks of patterns around what they give. */
record Infilling(TextSampling sampling, TextJudge judge, int samples) {

    private static final int EVALUATIONS = 16;
    private static final int SHOWN = 3;
    private static final List<String> STRATEGIES = List.of("MDLM", "ReMDM, cap 0.1", "LLaDA, entropy", "MaskGIT");

    /** Masks are underscores; those behind an asterisk reach to the end. */
    private static final List<String> PATTERNS = List.of("latin small letter _ with *", "_____ face with *", "________ arrow *", "kangxi radical *", "musical symbol *");

    /** A batch of a pattern, whose given positions no step changes. */
    static TokenState start(TokenPlan plan, String pattern, int samples) {
        String masks = Character.toString(Alphabet.MASK_SIGN).repeat(Math.max(0, Alphabet.LENGTH - pattern.length() + 1));
        return plan.startAround(Alphabet.tokens(Collections.nCopies(samples, pattern.replace("*", masks))));
    }

    private List<String> fill(String pattern, TokenPlan plan) {
        return Alphabet.texts(TextSampling.last(sampling.path(plan, start(plan, pattern, samples))));
    }

    void run(Report report) {
        ReportTable table = new ReportTable("given", "strategy", "perplexity", "distinct", "names", "some of them");
        for (String pattern : PATTERNS) {
            for (String name : STRATEGIES) {
                List<String> texts = fill(pattern, Strategy.named(name).plans().apply(EVALUATIONS));
                TextJudge.Quality quality = judge.quality(texts);
                table.row(pattern.replace("*", "…"), name, String.format(Locale.ROOT, "%.2f", quality.perplexity()), StrategyComparison.percent(quality.distinct()),
                        StrategyComparison.percent(quality.learned() + quality.heldOut()), String.join("; ", texts.stream().distinct().limit(SHOWN).toList()));
            }
        }
        report.section("Filling in", "Some characters are given and fixed (<code>state.fixing</code>), the masks around them are filled in " + EVALUATIONS + " evaluations.");
        report.table("Filling in", table);
    }
}
