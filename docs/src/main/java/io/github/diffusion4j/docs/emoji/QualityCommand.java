package io.github.diffusion4j.docs.emoji;

import io.github.diffusion4j.docs.emoji.QualityResults.Row;
import io.github.diffusion4j.docs.emoji.QualityWays.Setting;
import io.github.diffusion4j.docs.figures.ProgressBars;
import io.github.diffusion4j.samplers.WholeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import me.tongfei.progressbar.ProgressBar;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures what solvers draw from words with few evaluations. */
@Command(name = "quality", description = "Measure every solver on every spacing with few and many evaluations, on pictures from words. Goes on where it was broken off; a night on two cores with all settings.",
        mixinStandardHelpOptions = true, sortOptions = false)
public final class QualityCommand implements Callable<Integer> {

    static final long SEED = 42;
    private static final long FINE = QualityWays.FINE;
    static final List<String> DRAWN = List.of("UniPC order 2 BH2", "DDIM", "Heun in flow time", "DPM-Solver++ multistep order 2", "DPM-Solver++ multistep order 3", "DEIS order 3", "UniPC order 3 BH2");

    /** Fewer pictures are far from any others. */
    private static final int ENOUGH_FOR_FRECHET = 256;

    @Option(names = "--out", required = true, description = "The folder to write to.")
    private Path out;

    @Option(names = "--pictures", defaultValue = "16", description = "Held captions; from 256 on their Frechet distance is measured, of stochastic solvers too, and else the error (default: ${DEFAULT-VALUE}).")
    private int pictures;

    @Option(names = "--evaluations", split = ",", defaultValue = "5,8,10,15,20", description = "Numbers of evaluations (default: ${DEFAULT-VALUE}).")
    private List<Integer> evaluations;

    @Option(names = "--solvers", split = ",", description = "Names of solvers, or beginnings of names (default: all).")
    private List<String> solvers = List.of("");

    @Option(names = "--spacings", split = ",", description = "Names of spacings, or beginnings of names (default: all).")
    private List<String> spacings = List.of("");

    @Option(names = "--guided", description = "With guidance alone.")
    private boolean guidedAlone;

    /** Made by the command line. */
    public QualityCommand() {}

    @Override
    public Integer call() throws IOException {
        if (pictures < 2 || evaluations.stream().anyMatch(count -> count < 1)) {
            throw new IllegalArgumentException("--pictures is at least 2 and --evaluations are at least 1, got " + pictures + " and " + evaluations);
        }
        QualityResults results = new QualityResults(out.resolve("results.csv"));
        try (EmojiNetwork network = EmojiNetwork.open(); EmojiFeatures features = EmojiFeatures.open()) {
            measure(network, features, results);
            WholeFile.write(out.resolve("quality.md"), page(results, features.trainedOn().frechetDistance(features.held())).getBytes(StandardCharsets.UTF_8));
        }
        for (boolean guided : new boolean[] {true, false}) {
            results.chart(guided, DRAWN).write(out.resolve(guided ? "guided.svg" : "unguided.svg"));
        }
        return 0;
    }

    /** The settings of those that were asked for by name; what is nobody's name is a beginning of some. */
    private List<Setting> wanted(List<Setting> all) {
        Predicate<String> solver = named(solvers, all.stream().map(Setting::solver));
        Predicate<String> spacing = named(spacings, all.stream().map(Setting::spacing));
        return all.stream().filter(setting -> solver.test(setting.solver()) && spacing.test(setting.spacing()) && (setting.guided() || !guidedAlone)).toList();
    }

    private static Predicate<String> named(List<String> wanted, Stream<String> names) {
        Set<String> known = names.collect(Collectors.toSet());
        return name -> wanted.stream().anyMatch(each -> known.contains(each) ? each.equals(name) : name.startsWith(each));
    }

