package io.github.diffusion4j.docs.emoji;

import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.docs.emoji.QualityResults.Row;
import io.github.diffusion4j.docs.emoji.QualityWays.Setting;
import io.github.diffusion4j.docs.figures.ProgressBars;
import io.github.diffusion4j.samplers.WholeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures what solvers draw from words with few evaluations. */
@Command(name = "quality", description = "Measure every solver on every spacing with few and many evaluations, on pictures from words. Goes on where it was broken off; a night on two cores with all settings.",
        mixinStandardHelpOptions = true, sortOptions = false)
public final class QualityCommand implements Callable<Integer> {

    static final long SEED = 42;
    static final List<String> DRAWN = List.of("DDIM", "Heun in sigma / alpha", "DPM-Solver++ multistep order 2", "DPM-Solver++ multistep order 3", "DEIS order 3", "UniPC order 2 BH2", "UniPC order 3 BH2", "DPM++ 2S");

    /** Fewer pictures are far from any others. */
    private static final int ENOUGH_FOR_FRECHET = 256;

    @Option(names = "--out", required = true, description = "The folder to write to.")
    private Path out;

    @Option(names = "--pictures", defaultValue = "16", description = "Held captions, from 256 on with the Frechet distance, which stochastic solvers need (default: ${DEFAULT-VALUE}).")
    private int pictures;

    @Option(names = "--evaluations", split = ",", defaultValue = "5,8,10,15,20", description = "Numbers of evaluations (default: ${DEFAULT-VALUE}).")
    private List<Integer> evaluations;

    @Option(names = "--solvers", split = ",", description = "Beginnings of names of solvers (default: all).")
    private List<String> solvers = List.of("");

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
        }
        for (boolean guided : new boolean[] {true, false}) {
            results.chart(guided, DRAWN).write(out.resolve(guided ? "guided.svg" : "unguided.svg"));
        }
        WholeFile.write(out.resolve("quality.md"), page(results).getBytes(StandardCharsets.UTF_8));
        return 0;
    }

    private void measure(EmojiNetwork network, EmojiFeatures features, QualityResults results) throws IOException {
        Captions captions = Captions.of(network, GuidanceCommand.spread(network.heldCaptions(), pictures), SEED);
        QualityWays ways = new QualityWays(network.config());
        List<Setting> open = ways.settings(evaluations).stream().filter(setting -> solvers.stream().anyMatch(setting.solver()::startsWith)).filter(setting -> !results.has(setting, pictures))
                .filter(setting -> pictures >= ENOUGH_FOR_FRECHET || !ways.plan(setting).stochastic()).toList();
        if (open.isEmpty()) {
            return;
        }
        long evaluated = open.stream().mapToLong(Setting::evaluations).sum();
        try (ProgressBar bar = ProgressBars.of("Quality", pictures * (200L + evaluated))) {
            List<Captions.Drawn> guided = captions.drawn(ways.fine(true), () -> bar.stepBy(100));
            List<Captions.Drawn> unguided = captions.drawn(ways.fine(false), () -> bar.stepBy(100));
            for (Setting setting : open) {
                bar.setExtraMessage(" " + setting.solver());
                Plan plan = ways.plan(setting);
                List<Captions.Drawn> drawn = captions.drawn(plan, () -> bar.stepBy(setting.evaluations()));
                results.add(row(setting, plan.stochastic(), drawn, setting.guided() ? guided : unguided, features));
            }
        }
    }

    private Row row(Setting setting, boolean stochastic, List<Captions.Drawn> drawn, List<Captions.Drawn> fine, EmojiFeatures features) {
        double[] errors = Errors.of(drawn, fine);
        List<HostArray> shown = drawn.stream().map(Captions.Drawn::picture).toList();
        double frechet = drawn.size() < ENOUGH_FOR_FRECHET ? Double.NaN : features.of(shown).frechetDistance(features.held());
        return new Row(setting, drawn.size(), stochastic ? Double.NaN : Errors.mean(errors), stochastic ? Double.NaN : Errors.spread(errors), frechet);
    }

    /** The page of what is there, whoever measured it. */
    static String page(QualityResults results) {
        int pictures = results.rows().stream().mapToInt(Row::pictures).max().orElse(0);
        return """
                # Solvers, measured on pictures

                Pictures of 32x32 from words: how far %d held captions, each from its own noise, are drawn from what 100 steps of UniPC draw from the same noise. The error is the norm of the difference over the
                norm of the fine picture; spread is its standard deviation over the pictures. Each solver on the best of five spacings (trailing, linspace, leading, Karras and exponential from sigma 80 to
                0.02). Guided by classifier-free guidance at scale %d, an evaluation is both branches. The network's own noise ends at sigma 20,291, from where no solver in sigma goes in few steps. The fine run
                starts there: what starts at sigma 80 has an error of its own, which shows where others are below a twentieth. So few pictures rank solvers; they measure no picture's quality.
                Made by `java -jar docs/target/diffusion4j.jar quality --out docs/quality`; all settings: [results.csv](results.csv).

                ## With guidance

                ![Error over evaluations, with guidance](guided.svg)

                The best at each number of evaluations:

                %s
                All solvers:

                %s
                ## Without guidance

                ![Error over evaluations, without guidance](unguided.svg)

                %s
                All solvers:

                %s""".formatted(pictures, (int) QualityWays.SCALE, results.ranking(true).markdown(), results.all(true).markdown(), results.ranking(false).markdown(), results.all(false).markdown());
    }
}
