package io.github.diffusion4j.docs.tabulate;

import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.PlanDescription;
import io.github.diffusion4j.docs.figures.Chart;
import io.github.diffusion4j.docs.figures.DotRows;
import io.github.diffusion4j.docs.figures.Svg;
import io.github.diffusion4j.docs.figures.WeightStrips;
import io.github.diffusion4j.samplers.guidance.LinearGuidance;
import io.github.diffusion4j.samplers.guidance.Scale;
import io.github.diffusion4j.samplers.guidance.Window;
import io.github.diffusion4j.samplers.names.NamedSampler;
import io.github.diffusion4j.samplers.tables.Quantity;
import io.github.diffusion4j.samplers.tables.RunTable;
import io.github.diffusion4j.samplers.tables.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes runs of a model, evaluation by evaluation, as a table or a figure. */
@Command(name = "plan", description = "Write runs evaluation by evaluation: times, levels, weights, noise, guidance.", mixinStandardHelpOptions = true, sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n", exitCodeList = {"0:written", "1:no such run, or the file cannot be written", "2:the command line is wrong"},
        footerHeading = "%nExamples:%n", footer = {
            "  plan sdxl --scheduler \"DPM++ 2M Karras\" --steps 8 --format md",
            "  plan sdxl --scheduler \"DPM++ 2M\" --scheduler \"DPM++ 2M Karras\" --steps 10 --beside edm_sigma",
            "  plan sd15 --scheduler \"Euler Karras\" --scheduler \"Euler Align Your Steps\" --steps 10 --out dots.svg",
            "  plan path/to/model --steps 10 --figure weights --out weights.pdf",
            "  plan flux@1024 --steps 4,28 --y sigma --out sigmas.svg",
            "  plan sdxl --scheduler Euler --steps 32 --guidance 7 --interval 0.3:5.4 --x edm_sigma --y guidance --log-x --out interval.svg",
        })
public final class PlanCommand implements Callable<Integer> {

    private static final String EVALUATION = "evaluation";
    private static final String GUIDANCE = "guidance";

    private static final double LEFT = 20;

    private enum Kind { dots, weights, curves }

    @Parameters(paramLabel = Models.SYNTAX, arity = "1..*", completionCandidates = Models.Known.class, description = "Models as in tabulate.")
    private List<String> sources;

    @Option(names = "--scheduler", completionCandidates = Models.Samplers.class, paramLabel = "NAME", description = "A sampler as the web UI calls it (\"DPM++ 2M Karras\"), as ComfyUI does "
            + "(\"dpmpp_2m karras\"), or a class of Diffusers; several are several runs. By default the class of the config.")
    private List<String> samplers = List.of();

    @Option(names = "--steps", split = ",", defaultValue = "20", description = "Numbers of steps (default: ${DEFAULT-VALUE}).")
    private List<Integer> steps;

    @Option(names = "--guidance", split = ",", defaultValue = "1", description = "Scales of classifier-free guidance, 1 for none.")
    private List<Double> scales;

    @Option(names = "--interval", paramLabel = "LOW:HIGH", description = "The levels sigma / alpha between which guidance is on.")
    private String interval;

    @Option(names = "--beside", paramLabel = "COLUMN", completionCandidates = TabulateCommand.Quantities.class, description = "A table of this quantity alone, the runs side by side.")
    private String beside;

    @Option(names = "--figure", description = "dots: where evaluations lie over log SNR; weights: of every update; curves: y over x. By default dots, or curves if x or y are given.")
    private Kind kind;

    @Option(names = "--x", completionCandidates = TabulateCommand.Quantities.class, description = "evaluation (the default), or a column of tabulate.")
    private String x;

    @Option(names = "--y", completionCandidates = TabulateCommand.Quantities.class, description = "guidance, or a column of tabulate; edm_sigma by default.")
    private String y;

    @Mixin
    private Models models = new Models();

    @Mixin
    private Output output = new Output();

    /** Made by the command line. */
    public PlanCommand() {}

    @Override
    public Integer call() throws IOException {
        RunTable[] runs = runs().toArray(RunTable[]::new);
        output.write(() -> output.thinned(table(runs)), () -> figure(List.of(runs)));
        return 0;
    }

