package io.github.diffusion4j.docs.benchmarks;

import io.github.diffusion4j.samplers.tables.Table;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.openjdk.jmh.results.RunResult;

/**
 * One measured time.
 *
 * @param name class and method of the benchmark
 * @param parameters its parameters
 * @param time microseconds
 * @param error half the width of the 99.9 % confidence interval
 */
record Measured(String name, Map<String, String> parameters, double time, double error) {

    static Measured of(RunResult result) {
        String[] path = result.getParams().getBenchmark().split("\\.");
        Map<String, String> parameters = new TreeMap<>();
        result.getParams().getParamsKeys().forEach(key -> parameters.put(key, result.getParams().getParam(key)));
        return new Measured(path[path.length - 2].replace("Benchmark", "") + "." + path[path.length - 1], parameters, result.getPrimaryResult().getScore(),
                result.getPrimaryResult().getScoreError());
    }

    static Optional<Measured> find(List<Measured> all, String name, String parameter, String value) {
        return all.stream().filter(m -> m.name().equals(name) && value.equals(m.parameters().get(parameter))).findFirst();
    }

    static Table table(List<Measured> all) {
        return new Table(List.of("benchmark", "parameters", "microseconds", "error"), all.stream().map(m -> List.<Object>of(m.name(),
                String.join(" ", m.parameters().entrySet().stream().map(Object::toString).toList()), m.time(), m.error())).toList());
    }
}
