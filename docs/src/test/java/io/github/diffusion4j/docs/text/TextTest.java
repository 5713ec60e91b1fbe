package io.github.diffusion4j.docs.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.plan.RunKey;
import io.github.diffusion4j.core.tokens.TokenPlan;
import io.github.diffusion4j.core.tokens.Tokens;
import io.github.diffusion4j.docs.Main;
import io.github.diffusion4j.docs.report.LossCurves;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextTest {

    private static final List<String> NAMES = Names.all();

    @Test
    void every_java_has_the_same_names() {
        assertEquals(5155, NAMES.size());
        assertEquals(5155, new HashSet<>(NAMES).size());
        assertTrue(NAMES.stream().allMatch(Alphabet::fits));
        assertEquals("34199c2cdf520b263739850671e466056b3e0440cc85e9f49f2ff257e709eabe", RunKey.sha256(String.join("\n", NAMES).getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void held_out_names_are_not_learned() {
        Names names = Names.split(3);
        assertEquals(515, names.heldOut().size());
        HashSet<String> both = new HashSet<>(names.learned());
        both.addAll(names.heldOut());
        assertEquals(5155, both.size());
    }

    @Test
    void texts_and_tokens_are_inverses() {
        Tokens tokens = Alphabet.tokens(NAMES);
        assertEquals(NAMES, Alphabet.texts(tokens));
        assertTrue(Arrays.stream(tokens.values()).allMatch(token -> token >= 0 && token <= Alphabet.END));
        assertTrue(IntStream.range(0, NAMES.size()).allMatch(sample -> Alphabet.whole(tokens, sample)));
        int[] broken = Alphabet.tokens(List.of("sun")).values();
        broken[20] = 0;
        assertFalse(Alphabet.whole(Tokens.of(broken, 1, Alphabet.LENGTH), 0));
        assertThrows(IllegalArgumentException.class, () -> Alphabet.tokens(List.of("Latin")));
    }

    @Test
    void the_judge_is_a_distribution() {
        CharacterModel model = new CharacterModel(NAMES, 5);
        for (String history : List.of("", "^", "lati", "with", "zqxj")) {
            assertEquals(1, CharacterModel.signs().chars().mapToDouble(next -> model.probability(history, (char) next)).sum(), 1e-12, history);
        }
    }

    /** Of "ab" and "ac", by hand: after "a" two kinds in two, b once; before that four kinds in six, b once; before that 39 signs. */
    @Test
    void the_judge_smooths_as_witten_and_bell() {
        CharacterModel model = new CharacterModel(List.of("ab", "ac"), 2);
        double single = (1 + 4 / 39.0) / (6 + 4);
        assertEquals(single, model.probability("", 'b'), 1e-12);
        assertEquals((1 + 2 * single) / (2 + 2), model.probability("a", 'b'), 1e-12);
    }

    @Test
    void the_judge_prefers_names() {
        Names names = Names.split(3);
        CharacterModel model = new CharacterModel(names.learned(), 5);
        List<String> shuffled = names.heldOut().stream().map(name -> new StringBuilder(name).reverse().toString()).toList();
        assertTrue(model.bits(names.heldOut()) < 2, "held-out names: " + model.bits(names.heldOut()));
        assertTrue(model.bits(shuffled) > 4, "names backwards: " + model.bits(shuffled));
    }

    @Test
    void quality_counts_names_words_and_repetitions() {
        TextJudge.Quality quality = new TextJudge(new Names(List.of("red heart", "black heart"), List.of("red apple"))).quality(List.of("red heart", "red heart", "red apple", "blue heart"));
        assertEquals(0.75, quality.distinct());
        assertEquals(0.5, quality.learned());
        assertEquals(0.25, quality.heldOut());
        assertEquals(7 / 8.0, quality.words());
    }

    @Test
    void training_lowers_the_loss() {
        Names all = Names.split(3);
        Names few = new Names(all.learned().subList(0, 320), all.heldOut());
        TextNetwork network = new TextNetwork(1);
        double before = bits(network, few.learned().subList(0, 64));
        TextJob.train(network, few, 3, 1, new LossCurves());
        double after = bits(network, few.learned().subList(0, 64));
        assertTrue(after < 0.9 * before, before + " bits, afterwards " + after);
    }

    private static double bits(TextNetwork network, List<String> texts) {
        return Arrays.stream(new TextBounds(network, 1, 16, 64).bits(TextBounds.mdlm(), texts)).average().orElseThrow();
    }

    @Test
    void every_strategy_fills_a_text_and_keeps_what_is_given() {
        TextNetwork network = new TextNetwork(1);
        for (Strategy strategy : Strategy.all()) {
            TokenPlan plan = strategy.plans().apply(4);
            Tokens last = TextSampling.last(new TextSampling(network, 1).path(plan, Infilling.start(plan, "x_x_*", 2)));
            assertEquals(0, last.count(Alphabet.MASK), strategy.name());
            assertTrue(IntStream.range(0, 2).allMatch(sample -> Alphabet.sign(last.at(sample, 0)) == 'x' && Alphabet.sign(last.at(sample, 2)) == 'x'), strategy.name());
        }
    }

    @Test
    void a_line_marks_masks_and_what_is_new() {
        Tokens before = Alphabet.tokens(List.of("a__" + "_".repeat(Alphabet.LENGTH - 3)));
        Tokens after = Alphabet.tokens(List.of("ab_"));
        String line = StepsView.line(before, after, 0);
        assertEquals("<code>a<span class=\"new\">b</span><span class=\"mask\">_</span><span class=\"end new\">" + ".".repeat(Alphabet.LENGTH - 3) + "</span></code>", line);
        assertEquals("<code>ab<span class=\"mask\">_</span><span class=\"end\">" + ".".repeat(Alphabet.LENGTH - 3) + "</span></code>", StepsView.line(after, after, 0));
    }

    @Test
    void the_job_writes_a_page(@TempDir Path parent) throws Exception {
        Path out = parent.resolve("text");
        assertEquals(0, Main.execute("text", "--epochs", "1", "--samples", "4", "--evaluations", "2", "--names", "64", "--out", out.toString()));
        String page = Files.readString(out.resolve("index.html"));
        assertEquals(18, page.split("<ol ", -1).length - 1);
        int lines = page.split("<li>", -1).length - 1;
        assertTrue(lines > 18 * 16 && lines <= 18 * 33, "lines of texts, fewer where they are full sooner: " + lines);
        assertEquals(14, Files.readAllLines(out.resolve("strategies.csv")).size());
        for (String part : List.of("LLaDA, margin", "BlockRefinementScheduler", "held-out names (floor)", "kangxi radical …", "MDLM's bound", "prefers-color-scheme", "type=\"range\"")) {
            assertTrue(page.contains(part), part);
        }
        assertTrue(Files.size(out.resolve("strategies.svg")) > 0 && Files.size(out.resolve("loss.png")) > 0);
    }

    @Test
    void mistakes_are_named() {
        assertEquals(1, Main.execute("text", "--epochs", "0"));
        assertEquals(1, Main.execute("text", "--evaluations", "33"));
        assertEquals(1, Main.execute("text", "--names", "10"));
    }
}
