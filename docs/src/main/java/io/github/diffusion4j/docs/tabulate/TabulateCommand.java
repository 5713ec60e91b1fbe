package io.github.diffusion4j.docs.tabulate;

import io.github.diffusion4j.docs.figures.NoiseFigure;
import io.github.diffusion4j.samplers.tables.NoiseTable;
import io.github.diffusion4j.samplers.tables.Quantity;
import io.github.diffusion4j.samplers.tables.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes the noise levels of models and schedules as a table or a figure. */
@Command(name = "tabulate", description = "Write the noise levels of models and schedules as a table or a figure.", mixinStandardHelpOptions = true, sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n", exitCodeList = {"0:written", "1:no such schedule, or the file cannot be written", "2:the command line is wrong"},
        footerHeading = "%nExamples:%n", footer = {
            "  tabulate sdxl --every 100 --format md",
            "  tabulate sdxl sd3 edm --x position --y log_snr --out compared.svg",
            "  tabulate flux@512 flux@1024 flux@2048 --x position --y sigma --out shifts.pdf",
            "  tabulate \"SD 1.5\" EDM SD3 --x log_snr --y density --out draws.png",
            "  tabulate \"My model=path/to/model\" --y snr --log-y --out snr.svg",
            "  tabulate - --columns time,alpha,sigma < scheduler_config.json",
        })
public final class TabulateCommand implements Callable<Integer> {

    @Parameters(paramLabel = Models.SYNTAX, arity = "1..*", completionCandidates = Models.Known.class, description = "A beta_schedule (linear, scaled_linear, ...), a model (sd15, sdxl, sd3, flux, ...), "
            + "a schedule of the explorer (flow, edm, trig, ve, ...), a recipe of training (DDPM, EDM, SD3, ...), a scheduler_config.json, a model's folder, or - for a config on standard input. "
            + "@PIXELS is the size of the picture, on which the shift of FLUX and others depends.")
    private List<String> sources;

    @Option(names = "--columns", split = ",", completionCandidates = Quantities.class, description = "Of a table: ${COMPLETION-CANDIDATES}; by default all there are, or x and y.")
    private List<String> columns = List.of();

    @Option(names = "--x", completionCandidates = Quantities.class, description = "What runs across a figure: a column; by default time, of several schedules position.")
    private String x;

    @Option(names = "--y", split = ",", completionCandidates = Quantities.class, description = "What is drawn: columns; by default alpha, sigma and alpha_bar, of several schedules log_snr.")
    private List<String> ys = List.of();

    @Mixin
    private Models models = new Models();

    @Mixin
    private Output output = new Output();

    /** The names of quantities. */
    static final class Quantities implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(Quantity.values()).map(Quantity::id).iterator();
        }
    }

    /** Made by the command line. */
    public TabulateCommand() {}

    @Override
    public Integer call() throws IOException {
        List<NoiseTable> tables = new ArrayList<>();
        for (String source : sources) {
            tables.add(models.of(source).table());
        }
        output.write(() -> table(tables), () -> NoiseFigure.chart(output.title(title(tables)), tables, across(tables), drawn(tables), output.look()).svg());
        return 0;
    }

    private Table table(List<NoiseTable> tables) {
        List<Quantity> chosen = !columns.isEmpty() ? columns.stream().map(Quantity::named).toList()
                : x == null && ys.isEmpty() ? List.of() : Stream.concat(Stream.of(across(tables)), drawn(tables).stream()).distinct().toList();
        return tables.stream().map(table -> {
            Table rows = output.paged(chosen.isEmpty() ? table.table() : table.table(chosen.toArray(Quantity[]::new)));
            return tables.size() == 1 ? rows : rows.labelled("schedule", table.name());
        }).reduce(Table::and).orElseThrow();
    }

    private Quantity across(List<NoiseTable> tables) {
        return x != null ? Quantity.named(x) : tables.size() == 1 ? Quantity.TIME : Quantity.POSITION;
    }

    private List<Quantity> drawn(List<NoiseTable> tables) {
        if (!ys.isEmpty()) {
            return ys.stream().map(Quantity::named).toList();
        }
        return tables.size() == 1 ? List.of(Quantity.ALPHA, Quantity.SIGMA, Quantity.ALPHA_BAR) : List.of(Quantity.LOG_SNR);
    }

    private String title(List<NoiseTable> tables) {
        return tables.size() == 1 ? "Noise levels of " + tables.get(0).name() : drawn(tables).stream().map(Quantity::label).collect(Collectors.joining(", ")) + " of " + tables.size() + " schedules";
    }
}
