package io.github.diffusion4j.docs.emoji;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.docs.emoji.QualityResults.Row;
import io.github.diffusion4j.docs.emoji.QualityWays.Setting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The measured table of solvers, and what the guide says of it. */
class CommittedQualityTest {

    private static final Path FOLDER = Path.of("quality");

    private static QualityResults committed(Path folder) throws Exception {
        Path copy = folder.resolve("results.csv");
        Files.copy(FOLDER.resolve("results.csv"), copy);
        return new QualityResults(copy);
    }

    @Test
    void the_page_is_that_of_the_results(@TempDir Path folder) throws Exception {
        QualityResults results = committed(folder);
        assertTrue(results.rows().size() > 100 && new HashSet<>(results.rows().stream().map(row -> List.of(row.setting(), row.pictures())).toList()).size() == results.rows().size());
        try (EmojiFeatures features = EmojiFeatures.open()) {
            assertEquals(Files.readString(FOLDER.resolve("quality.md")), QualityCommand.page(results, features.trainedOn().frechetDistance(features.held())));
        }
    }

    /** The fine runs of eight captions and one setting, so that the numbers are those of this library as it is. */
    @Test
    void a_setting_is_measured_again(@TempDir Path folder) throws Exception {
        Row row = committed(folder).rows().stream().filter(each -> each.setting().equals(new Setting("UniPC order 2 BH2", "trailing", false, 10))).findFirst().orElseThrow();
        try (EmojiNetwork network = EmojiNetwork.open()) {
            List<String> captions = GuidanceCommand.spread(network.heldCaptions(), row.pictures());
            QualityWays ways = new QualityWays(network);
            Captions all = Captions.of(network, captions, QualityCommand.SEED);
            List<Captions.Drawn> fine = all.drawn(ways.fine(false), () -> { });
            List<Captions.Drawn> drawn = all.drawn(ways.plan(row.setting()), () -> { });
            assertEquals(row.error(), Errors.mean(Errors.of(drawn, fine)), 0.02 * row.error());
        }
    }

    /** Guides quote lines of the measured tables. */
    @Test
    void figures_of_guides_are_the_measured_ones() throws Exception {
        List<String> measured = Files.readAllLines(FOLDER.resolve("quality.md"));
        assertQuoted(measured, "choose-a-solver.md", "\\| \\d+ \\| .* \\| 0\\.\\d{4} \\| 0\\.\\d{4} \\|", 36);
        assertQuoted(measured, "fewer-evaluations.md", "\\| [^|]* \\|( 0\\.\\d{4} \\|){6}", 12);
    }

    private static void assertQuoted(List<String> measured, String guide, String line, int least) throws Exception {
        List<String> quoted = Files.readAllLines(Path.of("guides").resolve(guide)).stream().filter(each -> each.matches(line)).toList();
        assertTrue(quoted.size() >= least, guide + " quotes " + quoted.size() + " lines");
        quoted.forEach(each -> assertTrue(measured.contains(each), each));
    }
}
