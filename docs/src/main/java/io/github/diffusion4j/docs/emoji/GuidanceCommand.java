package io.github.diffusion4j.docs.emoji;

import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.docs.figures.ProgressBars;
import io.github.diffusion4j.docs.figures.Sheet;
import io.github.diffusion4j.samplers.WholeFile;
import io.github.diffusion4j.samplers.tables.Table;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import me.tongfei.progressbar.ProgressBar;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Draws pictures from words with guidance and with evaluations left out, and measures what is lost. */
@Command(name = "guidance", description = "Draw pictures from words: guidance side by side, and what network evaluations that are left out cost. About seven minutes on two cores.",
        mixinStandardHelpOptions = true)
public final class GuidanceCommand implements Callable<Integer> {

    static final List<String> CALIBRATED_ON = List.of("noto cat face", "fluent-emoji red apple", "fxemoji star", "noto-v1 moon");
    static final long SEED = 42;
    static final long CALIBRATION_SEED = 7;
    static final int MEASURED = 16;

    private static final List<String> SHOWN = List.of("noto smiling face", "fluent-emoji moon", "noto-v1 red apple", "fxemoji star", "noto black cat", "noto man cook", "fluent-emoji snow mountain",
            "noto blue car");
    private static final int SHOWN_STEPS = 25;
    private static final String COMMAND = "java -jar docs/target/diffusion4j.jar guidance --out docs/guidance";
    private static final Set<String> ON_THE_SHEET = Set.of("12 steps", "25 steps", "25 steps, both branches in the first 10, then every 4", "25 steps, from sigma/alpha 1 up", "25 steps, every 2",
            "32 steps, every 2", "50 steps, at most 3 in a row", "50 steps, threshold 0.1", "50 steps, threshold 0.05");

    @Option(names = "--out", required = true, description = "The folder to write to.")
    private Path out;

    @Option(names = "--frechet", defaultValue = "0", description = "Also the Frechet distance of so many pictures of each way to guide, 65 to 540; with 200 it takes half an hour (default: none).")
    private int frechet;

    /** Made by the command line. */
    public GuidanceCommand() {}

    @Override
    public Integer call() throws IOException {
        Files.createDirectories(out);
        try (EmojiNetwork network = EmojiNetwork.open()) {
            drawGuidance(network);
            measureLeavingOut(network);
            if (frechet > 0) {
                measureGuidance(network);
            }
        }
        return 0;
    }

    /** Some of a list, evenly spread over it. */
    static List<String> spread(List<String> all, int count) {
        return IntStream.range(0, count).mapToObj(k -> all.get(k * all.size() / count)).toList();
    }

    private static Plan shown(EmojiNetwork network) {
        return network.config().as("DPMSolverMultistepScheduler").config().scheduler().plan(SHOWN_STEPS);
    }

    private void drawGuidance(EmojiNetwork network) throws IOException {
        Captions captions = Captions.of(network, SHOWN, SEED);
        List<Way> ways = GuidanceWays.on(shown(network));
        Sheet sheet = new Sheet(SHOWN);
        try (ProgressBar bar = ProgressBars.of("Guidance", (long) ways.size() * SHOWN.size())) {
            for (Way way : ways) {
                sheet.row(way.family(), way.setting(), Way.images(captions.drawn(way.plan(), bar::step)));
            }
        }
        sheet.write(out.resolve("guidance.png"));
    }

    private void measureLeavingOut(EmojiNetwork network) throws IOException {
        Calibration calibration = Calibration.of(Captions.of(network, CALIBRATED_ON, CALIBRATION_SEED), LeavingOut.calibrating(network.config()), LeavingOut.SCALE);
        Captions captions = Captions.of(network, spread(network.heldCaptions(), MEASURED), SEED);
        List<Way> ways = LeavingOut.ways(network.config(), calibration);
        Plan finest = LeavingOut.finest(network.config());
        try (ProgressBar bar = ProgressBars.of("Leaving out", (ways.size() + 1L) * MEASURED)) {
            List<Captions.Drawn> fine = captions.drawn(finest, bar::step);
            Errors errors = new Errors(fine);
            List<List<Captions.Drawn>> all = new ArrayList<>();
            for (Way way : ways) {
                List<Captions.Drawn> drawn = captions.drawn(way.plan(), bar::step);
                errors.add(way, drawn);
                all.add(drawn);
            }
            write("leaving-out.csv", errors.exact().csv());
            write("leaving-out.md", page(errors));
            errors.chart().write(out.resolve("leaving-out.svg"));
            sheet(captions, ways, all, fine, errors).write(out.resolve("leaving-out.png"));
        }
    }

