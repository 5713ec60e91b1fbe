package io.github.diffusion4j.docs.emoji;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.docs.Committed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The committed tables are what the network and the library give: all of it adds up, and some of it is measured again. */
class CommittedGuidanceTest {

    private static final Path FOLDER = Path.of("guidance");
    private static final String COMMAND = "guidance --out docs/guidance";
    /** Cheap ways, that need no calibration. */
    private static final Set<String> MEASURED_AGAIN = Set.of("DPM++ 2M, 12 steps", "UniPC, 10 steps", "held guidance term, 25 steps, both branches in the first 10, then every 4",
            "guided in a window, 25 steps, from sigma/alpha 1 up", "planned, parabola, 25 steps, every 2", "EasyCache, 50 steps, threshold 0.2");
    private static final int FIRST_ERROR = 5;

    private static List<String[]> rows(String file) throws IOException {
        return Files.readAllLines(FOLDER.resolve(file)).stream().skip(1).map(line -> line.split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)")).peek(cells -> Arrays.setAll(cells, k -> cells[k].replace("\"", "")))
                .toList();
    }

    private static String name(String... cells) {
        return cells[0] + ", " + cells[1];
    }

    @Test
    void the_committed_errors_of_one_picture_are_measured_again() throws Exception {
        try (EmojiNetwork network = EmojiNetwork.open()) {
            Captions first = Captions.of(network, GuidanceCommand.spread(network.heldCaptions(), GuidanceCommand.MEASURED).subList(0, 1), GuidanceCommand.SEED);
            List<Way> ways = LeavingOut.ways(network.config(), new Calibration(List.of(1.0), List.of(1.0)));
            List<String[]> rows = rows("leaving-out.csv");
            Committed.assertSame(ways.stream().map(way -> name(way.family(), way.setting())).toList(), rows.stream().map(CommittedGuidanceTest::name).toList(), COMMAND);
            List<Way> again = ways.stream().filter(way -> MEASURED_AGAIN.contains(name(way.family(), way.setting()))).toList();
            assertEquals(MEASURED_AGAIN.size(), again.size());
            List<java.util.concurrent.Callable<HostArray>> tasks = new ArrayList<>();
            tasks.add(() -> first.drawn(LeavingOut.finest(network.config()), () -> { }).get(0).picture());
            again.forEach(way -> tasks.add(() -> first.drawn(way.plan(), () -> { }).get(0).picture()));
            List<HostArray> pictures = Captions.together(tasks);
            for (int k = 0; k < again.size(); k++) {
                String[] row = rows.get(ways.indexOf(again.get(k)));
                double error = Errors.error(pictures.get(k + 1), pictures.get(0));
                assertEquals(Double.parseDouble(row[FIRST_ERROR]), error, 0.02 * error, name(row));
            }
        }
    }

    @Test
    void means_and_spreads_are_those_of_the_pictures() throws Exception {
        String page = Files.readString(FOLDER.resolve("leaving-out.md"));
        for (String[] row : rows("leaving-out.csv")) {
            double[] errors = IntStream.range(FIRST_ERROR, row.length).mapToDouble(k -> Double.parseDouble(row[k])).toArray();
            assertEquals(GuidanceCommand.MEASURED, errors.length);
            double mean = Arrays.stream(errors).average().orElseThrow();
            double spread = Math.sqrt(Arrays.stream(errors).map(error -> (error - mean) * (error - mean)).sum() / (errors.length - 1));
            assertEquals(mean, Double.parseDouble(row[3]), 1e-12, name(row));
            assertEquals(spread, Double.parseDouble(row[4]), 1e-12, name(row));
            assertTrue(page.contains(String.format(Locale.ROOT, "| %s | %s | %.1f | %.4f | %.4f |", row[0], row[1], Double.parseDouble(row[2]), mean, spread)), name(row));
        }
    }

    /** The guide quotes lines of the measured table. */
    @Test
    void figures_of_the_guide_are_the_measured_ones() throws Exception {
        List<String> measured = Files.readAllLines(FOLDER.resolve("leaving-out.md"));
        List<String> quoted = Files.readAllLines(Path.of("guides/leave-evaluations-out.md")).stream().filter(line -> line.matches("\\|.*\\| +[\\d.]+ \\|")).toList();
        assertTrue(quoted.size() >= 5, "lines of the table in the guide: " + quoted.size());
        Committed.assertSame(quoted, quoted.stream().filter(measured::contains).toList(), COMMAND);
    }
}
