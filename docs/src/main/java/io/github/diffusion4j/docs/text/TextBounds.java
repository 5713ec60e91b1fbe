package io.github.diffusion4j.docs.text;

import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.tokens.Tokens;
import io.github.diffusion4j.docs.report.Report;
import io.github.diffusion4j.docs.report.ReportTable;
import io.github.diffusion4j.samplers.tokens.Corruption;
import io.github.diffusion4j.samplers.tokens.Survival;
import io.github.diffusion4j.samplers.tokens.training.TokenLoss;
import io.github.diffusion4j.samplers.tokens.training.TokenLosses;
import io.github.diffusion4j.samplers.tokens.training.TokenRecipe;
import io.github.diffusion4j.samplers.tokens.training.TokenTimes;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Bits per character: two bounds of the network, and n-gram models. */
record TextBounds(TextNetwork network, long seed, int draws, int most) {

    static TokenRecipe mdlm() {
        return TokenRecipe.of(Corruption.masking(Survival.LINEAR, Alphabet.CLASSES, Alphabet.MASK));
    }

    /** LLaDA's estimate: k of L tokens are masked, k uniform. */
    static TokenRecipe llada() {
        return mdlm().withTimes(TokenTimes.inSteps(Alphabet.LENGTH)).counting();
    }

    /** Bits of each text. */
    double[] bits(TokenRecipe recipe, List<String> texts) {
        Tokens tokens = Alphabet.tokens(texts);
        double[] nats = TokenLosses.bound(Nd4jArrays.ND4J, (seen, time) -> network.logits(seen), recipe, TokenLoss.crossEntropy(Alphabet.MASK), tokens, draws, seed);
        return Arrays.stream(nats).map(nat -> nat / Math.log(2)).toArray();
    }

    void run(Names names, TextJudge judge, Report report) {
        List<String> heldOut = names.heldOut().subList(0, Math.min(most, names.heldOut().size()));
        List<String> learned = names.learned().subList(0, Math.min(most, names.learned().size()));
        double characters = heldOut.stream().mapToInt(CharacterModel::length).sum();
        double[] mdlm = bits(mdlm(), heldOut);
        double[] llada = bits(llada(), heldOut);
        ReportTable table = new ReportTable("model", "bits per character");
        row(table, "network, held-out names, MDLM's bound", Arrays.stream(mdlm).sum() / characters);
        row(table, "network, held-out names, LLaDA's estimate", Arrays.stream(llada).sum() / characters);
        row(table, "network, learned names, MDLM's bound", Arrays.stream(bits(mdlm(), learned)).sum() / learned.stream().mapToInt(CharacterModel::length).sum());
        row(table, "5-gram model of learned names, held-out names", new CharacterModel(names.learned(), TextJudge.ORDER).bits(heldOut));
        row(table, "5-gram model of all names (the judge), held-out names", judge.model().bits(heldOut));
        row(table, "uniform characters", Math.log(Alphabet.CLASSES) / Math.log(2));
        double[] differences = IntStream.range(0, mdlm.length).mapToDouble(i -> mdlm[i] - llada[i]).toArray();
        double difference = Arrays.stream(differences).average().orElse(0);
        double variance = Arrays.stream(differences).map(d -> (d - difference) * (d - difference)).sum() / Math.max(1, differences.length - 1);
        report.section("Bits", String.format(Locale.ROOT, "How much the network does not know of a character, its end among them; bounds, from %d evaluations. MDLM's bound and LLaDA's estimate are "
                + "the same in expectation: here they differ by %.2f bits for a name, give or take %.2f.", draws, Math.abs(difference), Math.sqrt(variance / differences.length)));
        report.table("Bits", table);
    }

    private static void row(ReportTable table, String model, double bits) {
        table.row(model, String.format(Locale.ROOT, "%.3f", bits));
    }
}