    /** Every second caption, so that all styles are there. */
    private static Sheet sheet(Captions captions, List<Way> ways, List<List<Captions.Drawn>> all, List<Captions.Drawn> fine, Errors errors) {
        Sheet sheet = new Sheet(half(captions.words()));
        sheet.row("the fine run", "100 steps of UniPC\n200 calls", Way.images(half(fine)));
        for (int k = 0; k < ways.size(); k++) {
            if (ON_THE_SHEET.contains(ways.get(k).setting())) {
                sheet.row(ways.get(k).family(), errors.note(ways.get(k)), Way.images(half(all.get(k))));
            }
        }
        return sheet;
    }

    private static <T> List<T> half(List<T> list) {
        return IntStream.range(0, list.size() / 2).mapToObj(k -> list.get(2 * k)).toList();
    }

    private static String page(Errors errors) {
        return """
                # Evaluations left out, measured

                Pictures of 32x32 from words, classifier-free guidance at scale %s: how far %d held captions, each from its own noise, are drawn from what 100 steps of UniPC (200 calls) draw from the same
                noise. The error is the norm of the difference over the norm of the fine picture; spread is its standard deviation over the pictures. A network call is one branch of one evaluation.
                All but UniPC's rows are DPM++ 2M's steps. [What to take from it](../guides/leave-evaluations-out.md). Made by `%s`; with all digits and for each picture:
                [leaving-out.csv](leaving-out.csv).

                ![Error over network calls for each way](leaving-out.svg)

                %s
                ![Pictures of some of the ways](leaving-out.png)
                """.formatted((int) LeavingOut.SCALE, MEASURED, COMMAND, errors.rounded().markdown());
    }

    private void measureGuidance(EmojiNetwork network) throws IOException {
        Captions captions = Captions.of(network, spread(network.heldCaptions(), frechet), SEED);
        List<Way> ways = GuidanceWays.on(shown(network));
        List<List<Object>> rows = new ArrayList<>();
        try (EmojiFeatures features = EmojiFeatures.open(); ProgressBar bar = ProgressBars.of("Frechet", (long) ways.size() * frechet)) {
            for (Way way : ways) {
                List<Captions.Drawn> drawn = captions.drawn(way.plan(), bar::step);
                double distance = features.of(drawn.stream().map(Captions.Drawn::picture).toList()).frechetDistance(features.held());
                rows.add(List.of(way.family(), way.setting(), (double) drawn.get(0).calls(), distance));
            }
        }
        List<String> columns = List.of("way", "setting", "network calls", "Frechet distance");
        write("guidance.csv", new Table(columns, rows).csv());
        write("guidance.md", """
                # Guidance, measured

                Frechet distance of %d pictures, drawn from held captions with %d steps of DPM++ 2M, to the 603 held pictures, in the features of a small classifier. So few pictures are far from any
                others: compare the rows with each other only. Made by `%s --frechet %d`.

                %s
                ![Pictures of the ways to guide](guidance.png)
                """.formatted(frechet, SHOWN_STEPS, COMMAND, frechet, new Table(columns, rows.stream().map(row -> List.of(row.get(0), row.get(1), row.get(2),
                        String.format(Locale.ROOT, "%.0f", row.get(3)))).toList()).markdown()));
    }

    private void write(String file, String text) throws IOException {
        WholeFile.write(out.resolve(file), text.getBytes(StandardCharsets.UTF_8));
    }
}
