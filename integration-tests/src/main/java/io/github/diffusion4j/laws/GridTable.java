package io.github.diffusion4j.laws;

import io.github.diffusion4j.laws.GridRace.Result;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The results of a {@link GridRace} for readers.
 *
 * @param results the results, solver by solver
 */
public record GridTable(List<Result> results) {

    /** Some solvers of the catalog are the same without guidance or noise. */
    private static final double SAME = 1e-9;

    /** Copies the list. */
    public GridTable {
        results = List.copyOf(results);
    }

    /**
     * All results.
     *
     * @return a row for each solver, grid and budget
     */
    public String csv() {
        return "solver,variant,grid,evaluations,error,standard_error,median\n" + results.stream().map(result -> String.format(Locale.ROOT, "%s,%s,%s,%d,%.4f,%.4f,%.4f%n", result.solver().name(),
                result.solver().variant(), result.spacing(), result.budget(), result.mean(), result.standardError(), result.median())).collect(Collectors.joining());
    }

    /**
     * The page: for each solver and budget the best usual grid and the fitted one.
     *
     * @return Markdown
     */
    public String markdown() {
        return """
                # Grids

                Solvers without noise on few network evaluations, on the perfect network of 1,797 handwritten digits (each blurred by a Gaussian of width 0.25): the root mean square of the difference from
                where 400 steps end, mean and standard error over 256 start noises, from sigma 80 to 0.02 and then clean. *Usual* is the best of a Karras ramp (K), equal steps of log SNR (L) and equal steps
                of the angle atan sigma (A), chosen on the same noises, which flatters it; *fitted* is one grid for all, fitted to 16 other noises by `GridFit.SECOND_ORDER`. The best of each column is bold.
                Written by `java -jar integration-tests/target/certificates.jar docs/certificates`; each grid and the medians are in [grids.csv](grids.csv).

                """ + line(Stream.concat(Stream.of("solver"), GridRace.BUDGETS.stream().flatMap(budget -> Stream.of(budget + " usual", budget + " fitted"))).toList())
                + line(Stream.concat(Stream.of("---"), GridRace.BUDGETS.stream().flatMap(budget -> Stream.of("---:", "---:"))).toList())
                + results.stream().map(result -> result.solver().toString()).distinct().map(this::row).collect(Collectors.joining());
    }

    private static String line(List<String> cells) {
        return "| " + String.join(" | ", cells) + " |\n";
    }

    private String row(String solver) {
        return line(Stream.concat(Stream.of(solver), GridRace.BUDGETS.stream().flatMap(budget -> Stream.of(cell(solver, budget, false), cell(solver, budget, true)))).toList());
    }

    /** The lowest error of a solver on usual grids, or its error on the fitted one. */
    private String cell(String solver, int budget, boolean fitted) {
        Map<String, Result> lowest = new TreeMap<>();
        results.stream().filter(result -> result.budget() == budget && fitted == result.spacing().equals(GridRace.FITTED))
                .forEach(result -> lowest.merge(result.solver().toString(), result, (a, b) -> a.mean() <= b.mean() ? a : b));
        Result here = lowest.get(solver);
        if (here == null) {
            return "";
        }
        boolean best = here.mean() <= (1 + SAME) * lowest.values().stream().mapToDouble(Result::mean).min().orElseThrow();
        String text = String.format(Locale.ROOT, "%.3f ± %.3f%s", here.mean(), here.standardError(), fitted ? "" : " " + here.spacing().substring(0, 1).toUpperCase(Locale.ROOT));
        return best ? "**" + text + "**" : text;
    }
}
