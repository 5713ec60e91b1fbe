package io.github.diffusion4j.docs.text;

import io.github.diffusion4j.docs.report.ReportFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Trains a masked diffusion model over characters, samples it by every strategy, and shows texts appear step by step. */
@Command(name = "text", description = "Train a masked diffusion model on short names of Unicode characters, sample it by every strategy, and write a report.", mixinStandardHelpOptions = true,
        sortOptions = false)
public final class TextCommand implements Callable<Integer> {

    @Option(names = "--epochs", defaultValue = "30", description = "Training epochs (default: ${DEFAULT-VALUE}).")
    private int epochs;

    @Option(names = "--names", description = "Names to learn (default: all but the held-out tenth).")
    private int names = Integer.MAX_VALUE;

    @Option(names = "--samples", defaultValue = "200", description = "Samples for each quality figure (default: ${DEFAULT-VALUE}).")
    private int samples;

    @Option(names = "--evaluations", defaultValue = "4,8,16,32", split = ",", description = "Network evaluations of a run (default: ${DEFAULT-VALUE}).")
    private List<Integer> evaluations;

    @Option(names = "--seed", defaultValue = "42", description = "Seed of everything random (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--out", defaultValue = "text-report", description = "The folder to write, replaced if it exists (default: ${DEFAULT-VALUE}).")
    private Path out;

    /** Made by the command line. */
    public TextCommand() {}

    @Override
    public Integer call() throws IOException {
        if (epochs < 1 || names < TextJob.BATCH || samples < 4 || samples > 2000) {
            throw new IllegalArgumentException("--epochs must be at least 1, --names " + TextJob.BATCH + " and --samples 4 to 2000, got " + epochs + ", " + names + " and " + samples);
        }
        if (evaluations.stream().anyMatch(n -> n < 1 || n > Alphabet.LENGTH)) {
            throw new IllegalArgumentException("--evaluations must be 1 to " + Alphabet.LENGTH + ", as many as a text has tokens, got " + evaluations);
        }
        try (ReportFolder folder = ReportFolder.replacing(out.toAbsolutePath())) {
            new TextJob(new TextJob.Settings(seed, epochs, names, samples, List.copyOf(evaluations)), folder.path()).run();
            folder.publish();
        }
        System.out.println("Report: " + out.toAbsolutePath().normalize().resolve("index.html"));
        return 0;
    }
}
