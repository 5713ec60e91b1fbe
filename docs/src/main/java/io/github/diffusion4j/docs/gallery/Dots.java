package io.github.diffusion4j.docs.gallery;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Spacing;
import io.github.diffusion4j.docs.explorer.Choice;
import io.github.diffusion4j.docs.explorer.Choices;
import io.github.diffusion4j.docs.explorer.Selection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Spacings: where the steps of a run start, as dots over log SNR. */
final class Dots {

    private static final int STEPS = 15;
    private static final double ROW = 26;
    private static final Selection DEFAULTS = Selection.of("");

    private Dots() {}

    private record Row(String label, List<NoiseLevel> levels) {}

    static List<Figure> figures() {
        return List.of(figure("spacing-sd", "Stable Diffusion's schedule", Choice.named(Choices.SCHEDULES, "sd")),
                figure("spacing-flow", "a flow", Choice.named(Choices.SCHEDULES, "flow")), figure("spacing-edm", "EDM's levels", Choice.named(Choices.SCHEDULES, "edm")));
    }

    private static Figure figure(String name, String what, Choice<NoiseSchedule> schedule) {
        List<Row> rows = Choices.SPACINGS.stream().flatMap(choice -> levels(choice, schedule.value()).map(levels -> new Row(choice.label(), levels)).stream()).toList();
        String words = "Each row is a spacing on " + what + ", each dot a step of a run of " + STEPS + "; noise is on the left, data on the right. "
                + "Steps crowd where the spacing spends the work." + (schedule.id().equals("flow") ? " The first step, at pure noise, has no finite log SNR and is not drawn." : "");
        double[] finite = rows.stream().flatMap(row -> row.levels().stream()).mapToDouble(NoiseLevel::logSnr).filter(Double::isFinite).toArray();
        Svg svg = new Svg(900, 84 + ROW * rows.size(), "Spacings on " + what, words);
        Panel panel = Panel.over(svg, new double[] {250, 30, 620, ROW * rows.size()}, finite, 0, 1).across("log SNR");
        List<List<Object>> table = new ArrayList<>();
        for (int k = 0; k < rows.size(); k++) {
            double y = 30 + ROW * (k + 0.5);
            svg.line("grid", 250, y, 870, y);
            svg.label("end", 236, y + 4, rows.get(k).label());
            for (int i = 0; i < STEPS; i++) {
                NoiseLevel level = rows.get(k).levels().get(i);
                table.add(List.of(rows.get(k).label(), i, level.time(), level.alpha(), level.sigma(), level.logSnr()));
                if (Double.isFinite(level.logSnr())) {
                    svg.dot("dot", panel.x(level.logSnr()), y, rows.get(k).label() + ", step " + i + ": time " + Curves.rounded(level.time()) + ", log SNR "
                            + Curves.rounded(level.logSnr()));
                }
            }
        }
        return new Figure(name, "Spacings on " + what, words, schedule.java(), svg, new Table(List.of("spacing", "step", "time", "alpha", "sigma", "log_snr"), table));
    }

    /** The levels, or nothing if the spacing is not for such schedules. */
    private static Optional<List<NoiseLevel>> levels(Choice<Function<Selection, Spacing>> choice, NoiseSchedule schedule) {
        try {
            return Optional.of(choice.value().apply(DEFAULTS).levels(schedule, STEPS));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
