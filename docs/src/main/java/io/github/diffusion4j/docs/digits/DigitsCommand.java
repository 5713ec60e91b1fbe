package io.github.diffusion4j.docs.digits;

import io.github.diffusion4j.docs.report.ReportFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Trains on handwriting, samples, measures and draws: the whole way through the library. */
@Command(name = "digits", description = "Train a diffusion model on 8x8 handwritten digits by several recipes, sample it, and write a report.",
        mixinStandardHelpOptions = true, sortOptions = false)
public final class DigitsCommand implements Callable<Integer> {

    private static final int MOST_REWARD_ITERATIONS = 40;

    @Option(names = "--epochs", defaultValue = "40", description = "Training epochs of each recipe (default: ${DEFAULT-VALUE}).")
    private int epochs;

    @Option(names = "--steps", defaultValue = "1000", description = "DDPM steps (default: ${DEFAULT-VALUE}).")
    private int steps;

    @Option(names = "--ddim-steps", defaultValue = "10,20,50,100", split = ",", description = "DDIM steps (default: ${DEFAULT-VALUE}).")
    private List<Integer> ddimSteps;

    @Option(names = "--recipes", defaultValue = "ddpm,v,edm,flow,consistency", split = ",",
            description = "Recipes to train; v always is, and consistency is tuned from edm (default: ${DEFAULT-VALUE}).")
    private Set<String> recipes;

    @Option(names = "--reward-iterations", description = "Iterations of the training of flow for a reward, 0 for none (default: as many as epochs, at most 40).")
    private Integer rewardIterations;

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
        if (!DigitsRecipe.IDS.containsAll(recipes)) {
            throw new IllegalArgumentException("--recipes are some of " + String.join(",", DigitsRecipe.IDS) + ", got " + String.join(",", recipes));
        }
        int rewards = rewardIterations == null ? Math.min(epochs, MOST_REWARD_ITERATIONS) : rewardIterations;
        try (ReportFolder folder = ReportFolder.replacing(out.toAbsolutePath())) {
            new DigitsJob(new DigitsJob.Settings(seed, epochs, steps, ddimSteps, samples, recipes, rewards), folder.path()).run();
            folder.publish();
        }
        System.out.println("Report: " + out.toAbsolutePath().normalize().resolve("index.html"));
        return 0;
    }
}
