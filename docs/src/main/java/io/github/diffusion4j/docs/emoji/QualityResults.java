package io.github.diffusion4j.docs.emoji;

import io.github.diffusion4j.docs.emoji.QualityWays.Setting;
import io.github.diffusion4j.docs.figures.Chart;
import io.github.diffusion4j.samplers.tables.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What has been measured, a line of a file for each setting: a run that is broken off goes on after the last one. */
final class QualityResults {

    private static final List<String> COLUMNS = List.of("solver", "spacing", "guided", "evaluations", "pictures", "error", "spread", "frechet", "frechet_spread");
    /** So many solvers are listed for each number of evaluations, on usual spacings and on the fitted grid. */
    private static final int BEST = 3;

    private final Path file;
    private final List<Row> rows = new ArrayList<>();

    /**
     * What was measured of a setting.
     *
     * @param setting the setting
     * @param pictures of how many pictures
     * @param error their mean relative error against the fine run; NaN where the Frechet distance is measured
     * @param spread its standard deviation over the pictures
     * @param frechet the Frechet distance to held pictures and its standard error; NaN where the error is measured
     */
    record Row(Setting setting, int pictures, double error, double spread, EmojiFeatures.Distance frechet) {

        static Row ofErrors(Setting setting, double... errors) {
            return new Row(setting, errors.length, Errors.mean(errors), Errors.spread(errors), new EmojiFeatures.Distance(Double.NaN, Double.NaN));
        }

        static Row ofFrechet(Setting setting, int pictures, EmojiFeatures.Distance frechet) {
            return new Row(setting, pictures, Double.NaN, Double.NaN, frechet);
        }

        private String line() {
            return String.join(",", '"' + setting.solver() + '"', '"' + setting.spacing() + '"', Boolean.toString(setting.guided()), Integer.toString(setting.evaluations()), Integer.toString(pictures),
                    Double.toString(error), Double.toString(spread), Double.toString(frechet.value()), Double.toString(frechet.spread()));
        }

        private static Row parse(String line) {
            String[] cells = line.split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)");
            Setting setting = new Setting(cells[0].replace("\"", ""), cells[1].replace("\"", ""), Boolean.parseBoolean(cells[2]), Integer.parseInt(cells[3]));
            return new Row(setting, Integer.parseInt(cells[4]), Double.parseDouble(cells[5]), Double.parseDouble(cells[6]),
                    new EmojiFeatures.Distance(Double.parseDouble(cells[7]), Double.parseDouble(cells[8])));
        }
    }

    /** Reads what a file holds already. */
    QualityResults(Path file) throws IOException {
        this.file = file;
        if (Files.exists(file)) {
            Files.readAllLines(file).stream().skip(1).map(Row::parse).forEach(rows::add);
        } else {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, String.join(",", COLUMNS) + "\n");
        }
    }

    List<Row> rows() {
        return List.copyOf(rows);
    }

    boolean has(Setting setting, int pictures) {
        return rows.stream().anyMatch(row -> row.setting().equals(setting) && row.pictures() == pictures);
    }

    void add(Row row) throws IOException {
        Files.writeString(file, row.line() + "\n", StandardOpenOption.APPEND);
        rows.add(row);
    }

    /** The least error of a solver over the usual spacings, or that on the fitted grid. */
    private Optional<Row> best(String solver, boolean guided, int evaluations, boolean fitted) {
        return rows.stream().filter(row -> row.setting().spacing().equals(QualityWays.FITTED) == fitted && row.setting().solver().equals(solver) && row.setting().guided() == guided && row.setting().evaluations() == evaluations && Double.isFinite(row.error()))
                .min(Comparator.comparingDouble(Row::error));
    }

    /** The Frechet distances of all that were measured. */
    Table frechet() {
        List<Row> measured = rows.stream().filter(row -> Double.isFinite(row.frechet().value())).toList();
        List<Integer> counts = measured.stream().map(row -> row.setting().evaluations()).distinct().sorted().toList();
        List<String> columns = new ArrayList<>(List.of("solver", "spacing"));
        counts.forEach(count -> columns.add(count + " evaluations"));
        Map<List<Object>, Map<Integer, Row>> lines = new LinkedHashMap<>();
        measured.forEach(row -> lines.computeIfAbsent(List.of(row.setting().solver(), row.setting().spacing()), line -> new HashMap<>()).put(row.setting().evaluations(), row));
        return new Table(columns, lines.entrySet().stream().<List<Object>>map(line -> {
            List<Object> cells = new ArrayList<>(line.getKey());
            counts.forEach(count -> cells.add(Optional.ofNullable(line.getValue().get(count)).map(row -> rounded(row.frechet().value()) + " ± " + rounded(row.frechet().spread())).orElse("")));
            return cells;
        }).toList());
    }

    private Set<Integer> evaluations() {
        Set<Integer> evaluations = new LinkedHashSet<>();
        rows.stream().filter(row -> Double.isFinite(row.error())).map(row -> row.setting().evaluations()).sorted().forEach(evaluations::add);
        return evaluations;
    }

    private Set<String> solvers() {
        Set<String> solvers = new LinkedHashSet<>();
        rows.forEach(row -> solvers.add(row.setting().solver()));
        return solvers;
    }

    /** The solvers with the least errors, each on its best usual spacing and on the fitted grid, for each number of evaluations. */
    Table ranking(boolean guided) {
        List<List<Object>> lines = new ArrayList<>();
        for (int evaluations : evaluations()) {
            for (boolean fitted : new boolean[] {false, true}) {
                solvers().stream().map(solver -> best(solver, guided, evaluations, fitted)).flatMap(Optional::stream).sorted(Comparator.comparingDouble(Row::error)).limit(BEST)
                        .forEach(row -> lines.add(List.of(Integer.toString(evaluations), row.setting().solver(), row.setting().spacing(), rounded(row.error()), rounded(row.spread()))));
            }
        }
        return new Table(List.of("evaluations", "solver", "spacing", "error", "spread"), lines);
    }

    /** Every solver on its best usual spacing, or on the fitted grid. */
    Table all(boolean guided, boolean fitted) {
        List<String> columns = new ArrayList<>(List.of("solver"));
        evaluations().forEach(count -> columns.add(count + " evaluations"));
        return new Table(columns, solvers().stream().<List<Object>>map(solver -> {
            List<Object> line = new ArrayList<>(List.of(solver));
            evaluations().forEach(count -> line.add(best(solver, guided, count, fitted).map(row -> rounded(row.error())).orElse("")));
            return line;
        }).filter(line -> line.stream().skip(1).anyMatch(cell -> !cell.equals(""))).toList());
    }

    private static String rounded(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.4f" : "%.0f", value);
    }

    /** Errors over evaluations of some solvers, each on its best usual spacing, and on the fitted grid of the first of them. */
    Chart chart(boolean guided, List<String> drawn) {
        Chart chart = new Chart(guided ? "With guidance: error against the fine run" : "Without guidance: error against the fine run", "evaluations", "relative error", true);
        line(chart, drawn.get(0) + ", fitted grid", drawn.get(0), guided, true);
        drawn.forEach(solver -> line(chart, solver, solver, guided, false));
        return chart;
    }

    private void line(Chart chart, String name, String solver, boolean guided, boolean fitted) {
        List<Row> line = evaluations().stream().map(count -> best(solver, guided, count, fitted)).flatMap(Optional::stream).toList();
        if (!line.isEmpty()) {
            chart.points(name, line.stream().mapToDouble(row -> row.setting().evaluations()).toArray(), line.stream().mapToDouble(Row::error).toArray());
        }
    }
}
