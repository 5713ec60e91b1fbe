package io.github.diffusion4j.docs.emoji;

import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.docs.figures.Chart;
import io.github.diffusion4j.samplers.grids.Comparison;
import io.github.diffusion4j.samplers.tables.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** How far pictures are from those of a finer run from the same noise: the norm of the difference over the norm of the fine picture. */
final class Errors {

    private static final List<String> COLUMNS = List.of("way", "setting", "network calls", "error", "spread");

    private final List<Captions.Drawn> fine;
    private final List<Row> rows = new ArrayList<>();

    /** What a way cost and missed, for each picture. */
    private record Row(Way way, List<Captions.Drawn> drawn, double... errors) {

        double calls() {
            return drawn.stream().mapToInt(Captions.Drawn::calls).average().orElseThrow();
        }

        double mean() {
            return Errors.mean(errors);
        }

        double spread() {
            return Errors.spread(errors);
        }
    }

    /** Errors against the pictures of a fine run. */
    Errors(List<Captions.Drawn> fine) {
        this.fine = List.copyOf(fine);
    }

    void add(Way way, List<Captions.Drawn> drawn) {
        rows.add(new Row(way, drawn, of(drawn, fine)));
    }

    static double mean(double... errors) {
        return IntStream.range(0, errors.length).mapToDouble(k -> errors[k]).average().orElseThrow();
    }

    /** The standard deviation over pictures. */
    static double spread(double... errors) {
        double mean = mean(errors);
        return Math.sqrt(IntStream.range(0, errors.length).mapToDouble(k -> (errors[k] - mean) * (errors[k] - mean)).sum() / (errors.length - 1));
    }

    /** The errors of pictures, one by one. */
    static double[] of(List<Captions.Drawn> drawn, List<Captions.Drawn> fine) {
        return IntStream.range(0, fine.size()).mapToDouble(k -> error(drawn.get(k).picture(), fine.get(k).picture())).toArray();
    }

    static double error(HostArray picture, HostArray fine) {
        return Comparison.error(HostArrays.DIRECT, picture, fine);
    }

    /** What a sheet says of a way: calls and mean error. */
    String note(Way way) {
        Row row = rows.stream().filter(each -> each.way().equals(way)).findFirst().orElseThrow();
        return way.setting() + String.format(Locale.ROOT, "%n%.0f calls, error %.3f", row.calls(), row.mean());
    }

    /** All numbers with all their digits, and the error of each picture. */
    Table exact() {
        List<String> columns = new ArrayList<>(COLUMNS);
        IntStream.rangeClosed(1, fine.size()).forEach(k -> columns.add("error of picture " + k));
        return new Table(columns, rows.stream().map(row -> {
            List<Object> cells = new ArrayList<>(List.of(row.way().family(), row.way().setting(), row.calls(), row.mean(), row.spread()));
            IntStream.range(0, row.errors().length).forEach(k -> cells.add(row.errors()[k]));
            return cells;
        }).toList());
    }

    /** The same for readers. */
    Table rounded() {
        return new Table(COLUMNS, rows.stream().map(row -> List.<Object>of(row.way().family(), row.way().setting(), String.format(Locale.ROOT, "%.1f", row.calls()),
                String.format(Locale.ROOT, "%.4f", row.mean()), String.format(Locale.ROOT, "%.4f", row.spread()))).toList());
    }

    /** Error over calls, a line for each family. */
    Chart chart() {
        Map<String, List<Row>> families = new LinkedHashMap<>();
        rows.forEach(row -> families.computeIfAbsent(row.way().family(), family -> new ArrayList<>()).add(row));
        Chart chart = new Chart("Guided pictures: error against the fine run", "network calls, each branch counted", "relative error", true);
        families.forEach((family, members) -> {
            List<Row> sorted = members.stream().sorted(java.util.Comparator.comparingDouble(Row::calls)).toList();
            chart.points(family, sorted.stream().mapToDouble(Row::calls).toArray(), sorted.stream().mapToDouble(Row::mean).toArray());
        });
        return chart;
    }
}
