package io.github.diffusion4j.docs.gallery;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.PlanDescription;
import io.github.diffusion4j.docs.emoji.SolverPictures;
import io.github.diffusion4j.samplers.solvers.SolverCatalog;
import io.github.diffusion4j.schedules.BetaSchedule;
import io.github.diffusion4j.schedules.SigmaRamp;
import io.github.diffusion4j.schedules.Sigmas;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/** Solvers: the weights of every update of a run as strips of cells. */
final class Strips {

    private static final int STEPS = 10;
    private static final double CELL = 20;
    private static final double CELL_WIDTH = 30;
    private static final List<String> ARRAYS = List.of("sample", "anchor", "output", "noise", "memory0", "memory1", "memory2", "memory3");
    private static final Map<String, String> LABELS = Map.of("output", "x0 estimate");

    private Strips() {}

    /** The solvers by the names of their files. */
    static Map<String, List<SolverCatalog.Entry>> families() {
        Map<String, List<SolverCatalog.Entry>> families = new LinkedHashMap<>();
        SolverCatalog.all().forEach(entry -> families.computeIfAbsent(file(entry.name()), file -> new ArrayList<>()).add(entry));
        return families;
    }

    private static String file(String name) {
        return "solver-" + name.toLowerCase(Locale.ROOT).replace("++", "pp").replaceAll("[^a-z0-9]+", "-");
    }

    static List<Figure> figures() {
        return families().entrySet().stream().map(family -> figure(family.getKey(), family.getValue())).toList();
    }

    private static PlanDescription run(SolverCatalog.Entry entry) {
        DiscreteSchedule schedule = BetaSchedule.SCALED_LINEAR.schedule(1000, 0.00085, 0.012);
        TimeGrid grid = TimeGrid.contiguous(Sigmas.ramp(SigmaRamp.karras(7), 10, 0.05).levels(schedule, STEPS), schedule.cleanest()).withCurve(schedule);
        return Plan.of(entry.of(STEPS), grid, Parameterization.sample(), DataCorrection.NONE).describe();
    }

    private static List<String> arrays(PlanDescription run) {
        TreeSet<String> used = new TreeSet<>(Comparator.comparingInt(ARRAYS::indexOf));
        run.rows().forEach(row -> used.addAll(row.weights().get("next").keySet()));
        return List.copyOf(used);
    }

    private static Figure figure(String file, List<SolverCatalog.Entry> entries) {
        String name = entries.get(0).name();
        List<PlanDescription> runs = entries.stream().map(Strips::run).toList();
        int columns = runs.stream().mapToInt(run -> run.rows().size()).max().orElseThrow();
        double height = 16 + runs.stream().mapToDouble(run -> 44 + CELL * arrays(run).size()).sum() + 20;
        String words = "Ten steps on Stable Diffusion's schedule with x0 prediction; a column is a network evaluation, from noise on the left to data on the right, a row an array "
                + "of the update, a cell its weight in the next sample: blue is positive, orange negative, strong is large.";
        Svg svg = new Svg(Math.max(480, 150 + columns * CELL_WIDTH + 20), height, "Weights of " + name, words);
        List<List<Object>> table = new ArrayList<>();
        List<String> used = ARRAYS.stream().filter(array -> runs.stream().anyMatch(run -> arrays(run).contains(array))).toList();
        double top = 16;
        for (int k = 0; k < runs.size(); k++) {
            String variant = entries.get(k).variant();
            svg.label("head", 10, top + 12, variant.isEmpty() ? name : variant);
            strips(svg, runs.get(k), top + 20);
            top += 44 + CELL * arrays(runs.get(k)).size();
            for (PlanDescription.Row row : runs.get(k).rows()) {
                List<Object> cells = new ArrayList<>(List.of(variant, row.index(), row.step(), row.level().logSnr()));
                used.forEach(array -> cells.add(row.weights().get("next").get(array)));
                table.add(cells);
            }
        }
        svg.label("note", 140, height - 8, "network evaluations: noise on the left, data on the right");
        List<String> heads = new ArrayList<>(List.of("variant", "evaluation", "step", "log_snr"));
        heads.addAll(used);
        return new Figure(file, "Solver: " + name, words, "", svg, SolverPictures.markdown(entries, file + ".png"), new Table(heads, table));
    }

    private static void strips(Svg svg, PlanDescription run, double top) {
        List<String> arrays = arrays(run);
        for (int r = 0; r < arrays.size(); r++) {
            double y = top + r * CELL;
            svg.label("note end", 130, y + 14, LABELS.getOrDefault(arrays.get(r), arrays.get(r)));
            for (PlanDescription.Row row : run.rows()) {
                Double weight = row.weights().get("next").get(arrays.get(r));
                String title = "evaluation " + row.index() + ", step " + row.step() + ", " + arrays.get(r) + ": " + (weight == null ? "0" : Curves.rounded(weight));
                double strength = weight == null ? 0 : Math.min(1, 0.12 + 0.88 * Math.log1p(Math.abs(weight) * 4) / Math.log1p(8));
                svg.cell(weight != null && weight < 0 ? "minus" : "plus", new double[] {140 + row.index() * CELL_WIDTH, y, CELL_WIDTH - 1, CELL - 1}, strength, title);
            }
        }
    }
}
