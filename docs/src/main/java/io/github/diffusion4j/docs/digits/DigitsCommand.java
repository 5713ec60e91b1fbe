package io.github.diffusion4j.docs.digits;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Trains on handwriting, samples, measures and draws: the whole way through the library. */
@Command(name = "digits", description = "Train a diffusion model on 8x8 handwritten digits, sample it with DDPM and DDIM, and write a report.",
        mixinStandardHelpOptions = true, sortOptions = false)
public final class DigitsCommand implements Callable<Integer> {

    @Option(names = "--epochs", defaultValue = "70", description = "Training epochs (default: ${DEFAULT-VALUE}).")
    private int epochs;

    @Option(names = "--steps", defaultValue = "1000", description = "DDPM steps (default: ${DEFAULT-VALUE}).")
    private int steps;

    @Option(names = "--ddim-steps", defaultValue = "10,20,50,100", split = ",", description = "DDIM steps (default: ${DEFAULT-VALUE}).")
    private int[] ddimSteps;

    @Option(names = "--samples", defaultValue = "200", description = "Samples for each quality figure (default: ${DEFAULT-VALUE}).")
    private int samples;

    @Option(names = "--seed", defaultValue = "42", description = "Seed of everything random (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--out", defaultValue = "digits-report", description = "The folder to write, replaced if it exists (default: ${DEFAULT-VALUE}).")
    private Path out;

    /** Made by the command line. */
    public DigitsCommand() {}

    @Override
    public Integer call() throws IOException {
        if (epochs < 1 || samples < 32 || samples > 2000) {
            throw new IllegalArgumentException("--epochs must be at least 1 and --samples 32 to 2000, got " + epochs + " and " + samples);
        }
        try (ReportFolder folder = ReportFolder.replacing(out.toAbsolutePath())) {
            new DigitsJob(seed, samples, folder.path()).run(epochs, steps, ddimSteps);
            folder.publish();
        }
        System.out.println("Report: " + out.toAbsolutePath().normalize().resolve("index.html"));
        return 0;
    }
}