    private Table table(RunTable... runs) {
        return beside != null ? RunTable.beside(Quantity.named(beside), runs) : runs.length == 1 ? runs[0].table() : RunTable.all(runs);
    }

    private List<RunTable> runs() throws IOException {
        List<Optional<String>> chosen = samplers.isEmpty() ? List.of(Optional.empty()) : samplers.stream().map(Optional::of).toList();
        List<RunTable> runs = new ArrayList<>();
        for (String source : sources) {
            Model model = models.of(source);
            for (Optional<String> sampler : chosen) {
                Optional<NamedSampler> named = sampler.map(Models::sampler);
                for (int count : steps) {
                    Plan plan = model.plan(named, count);
                    scales.forEach(scale -> runs.add(RunTable.of(name(model, sampler, count, scale), guided(plan, scale))));
                }
            }
        }
        return runs;
    }

    /** What tells a run from the others. */
    private String name(Model model, Optional<String> sampler, int count, double scale) {
        List<String> words = new ArrayList<>();
        if (sources.size() > 1 || sampler.isEmpty()) {
            words.add(model.name());
        }
        sampler.ifPresent(words::add);
        if (steps.size() > 1) {
            words.add(count + " steps");
        }
        if (scales.size() > 1) {
            words.add("guidance " + Chart.rounded(scale));
        }
        return String.join(", ", words);
    }

    private Plan guided(Plan plan, double scale) {
        if (interval == null) {
            return scale == 1 ? plan : plan.guided(LinearGuidance.classifierFree(scale));
        }
        String[] ends = interval.split(":");
        try {
            return plan.guided(LinearGuidance.classifierFree(Scale.of(scale), Window.edmSigma(Double.parseDouble(ends[0]), Double.parseDouble(ends[1]))));
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new IllegalArgumentException("--interval takes two levels, for instance 0.3:5.4, got " + interval, e);
        }
    }

    private Svg figure(List<RunTable> runs) {
        String names = runs.stream().map(RunTable::name).collect(Collectors.joining("; "));
        String words = output.look().caption();
        return switch (kind != null ? kind : x == null && y == null ? Kind.dots : Kind.curves) {
            case dots -> DotRows.of(output.title("Evaluations over log SNR"), words + " Each row is a run (" + names + "), each dot an evaluation of the network; noise is on the left, data on the right.",
                    runs.stream().map(run -> new DotRows.Row(run.name(), run.plan().rows().stream().map(PlanDescription.Row::level).toList())).toList()).framed(LEFT, words);
            case weights -> WeightStrips.of(output.title("Weights of every update"), words + " Runs: " + names + ". A column is an evaluation of the network, from noise on the left to data on the right, a row an array, "
                    + "a cell its weight in the next sample: blue is positive, orange negative, strong is large.", "output", runs).framed(LEFT, words);
            case curves -> curves(runs);
        };
    }

    private Svg curves(List<RunTable> runs) {
        String across = x == null ? EVALUATION : x;
        String up = y == null ? Quantity.EDM_SIGMA.id() : y;
        Chart chart = new Chart(output.title(label(up) + " of " + (runs.size() == 1 ? runs.get(0).name() : runs.size() + " runs")), label(across), label(up), output.look());
        runs.forEach(run -> chart.points(run.name(), values(across, run), values(up, run)));
        return chart.svg();
    }

    private static String label(String column) {
        return column.equals(EVALUATION) ? "evaluation" : column.equals(GUIDANCE) ? "guidance scale" : Quantity.named(column).label();
    }

    private static double[] values(String column, RunTable run) {
        return switch (column.toLowerCase(Locale.ROOT)) {
            case EVALUATION -> IntStream.range(0, run.plan().rows().size()).asDoubleStream().toArray();
            case GUIDANCE -> scales(run);
            default -> run.values(Quantity.named(column));
        };
    }

    /** 1 everywhere without guidance. */
    private static double[] scales(RunTable run) {
        double[] scales = run.guidance();
        return scales.length > 0 ? scales : IntStream.range(0, run.plan().rows().size()).mapToDouble(i -> 1).toArray();
    }
}