    private void measure(EmojiNetwork network, EmojiFeatures features, QualityResults results) throws IOException {
        Captions captions = Captions.of(network, GuidanceCommand.spread(network.heldCaptions(), pictures), SEED);
        QualityWays ways = new QualityWays(network);
        boolean enough = pictures >= ENOUGH_FOR_FRECHET;
        List<Setting> open = wanted(ways.settings(evaluations)).stream().filter(setting -> !results.has(setting, pictures)).filter(setting -> enough || !ways.plan(setting).stochastic()).toList();
        List<Boolean> fineRuns = enough ? List.of() : open.stream().map(Setting::guided).distinct().toList();
        long evaluated = open.stream().mapToLong(Setting::evaluations).sum();
        try (ProgressBar bar = ProgressBars.of("Quality", pictures * (FINE * fineRuns.size() + evaluated))) {
            Map<Boolean, List<Captions.Drawn>> fine = new HashMap<>();
            fineRuns.forEach(guided -> fine.put(guided, captions.drawn(ways.fine(guided), () -> bar.stepBy(FINE))));
            for (Setting setting : open) {
                bar.setExtraMessage(" " + setting.solver());
                List<Captions.Drawn> drawn = captions.drawn(ways.plan(setting), () -> bar.stepBy(setting.evaluations()));
                results.add(enough ? Row.ofFrechet(setting, pictures, features.distance(drawn.stream().map(Captions.Drawn::picture).toList()))
                        : Row.ofErrors(setting, Errors.of(drawn, fine.get(setting.guided()))));
            }
        }
    }

    /** The page of what is there, whoever measured it, and of the Frechet distance between sets of real pictures. */
    static String page(QualityResults results, double floor) {
        int pictures = results.rows().stream().filter(row -> Double.isFinite(row.error())).mapToInt(Row::pictures).max().orElse(0);
        int many = results.rows().stream().filter(row -> Double.isFinite(row.frechet().value())).mapToInt(Row::pictures).max().orElse(0);
        return """
                # Solvers, measured on pictures

                Pictures of 32x32 from words: how far %d held captions, each from its own noise, are drawn from what 100 steps of UniPC draw from the same noise. The error is the norm of the difference over the
                norm of the fine picture; spread is its standard deviation over the pictures. Each solver on the best of five usual spacings (trailing, linspace, leading, Karras and exponential from sigma
                80 to 0.02), and on the grid that the command `fit` made for this network from 16 other noises, without guidance. Guided by classifier-free guidance at scale %d, an evaluation is both branches. The network's own noise ends at sigma 20,291, from where no solver in sigma goes in few steps. The fine run
                starts there: what starts at sigma 80 has an error of its own, which shows where others are below a twentieth. So few pictures rank solvers; they measure no picture's quality.
                Made by `java -jar docs/target/diffusion4j.jar quality --out docs/quality`; all settings: [results.csv](results.csv).

                ## With guidance

                ![Error over evaluations, with guidance](guided.svg)

                The three best at each number of evaluations, on usual spacings and on the fitted grid:

                %s
                All solvers on their best usual spacing:

                %s
                All solvers on the fitted grid:

                %s
                ## Without guidance

                ![Error over evaluations, without guidance](unguided.svg)

                %s
                All solvers on their best usual spacing:

                %s
                All solvers on the fitted grid:

                %s
                ## Frechet distance, with guidance

                How far %d drawn captions are from the 603 held pictures in a classifier's features (lower is nearer); after ± the standard error of such a set, by a jackknife. Few pictures lie farther from any
                others than many do: 603 that the network was trained on have %.0f in this measure, 96 held ones 361. So rows compare with one another alone; all are of the same captions and noises.

                %s""".formatted(pictures, (int) QualityWays.SCALE, results.ranking(true).markdown(), results.all(true, false).markdown(), results.all(true, true).markdown(),
                results.ranking(false).markdown(), results.all(false, false).markdown(), results.all(false, true).markdown(), many, floor, results.frechet().markdown());
    }
}
