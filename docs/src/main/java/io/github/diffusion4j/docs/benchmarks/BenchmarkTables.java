package io.github.diffusion4j.docs.benchmarks;

import io.github.diffusion4j.samplers.tables.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;

/** Tables of measured times in Markdown. */
final class BenchmarkTables {

    private static final List<String> STEPS = List.of("Step.flowEuler", "Step.ddim", "Step.dpmSolverPlusPlus2M", "Step.flowEulerHost", "Step.ddimHost", "Step.ddimPure", "Step.nd4jTwoTerms",
            "Step.nd4jMultistep", "Step.nd4jTwoTermsClosed", "Torch.flowEuler", "Torch.twoTerms", "Torch.multistep", "Step.copyOfAsManyBytes");
    private static final List<String> STOCHASTIC = List.of("Stochastic.ddpm", "Stochastic.eulerAncestral", "Stochastic.sdeDpmSolverPlusPlus2M", "Torch.stochastic", "Torch.stochasticMultistep");

    private final List<Measured> all;

    BenchmarkTables(List<Measured> all) {
        this.all = all;
    }

    String markdown(String machine) {
        StringBuilder text = new StringBuilder("# Measured times\n\nMade by `java -jar docs/target/diffusion4j.jar benchmark --out docs/benchmarks`: ").append(machine)
                .append(". Microseconds with half the width of the 99.9 % interval. The machine is shared: ratios within a table matter.\n");
        if (any("Step.")) {
            sizes(text);
            ratios(text, "Step.", List.of(new Ratio("DDIM against ND4J", "Step.nd4jTwoTerms", "Step.ddim"), new Ratio("DDIM against ND4J, temporaries closed", "Step.nd4jTwoTermsClosed", "Step.ddim"),
                    new Ratio("DPM-Solver++ 2M against ND4J", "Step.nd4jMultistep", "Step.dpmSolverPlusPlus2M"), new Ratio("Flow Euler against libtorch", "Torch.flowEuler", "Step.flowEuler"),
                    new Ratio("DDIM against libtorch", "Torch.twoTerms", "Step.ddim"), new Ratio("DPM-Solver++ 2M against libtorch", "Torch.multistep", "Step.dpmSolverPlusPlus2M"),
                    new Ratio("Flow Euler against the copy (below 1: slower)", "Step.copyOfAsManyBytes", "Step.flowEuler"),
                    new Ratio("DDIM against the copy (below 1: slower)", "Step.copyOfAsManyBytes", "Step.ddim"),
                    new Ratio("direct buffers against ND4J's memory, flow Euler", "Step.flowEuler", "Step.flowEulerHost")));
        }
        if (any("Stochastic.")) {
            table(text, "Steps with noise", STOCHASTIC, "size");
            text.append("\nIn sessions; libtorch does the arithmetic and a `randn`.\n");
            ratios(text, "Stochastic.", List.of(new Ratio("DDPM against libtorch", "Torch.stochastic", "Stochastic.ddpm"), new Ratio("Euler ancestral against libtorch", "Torch.stochastic", "Stochastic.eulerAncestral"),
                    new Ratio("SDE-DPM-Solver++ 2M against libtorch", "Torch.stochasticMultistep", "Stochastic.sdeDpmSolverPlusPlus2M")));
        }
        if (any("Class.")) {
            text.append("\n## Every scheduler class, 1x4x64x64\n\nA step with all that stands between two network evaluations, and a plan of 50 steps (2 or 40 where a class takes no more).\n\n")
                    .append(new Table(List.of("class", "step", "plan"), values("scheduler", List.of("Class.")).stream()
                            .map(name -> List.<Object>of(name, cell("Class.step", "scheduler", name), cell("Class.plan", "scheduler", name))).toList()).markdown());
        }
        if (any("Training.")) {
            table(text, "Training batches", List.of("Training.addNoise", "Training.nd4jAddNoise", "Training.batch"), "size");
        }
        if (any("Noise.")) {
            table(text, "Noise", List.of("Noise.counter", "Noise.brownian", "Noise.torchCpu", "Noise.nd4j", "Noise.jdk"), "values");
        }
        return text.toString();
    }

    private void sizes(StringBuilder text) {
        table(text, "A step at every size", STEPS, "size");
        text.append("\n`Step.flowEuler`, `ddim` and `dpmSolverPlusPlus2M` run in a session, as the driver does, `Host` over direct buffers of Java; `ddimPure` makes a new array. The rivals do the arithmetic alone: two terms for DDIM; the estimate, which is kept, and three terms for "
                + "DPM-Solver++ 2M. `copyOfAsManyBytes` moves as many bytes as DDIM, on one thread.\n");
    }

    private void table(StringBuilder text, String title, List<String> names, String parameter) {
        List<String> measured = names.stream().filter(this::any).toList();
        List<String> values = values(parameter, measured);
        text.append("\n## ").append(title).append("\n\n").append(rows(values, measured.stream()
                .map(name -> row("`" + name + "`", values, value -> cell(name, parameter, value))).toList()));
    }

    private static String rows(List<String> values, List<List<Object>> rows) {
        List<String> columns = new ArrayList<>(List.of(""));
        columns.addAll(values);
        return new Table(columns, rows).markdown();
    }

    private static List<Object> row(String title, List<String> values, UnaryOperator<String> cell) {
        List<Object> row = new ArrayList<>(List.of(title));
        values.forEach(value -> row.add(cell.apply(value)));
        return row;
    }

    /** How many times as fast one benchmark is as another. */
    private record Ratio(String title, String rival, String ours) {}

    /** Leaves out what was not measured. */
    private void ratios(StringBuilder text, String prefix, List<Ratio> ratios) {
        List<String> sizes = values("size", List.of(prefix));
        text.append("\n### How many times as fast\n\n").append(rows(sizes, ratios.stream().filter(ratio -> any(ratio.rival()) && any(ratio.ours()))
                .map(ratio -> row(ratio.title(), sizes, size -> times(ratio, size))).toList()));
    }

    private String times(Ratio ratio, String size) {
        Optional<Measured> ours = Measured.find(all, ratio.ours(), "size", size);
        return Measured.find(all, ratio.rival(), "size", size).filter(rival -> ours.isPresent()).map(rival -> String.format(Locale.ROOT, "%.2f", rival.time() / ours.get().time())).orElse("");
    }

    private boolean any(String prefix) {
        return all.stream().anyMatch(m -> m.name().startsWith(prefix));
    }

    /** The values of a parameter of some benchmarks, in the order they were measured. */
    private List<String> values(String parameter, List<String> prefixes) {
        return all.stream().filter(m -> prefixes.stream().anyMatch(m.name()::startsWith)).map(m -> m.parameters().get(parameter)).distinct().toList();
    }

    private String cell(String name, String parameter, String value) {
        return Measured.find(all, name, parameter, value).map(m -> number(m, Measured::time) + (Double.isNaN(m.error()) ? "" : " ± " + number(m, Measured::error))).orElse("");
    }

    private static String number(Measured measured, ToDoubleFunction<Measured> value) {
        return String.format(Locale.ROOT, measured.time() < 100 ? "%.1f" : "%.0f", value.applyAsDouble(measured));
    }
}
