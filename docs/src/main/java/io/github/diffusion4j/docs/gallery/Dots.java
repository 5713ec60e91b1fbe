package io.github.diffusion4j.docs.gallery;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Spacing;
import io.github.diffusion4j.docs.explorer.Choice;
import io.github.diffusion4j.docs.explorer.Choices;
import io.github.diffusion4j.docs.explorer.Selection;
import io.github.diffusion4j.docs.figures.DotRows;
import io.github.diffusion4j.docs.figures.Svg;
import io.github.diffusion4j.samplers.tables.Quantity;
import io.github.diffusion4j.samplers.tables.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Spacings: where the steps of a run start, as dots over log SNR. */
final class Dots {

    private static final int STEPS = 15;
    private static final Selection DEFAULTS = Selection.of("");

    private Dots() {}

    static List<Figure> figures() {
        return List.of(figure("spacing-sd", "Stable Diffusion's schedule", Choice.named(Choices.SCHEDULES, "sd")),
                figure("spacing-flow", "a flow", Choice.named(Choices.SCHEDULES, "flow")), figure("spacing-edm", "EDM's levels", Choice.named(Choices.SCHEDULES, "edm")));
    }

    private static Figure figure(String name, String what, Choice<NoiseSchedule> schedule) {
        List<DotRows.Row> rows = Choices.SPACINGS.stream().flatMap(choice -> levels(choice, schedule.value()).map(levels -> new DotRows.Row(choice.label(), levels)).stream()).toList();
        String words = "Each row is a spacing on " + what + ", each dot a step of a run of " + STEPS + "; noise is on the left, data on the right. "
                + "Steps crowd where the spacing spends the work." + (schedule.id().equals("flow") ? " The first step, at pure noise, has no finite log SNR and is not drawn." : "");
        List<List<Object>> table = new ArrayList<>();
        for (DotRows.Row row : rows) {
            for (int i = 0; i < STEPS; i++) {
                NoiseLevel level = row.levels().get(i);
                table.add(List.of(row.label(), i, level.time(), level.alpha(), level.sigma(), level.logSnr()));
            }
        }
        Svg svg = DotRows.of("Spacings on " + what, words, rows);
        return new Figure(name, "Spacings on " + what, words, schedule.java(), svg, new Table(List.of("spacing", "step", Quantity.TIME.id(), Quantity.ALPHA.id(), Quantity.SIGMA.id(), Quantity.LOG_SNR.id()), table));
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
