package io.github.diffusion4j.docs.text;

import io.github.diffusion4j.core.tokens.TokenState;
import io.github.diffusion4j.core.tokens.Tokens;
import io.github.diffusion4j.docs.figures.Chart;
import io.github.diffusion4j.docs.figures.ProgressBars;
import io.github.diffusion4j.docs.report.Report;
import io.github.diffusion4j.docs.report.ReportTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import me.tongfei.progressbar.ProgressBar;

/** Every strategy at several numbers of evaluations, judged. */
record StrategyComparison(TextSampling sampling, TextJudge judge, List<Integer> evaluations, int samples, Path folder) {

    /** A strategy at a number of evaluations. */
    private record Row(Strategy strategy, int evaluations, double used, double whole, TextJudge.Quality quality) {

        String counted() {
            return used == evaluations ? Integer.toString(evaluations) : String.format(Locale.ROOT, "%d (%.1f)", evaluations, used);
        }
    }

    void run(List<String> heldOut, List<String> random, Report report) throws IOException {
        List<Row> rows = rows();
        ReportTable table = new ReportTable("strategy", "evaluations", "perplexity", "distinct", "entropy", "learned", "held out", "words", "whole");
        table.row(cells("random characters (ceiling)", "", "", judge.quality(random)));
        rows.forEach(row -> table.row(cells(row.strategy().name(), row.counted(), percent(row.whole()), row.quality())));
        table.row(cells("held-out names (floor)", "", "", judge.quality(heldOut)));
        report.section("Strategies", "Perplexity of a character under a 5-gram model of all names, which is no network: lower is better, as long as samples stay different, since one good name "
                + "again and again would do best. Distinct: different samples, of all. Entropy of the characters in bits. Learned and held out: samples that are names. "
                + "Words: those that occur in some name. Whole: texts with nothing behind their end, where the others are cut. In "
                + "brackets the evaluations that a text needed until it was full, where that is fewer (<a href=\"strategies.csv\">CSV</a>).");
        report.table("Strategies", table);
        write(rows);
        report.figure("strategies.svg", "Perplexity against evaluations");
    }

    private List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        List<Strategy> strategies = Strategy.all();
        try (ProgressBar bar = ProgressBars.of("Sampling", (long) strategies.size() * evaluations.stream().mapToInt(n -> n).sum())) {
            for (Strategy strategy : strategies) {
                for (int n : evaluations) {
                    bar.setExtraMessage(" " + strategy.name());
                    List<TokenState> path = sampling.path(strategy.plans().apply(n), samples);
                    rows.add(new Row(strategy, n, used(path), whole(TextSampling.last(path)), judge.quality(Alphabet.texts(TextSampling.last(path)))));
                    bar.stepBy(n);
                }
            }
        }
        return rows;
    }

    /** The mean evaluations until a text has no mask. */
    private static double used(List<TokenState> path) {
        int batch = path.get(0).tokens().batch();
        return IntStream.range(0, batch).mapToLong(sample -> path.stream().filter(state -> state.tokens().samples(sample).count(Alphabet.MASK) > 0).count())
                .average().orElse(0);
    }

    private static double whole(Tokens tokens) {
        return IntStream.range(0, tokens.batch()).filter(sample -> Alphabet.whole(tokens, sample)).count() / (double) tokens.batch();
    }

    private static String[] cells(String name, String evaluations, String whole, TextJudge.Quality quality) {
        Stream<String> shares = Stream.of(quality.learned(), quality.heldOut(), quality.words()).map(StrategyComparison::percent);
        return Stream.of(Stream.of(name, evaluations, String.format(Locale.ROOT, "%.2f", quality.perplexity()), percent(quality.distinct()), String.format(Locale.ROOT, "%.2f", quality.entropy())),
                shares, Stream.of(whole)).flatMap(cell -> cell).toArray(String[]::new);
    }

    static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f%%", 100 * share);
    }

    private void write(List<Row> rows) throws IOException {
        StringBuilder csv = new StringBuilder("strategy,evaluations,used,perplexity,distinct,entropy,learned,held_out,words,whole\n");
        rows.forEach(row -> csv.append(String.format(Locale.ROOT, "\"%s\",%d,%.3f,%.4f,%.4f,%.4f,%.4f,%.4f,%.4f,%.4f%n", row.strategy().name(), row.evaluations(), row.used(),
                row.quality().perplexity(), row.quality().distinct(), row.quality().entropy(), row.quality().learned(), row.quality().heldOut(), row.quality().words(), row.whole())));
        Files.writeString(folder.resolve("strategies.csv"), csv);
        Chart chart = new Chart("Perplexity of a character", "evaluations", "perplexity", true);
        Strategy.all().forEach(strategy -> {
            List<Row> own = rows.stream().filter(row -> row.strategy().name().equals(strategy.name())).toList();
            chart.points(strategy.name(), own.stream().mapToDouble(Row::evaluations).toArray(), own.stream().mapToDouble(row -> row.quality().perplexity()).toArray());
        });
        chart.write(folder.resolve("strategies.svg"));
    }
}
