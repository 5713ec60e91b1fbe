package io.github.diffusion4j.docs.emoji;

import io.github.diffusion4j.docs.report.ReportFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Draws pictures from words: what a newcomer runs first. */
@Command(name = "draw", description = "Draw pictures from words with a small network, several solvers side by side, and write a page. Under a minute on two cores.",
        mixinStandardHelpOptions = true, sortOptions = false)
public final class DrawCommand implements Callable<Integer> {

    private static final int MOST_STEPS = 200;

    @Option(names = "--words", defaultValue = "cat face, red heart, smiling face sunglasses, dog face, red apple, sunflower, snowman, owl", split = ",",
            description = "Captions, with commas between them, of at most eight words each; a style may be one of them: noto, noto-v1, fluent-emoji, fluent-emoji-flat, fxemoji (default: ${DEFAULT-VALUE}).")
    private List<String> words;

    @Option(names = "--steps", defaultValue = "15", description = "Steps of DPM++ 2M for the sheet (default: ${DEFAULT-VALUE}).")
    private int steps;

    @Option(names = "--guidance", defaultValue = "2", description = "Scale of classifier-free guidance, 1 for none (default: ${DEFAULT-VALUE}).")
    private double guidance;

    @Option(names = "--seed", defaultValue = "42", description = "Seed of the noise (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--out", defaultValue = "pictures", description = "The folder to write, replaced if it exists (default: ${DEFAULT-VALUE}).")
    private Path out;

    /** Made by the command line. */
    public DrawCommand() {}

    @Override
    public Integer call() throws IOException {
        List<String> captions = words.stream().map(caption -> String.join(" ", Arrays.stream(caption.trim().split("\\s+")).toList())).filter(caption -> !caption.isEmpty()).toList();
        if (captions.isEmpty() || steps < 1 || steps > MOST_STEPS || !(guidance >= 1 && guidance <= 20)) {
            throw new IllegalArgumentException("--words names at least one picture, --steps are 1 to " + MOST_STEPS + " and --guidance is a scale of 1 to 20, got '" + String.join(",", words) + "', " + steps
                    + " and " + guidance);
        }
        try (EmojiNetwork network = EmojiNetwork.open(); ReportFolder folder = ReportFolder.replacing(out.toAbsolutePath())) {
            new DrawJob(network, captions, steps, guidance, seed, folder.path()).run();
            folder.publish();
        }
        System.out.println("Pictures: " + out.toAbsolutePath().normalize().resolve("index.html"));
        return 0;
    }
}
