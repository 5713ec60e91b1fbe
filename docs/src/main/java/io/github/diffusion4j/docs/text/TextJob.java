package io.github.diffusion4j.docs.text;

import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.noise.CounterUniform;
import io.github.diffusion4j.core.tokens.TokenState;
import io.github.diffusion4j.core.training.NoisingIterator;
import io.github.diffusion4j.docs.figures.ProgressBars;
import io.github.diffusion4j.docs.report.LossCurves;
import io.github.diffusion4j.docs.report.Report;
import io.github.diffusion4j.samplers.tokens.training.TokenWeight;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import me.tongfei.progressbar.ProgressBar;
import org.nd4j.linalg.dataset.DataSet;

/** The text job: one network, every strategy, one folder. */
final class TextJob {

    static final int BATCH = 32;
    private static final double RATE = 3e-3;
    /** Evaluations for a bound. */
    private static final int DRAWS = 64;
    private static final int SHOWN_EVALUATIONS = 32;
    private static final int SHOWN = 3;
    private static final List<String> SHOWN_STRATEGIES = List.of("MDLM", "ReMDM, cap 0.1", "LLaDA, entropy", "MaskGIT", "AmusedScheduler", "entropy bound 1 nat");
    private static final String LEAD = "A small network that learned to fill in masked characters writes names of Unicode characters: all positions are masked, and each evaluation of the network "
            + "makes some of them known.";
    private static final String SOURCE = "Text: the names of Unicode characters, as every Java knows them (<code>Character.getName</code>); they never change, and nothing is downloaded.";

    /**
     * What the command line chooses.
     *
     * @param seed of everything random
     * @param epochs of the training
     * @param names how many are learned, at most
     * @param samples for each quality figure
     * @param evaluations of the runs that are compared
     */
    record Settings(long seed, int epochs, int names, int samples, List<Integer> evaluations) {}

    private final Settings settings;
    private final Path folder;
    private final Report report = new Report("Names of characters", LEAD, SOURCE);

    TextJob(Settings settings, Path folder) {
        this.settings = settings;
        this.folder = folder;
    }

    void run() throws IOException {
        Names names = Names.split(settings.seed()).learning(settings.names());
        TextNetwork network = new TextNetwork(settings.seed());
        LossCurves losses = new LossCurves();
        train(network, names, settings.epochs(), settings.seed(), losses);
        TextSampling sampling = new TextSampling(network, settings.seed());
        TextJudge judge = new TextJudge(names);
        steps(sampling);
        new StrategyComparison(sampling, judge, settings.evaluations(), settings.samples(), folder).run(names.heldOut(), random(), report);
        new Infilling(sampling, judge, settings.samples()).run(report);
        new TextBounds(network, settings.seed(), DRAWS, settings.samples()).run(names, judge, report);
        losses.write(folder, "cross entropy of masked characters", "network");
        report.section("Training", "Cross entropy of the masked characters, whatever the time (weight 1): MDLM's bound weights it by 1 / t, which has the same minimum for a network that takes no "
                + "time and more variance.");
        report.figure("loss.png", "Training loss (<a href=\"loss.csv\">CSV</a>)");
        report.write(folder.resolve("index.html"), String.format(Locale.ROOT, "Seed %d, %,d parameters, %d epochs on %,d names of up to %d characters, %,d held out.", settings.seed(),
                network.parameters(), settings.epochs(), names.learned().size(), Alphabet.LENGTH, names.heldOut().size()));
        System.out.print(report.text());
    }

    /** Trains on masked names, with weight 1. */
    static void train(TextNetwork network, Names names, int epochs, long seed, LossCurves losses) {
        DataSet data = new DataSet(TextNetwork.array(Alphabet.tokens(names.learned())), null);
        NoisingIterator batches = new NoisingIterator(data, BATCH, TextBounds.mdlm().withWeight(TokenWeight.ONE).on(Nd4jArrays.ND4J), seed);
        try (ProgressBar bar = ProgressBars.of("Training", (long) epochs * batches.batchesPerEpoch())) {
            network.train(batches, epochs, RATE, losses.of("text", bar));
        }
    }

    private void steps(TextSampling sampling) {
        Map<String, List<TokenState>> paths = new LinkedHashMap<>();
        SHOWN_STRATEGIES.forEach(name -> paths.put(name, sampling.path(Strategy.named(name).plans().apply(SHOWN_EVALUATIONS), SHOWN)));
        report.section("Step by step", SHOWN_EVALUATIONS + " evaluations, " + SHOWN + " texts of each strategy from the same random numbers. Underscores are masks, dots fill the text behind its end, "
                + "tokens that an evaluation changed are marked.");
        report.html(StepsView.html(paths, SHOWN));
    }

    /** Texts of uniform characters. */
    private List<String> random() {
        CounterUniform uniform = new CounterUniform(settings.seed());
        return IntStream.range(0, settings.samples()).mapToObj(sample -> IntStream.range(0, Alphabet.LENGTH).map(at -> (int) (uniform.at(sample, at) * Alphabet.END))
                .mapToObj(token -> Character.toString(Alphabet.sign(token))).collect(Collectors.joining())).toList();
    }
}
