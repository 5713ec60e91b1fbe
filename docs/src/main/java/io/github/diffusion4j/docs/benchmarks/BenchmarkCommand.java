package io.github.diffusion4j.docs.benchmarks;

import io.github.diffusion4j.docs.figures.Chart;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs the benchmarks and writes {@code results.csv}, {@code results.md} and figures of how the cost grows. */
@Command(name = "benchmark", description = "Measure steps, plans, training batches and noise; write a table and figures.", mixinStandardHelpOptions = true)
public final class BenchmarkCommand implements Callable<Integer> {

    private static final String LATENT_VALUES = "4x64x64";

    /** Plans are thousands of short methods, which take seconds to be compiled. */
    private static final String PLANS = "ClassBenchmark.plan$";
    private static final String ALL_BUT_PLANS = "^(?!.*" + PLANS + ")";

    @Option(names = "--out", required = true, description = "The folder to write to.")
    private Path out;

    @Option(names = "--include", defaultValue = "(Step|Stochastic|Torch|Class|Growth|Training|Noise)Benchmark", description = "Which benchmarks, a regular expression (default: ${DEFAULT-VALUE}).")
    private String include;

    @Option(names = "--quick", description = "One fork and short iterations.")
    private boolean quick;

    /** Made by the command line. */
    public BenchmarkCommand() {}

    @Override
    public Integer call() throws IOException, RunnerException {
        List<Measured> measured = Stream.concat(run(PLANS, 4).stream(), run(ALL_BUT_PLANS, 12).stream()).toList();
        if (measured.isEmpty()) {
            throw new NoBenchmarksException();
        }
        Files.createDirectories(out);
        Files.writeString(out.resolve("results.csv"), Measured.table(measured).csv());
        Files.writeString(out.resolve("results.md"), new BenchmarkTables(measured).markdown(machine()));
        figures(measured);
        return 0;
    }

    /** Runs all benchmarks but some; in a hurry with so many warm-ups of half a second. */
    private List<Measured> run(String excluded, int quickWarmups) throws RunnerException {
        ChainedOptionsBuilder options = new OptionsBuilder().include(include).exclude(excluded)
                .param("scheduler", DiffusersConfig.classNames().stream().sorted().toArray(String[]::new));
        if (quick) {
            options.forks(1).warmupIterations(quickWarmups).measurementIterations(5).warmupTime(TimeValue.milliseconds(500)).measurementTime(TimeValue.milliseconds(300));
        }
        try {
            return new Runner(options.build()).run().stream().map(Measured::of).toList();
        } catch (NoBenchmarksException e) {
            return List.of();
        }
    }

    private static String machine() {
        return System.getProperty("os.name") + " " + System.getProperty("os.arch") + ", " + Runtime.getRuntime().availableProcessors() + " processors, Java "
                + System.getProperty("java.version");
    }

    private void figures(List<Measured> measured) throws IOException {
        if (measured.stream().anyMatch(m -> m.name().startsWith("Step."))) {
            Chart chart = new Chart("A step over the number of values", "log2 of the number of values", "microseconds", true);
            for (String name : List.of("Step.flowEuler", "Step.ddim", "Step.dpmSolverPlusPlus2M", "Step.nd4jTwoTerms", "Torch.flowEuler", "Torch.twoTerms", "Step.copyOfAsManyBytes")) {
                line(chart, name, measured.stream().filter(m -> m.name().equals(name)).toList(), m -> Math.log(values(m.parameters().get("size"))) / Math.log(2));
            }
            chart.write(out.resolve("size.svg"));
        }
        List<Measured> growth = measured.stream().filter(m -> m.name().equals("Growth.combine")).toList();
        if (!growth.isEmpty()) {
            Chart chart = new Chart("A combination over the number of arrays, batches of " + LATENT_VALUES, "arrays", "microseconds", true);
            growth.stream().collect(Collectors.groupingBy(m -> Integer.valueOf(m.parameters().get("batch")))).entrySet().stream().sorted(Comparator.comparing(e -> e.getKey()))
                    .forEach(e -> line(chart, "batch " + e.getKey(), e.getValue(), m -> Double.parseDouble(m.parameters().get("arrays"))));
            chart.write(out.resolve("history.svg"));
        }
    }

    private static void line(Chart chart, String name, List<Measured> points, ToDoubleFunction<Measured> x) {
        if (!points.isEmpty()) {
            List<Measured> sorted = points.stream().sorted(Comparator.comparingDouble(x)).toList();
            chart.line(name, sorted.stream().mapToDouble(x).toArray(), sorted.stream().mapToDouble(Measured::time).toArray());
        }
    }

    private static double values(String size) {
        return Arrays.stream(size.split("x")).mapToDouble(Double::parseDouble).reduce(1, (a, b) -> a * b);
    }
}
