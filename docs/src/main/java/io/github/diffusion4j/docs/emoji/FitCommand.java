package io.github.diffusion4j.docs.emoji;

import io.github.diffusion4j.docs.figures.ProgressBars;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.grids.Comparison;
import io.github.diffusion4j.samplers.grids.FittedGrid;
import io.github.diffusion4j.samplers.grids.GridFit;
import io.github.diffusion4j.samplers.solvers.SolverCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Fits a grid of noise levels to a network in ONNX Runtime. */
@Command(name = "fit", description = "Fit a grid of noise levels to a network: fewer evaluations for the same picture. Goes on where it was broken off, and writes no grid that does not win.",
        mixinStandardHelpOptions = true, sortOptions = false)
public final class FitCommand implements Callable<Integer> {

    private enum Search { curve, programming, descent }

    private static final long SEED = 7;

    @Parameters(arity = "0..1", paramLabel = "MODEL", description = "A model folder with an ONNX file (unet/model.onnx) that takes a sample and a timestep alone, and a scheduler_config.json; "
            + "if left out, the network of this project that draws pictures from words.")
    private Path model;

    @Option(names = "--shape", split = ",", description = "The shape of a sample of MODEL without the batch, for instance 3,32,32.")
    private List<Long> shape = List.of();

    @Option(names = "--guidance", defaultValue = "1", description = "The scale of classifier-free guidance to fit to, 1 for none (default: ${DEFAULT-VALUE}).")
    private double guidance;

    @Option(names = "--noises", defaultValue = "16", description = "Start noises of the fine runs, and as many others to compare with (default: ${DEFAULT-VALUE}).")
    private int noises;

    @Option(names = "--solver", defaultValue = "UniPC order 2 BH2", description = "The solver to compare with (default: ${DEFAULT-VALUE}).")
    private String solver;

    @Option(names = "--evaluations", split = ",", defaultValue = "6,8,10,15", description = "Numbers of steps to compare at (default: ${DEFAULT-VALUE}).")
    private List<Integer> evaluations;

    @Option(names = "--search", defaultValue = "curve", description = "${COMPLETION-CANDIDATES}: one curve for any number of steps; or a grid for the number of --evaluations alone, by dynamic "
            + "programming on the fine runs, or by descent from the curve with some hundred runs of --solver (default: ${DEFAULT-VALUE}).")
    private Search search;

    @Option(names = "--out", defaultValue = FittedGrid.FILE, description = "The file to write (default: ${DEFAULT-VALUE}).")
    private Path out;

    /** Made by the command line. */
    public FitCommand() {}

    @Override
    public Integer call() throws IOException {
        if (noises < 2 || !(guidance >= 1 && guidance <= 20) || evaluations.stream().anyMatch(count -> count < 2)) {
            throw new IllegalArgumentException("--noises are at least 2, --guidance is 1 to 20 and --evaluations are at least 2, got " + noises + ", " + guidance + " and " + evaluations);
        }
        if (search != Search.curve && evaluations.size() != 1) {
            throw new IllegalArgumentException("a grid by " + search + " is for one number of steps; give it as --evaluations, for instance --evaluations 8");
        }
        SolverCatalog.Entry entry = SolverCatalog.all().stream().filter(each -> each.toString().equals(solver)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no solver is called '" + solver + "'; known are " + SolverCatalog.all()));
        if (model == null) {
            try (EmojiNetwork network = EmojiNetwork.open()) {
                List<String> words = GuidanceCommand.spread(network.heldCaptions(), 2 * noises);
                return fit(new FitJob(network.config().scheduler(), k -> network.of(words.get(k)), new long[] {EmojiNetwork.CHANNELS, EmojiNetwork.SIDE, EmojiNetwork.SIDE}, guidance, SEED), entry);
            }
        }
        if (guidance != 1 || shape.isEmpty()) {
            throw new IllegalArgumentException("a network of MODEL takes a sample and a timestep alone: without guidance, and with its --shape; GridFit fits any other in code");
        }
        return fitted(entry);
    }

    private int fitted(SolverCatalog.Entry entry) throws IOException {
        try (OnnxFolder folder = OnnxFolder.open(model, shape)) {
            return fit(new FitJob(DiffusersConfig.load(model).scheduler(), k -> folder.network(), shape.stream().mapToLong(size -> size).toArray(), 1, SEED), entry);
        }
    }

    private int fit(FitJob job, SolverCatalog.Entry entry) throws IOException {
        FittedGrid grid = search(job, entry);
        boolean wins = true;
        try (ProgressBar bar = ProgressBars.of("Comparing", noises * (1 + 2L * evaluations.size()))) {
            List<Comparison> compared = job.compare(grid, entry, evaluations, noises, bar::step);
            System.out.printf("%n%-12s %-28s %s%n", "evaluations", "own spacing, mean (median)", "fitted");
            for (int i = 0; i < evaluations.size(); i++) {
                System.out.printf(Locale.ROOT, "%-12d %-28s %s%n", evaluations.get(i), described(compared.get(i).usual()), described(compared.get(i).fitted()));
                wins &= compared.get(i).wins();
            }
        }
        if (!wins) {
            throw new IllegalArgumentException("the fitted grid is not a tenth better than the model's own spacing at all of " + evaluations + ", in the mean and the median; it is not written");
        }
        grid.withAbout(Map.of("solver", solver, "guidance", Double.toString(guidance), "noises", Integer.toString(noises), "seed", Long.toString(SEED), "evaluations", evaluations.toString(), "search", search.toString())).save(out);
        Files.deleteIfExists(out.resolveSibling(out.getFileName() + ".part"));
        System.out.println("Grid: " + out.toAbsolutePath().normalize());
        return 0;
    }

    private FittedGrid search(FitJob job, SolverCatalog.Entry entry) throws IOException {
        FittedGrid curve;
        try (ProgressBar bar = ProgressBars.of("Fine runs", noises)) {
            if (search == Search.programming) {
                return job.programmed(GridFit.SECOND_ORDER, noises, evaluations.get(0), bar::step);
            }
            curve = job.fit(GridFit.SECOND_ORDER, noises, out.resolveSibling(out.getFileName() + ".part"), bar::step);
        }
        if (search == Search.curve) {
            return curve;
        }
        try (ProgressBar bar = ProgressBars.of("Runs of the descent", -1)) {
            return job.descended(curve, entry, evaluations.get(0), noises, bar::step);
        }
    }

    private static String described(List<Double> errors) {
        return String.format(Locale.ROOT, "%.4f (%.4f)", Comparison.mean(errors), Comparison.median(errors));
    }
}
