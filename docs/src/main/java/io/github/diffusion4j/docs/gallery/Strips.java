package io.github.diffusion4j.docs.gallery;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.PlanDescription;
import io.github.diffusion4j.docs.emoji.SolverPictures;
import io.github.diffusion4j.docs.figures.Svg;
import io.github.diffusion4j.docs.figures.WeightStrips;
import io.github.diffusion4j.samplers.solvers.SolverCatalog;
import io.github.diffusion4j.samplers.tables.Quantity;
import io.github.diffusion4j.samplers.tables.RunTable;
import io.github.diffusion4j.samplers.tables.Table;
import io.github.diffusion4j.schedules.BetaSchedule;
import io.github.diffusion4j.schedules.SigmaRamp;
import io.github.diffusion4j.schedules.Sigmas;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Solvers: the weights of every update of a run as strips of cells. */
final class Strips {

    private static final int STEPS = 10;
    private static final List<String> ARRAYS = List.of("sample", "anchor", "output", "noise", "memory0", "memory1", "memory2", "memory3");

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

    private static Figure figure(String file, List<SolverCatalog.Entry> entries) {
        String name = entries.get(0).name();
        List<RunTable> runs = entries.stream().map(entry -> new RunTable(entry.variant().isEmpty() ? name : entry.variant(), run(entry))).toList();
        String words = "Ten steps on Stable Diffusion's schedule with x0 prediction; a column is a network evaluation, from noise on the left to data on the right, a row an array "
                + "of the update, a cell its weight in the next sample: blue is positive, orange negative, strong is large.";
        List<List<Object>> table = new ArrayList<>();
        List<String> used = ARRAYS.stream().filter(array -> runs.stream().anyMatch(run -> run.arrays().contains(array))).toList();
        for (int k = 0; k < runs.size(); k++) {
            for (PlanDescription.Row row : runs.get(k).plan().rows()) {
                List<Object> cells = new ArrayList<>(List.of(entries.get(k).variant(), row.index(), row.step(), row.level().logSnr()));
                used.forEach(array -> cells.add(row.weights().get("next").get(array)));
                table.add(cells);
            }
        }
        Svg svg = WeightStrips.of("Weights of " + name, words, "x0 estimate", runs);
        List<String> heads = new ArrayList<>(List.of("variant", "evaluation", "step", Quantity.LOG_SNR.id()));
        heads.addAll(used);
        return new Figure(file, "Solver: " + name, words, "", svg, SolverPictures.markdown(entries, file + ".png"), new Table(heads, table));
    }
}
