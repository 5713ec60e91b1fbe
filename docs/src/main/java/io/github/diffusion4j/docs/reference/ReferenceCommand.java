package io.github.diffusion4j.docs.reference;

import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.docs.explorer.Choice;
import io.github.diffusion4j.docs.explorer.Choices;
import io.github.diffusion4j.samplers.solvers.SolverCatalog;
import io.github.diffusion4j.samplers.tables.Table;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes the tables of schedules, spacings and solvers from the catalogs. */
@Command(name = "reference", description = "Write the tables of schedules, spacings and solvers as Markdown.", mixinStandardHelpOptions = true)
public final class ReferenceCommand implements Callable<Integer> {

    private static final String MADE = " Written by `java -jar docs/target/diffusion4j.jar reference`.\n\n";
    private static final int STEPS = 6;

    @Parameters(paramLabel = "CSV", description = "The certificates of the solvers, docs/certificates/solvers.csv.")
    private Path certificates;

    @Option(names = "--out", required = true, description = "The folder to write to.")
    private Path out;

    /** Made by the command line. */
    public ReferenceCommand() {}

    @Override
    public Integer call() throws IOException {
        Files.createDirectories(out);
        Files.writeString(out.resolve("schedules.md"), "# Schedules\n\nThe forward processes, as alpha and sigma over time; [the gallery](../gallery/index.md) draws them. *Log SNR* "
                + "is that of the noisiest and of the cleanest level." + MADE + schedules().markdown());
        Files.writeString(out.resolve("spacings.md"), "# Spacings\n\nRules that pick the noise levels of a run; [the gallery](../gallery/index.md#spacings) draws them. "
                + "`SHIFT` and `TOKENS` stand for numbers. ComfyUI's rules are `ComfySchedule`, the published ones (Align Your Steps, GITS, OptimalSteps) `PublishedSigmas`."
                + MADE + spacings().markdown());
        Files.writeString(out.resolve("solvers.md"), "# Solvers\n\nEvery solver with its order and its cost: network *evaluations* of a step, remembered predictions (*history*), and the "
                + "measured *error* after 10, 20 and 50 evaluations (see [certificates](../certificates/solvers.md)). A stochastic solver has a weak order. "
                + "[Choose a solver](../guides/choose-a-solver.md) is shorter." + MADE + solvers().markdown());
        return 0;
    }

    private static Table schedules() {
        List<List<Object>> rows = Choices.SCHEDULES.stream().map(choice -> List.<Object>of(choice.label(), code(choice.java()), range(choice.value()), keys(choice),
                "[figure](../gallery/schedule-" + choice.id() + ".md)")).toList();
        return new Table(List.of("schedule", "Java", "log SNR", "in scheduler_config.json", "curves"), rows);
    }

    private static String range(NoiseSchedule schedule) {
        Function<Double, String> end = value -> Math.abs(value) > 30 ? (value > 0 ? "clean" : "pure noise") : String.format(Locale.ROOT, "%.2f", value);
        return end.apply(schedule.noisiest().logSnr()) + " to " + end.apply(schedule.cleanest().logSnr());
    }

    private static Table spacings() {
        return new Table(List.of("spacing", "Java", "in scheduler_config.json"),
                Choices.SPACINGS.stream().map(choice -> List.<Object>of(choice.label(), code(choice.java()), keys(choice))).toList());
    }

    private static String code(String text) {
        return "`" + text + "`";
    }

    private static String keys(Choice<?> choice) {
        Map<String, Object> config = choice.config() == null ? Map.of() : choice.config();
        return config.keySet().stream().sorted().map(key -> code(key + ": " + (config.get(key) instanceof Double number ? BigDecimal.valueOf(number).toPlainString() : config.get(key)))).collect(Collectors.joining(", "));
    }

    private Table solvers() throws IOException {
        List<String[]> lines = Files.readAllLines(certificates).stream().map(line -> line.split(",", -1)).toList();
        List<String> head = List.of(lines.get(0));
        Map<String, String[]> measured = lines.stream().skip(1).collect(Collectors.toMap(cells -> (cells[0] + " " + cells[1]).trim(), cells -> cells));
        List<List<Object>> rows = SolverCatalog.all().stream().map(entry -> {
            SolverTraits traits = entry.of(STEPS).traits();
            String[] errors = measured.get(entry.toString());
            if (errors == null) {
                throw new IllegalArgumentException(certificates + " has no row for " + entry + "; measure it first");
            }
            Function<Integer, Object> error = budget -> {
                String cell = errors[head.indexOf("error_at_" + budget)];
                return cell.isEmpty() ? "" : String.format(Locale.ROOT, "%.3g", Double.parseDouble(cell));
            };
            String order = errors[head.indexOf("claimed_order")];
            return List.<Object>of(entry.toString(), order.isEmpty() ? "weak\u00a0" + errors[head.indexOf("claimed_weak_order")] : order, traits.evaluationsPerStep(), traits.history(),
                    error.apply(10), error.apply(20), error.apply(50), traits.citation());
        }).toList();
        return new Table(List.of("solver", "order", "evaluations", "history", "error at 10", "at 20", "at 50", "source"), rows);
    }
}
