package io.github.diffusion4j.docs.figures;

import io.github.diffusion4j.laws.Certificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Draws the errors of a table of certificates over the number of network evaluations. */
@Command(name = "work-precision", description = "Draw the errors in docs/certificates/solvers.csv over network evaluations.", mixinStandardHelpOptions = true)
public final class WorkPrecisionCommand implements Callable<Integer> {

    private static final List<String> DRAWN = List.of("DDIM", "Heun in sigma / alpha", "DPM-Solver++ multistep order 2", "DPM-Solver++ multistep order 3", "DEIS order 3",
            "UniPC order 2 BH2");
    private static final List<Integer> EVALUATIONS = Certificate.BUDGETS;

    @Parameters(paramLabel = "CSV", description = "The table.")
    private Path table;

    @Option(names = "--out", required = true, description = "The figure, .svg or .png.")
    private Path out;

    /** Made by the command line. */
    public WorkPrecisionCommand() {}

    @Override
    public Integer call() throws IOException {
        List<String[]> rows = Files.readAllLines(table).stream().map(line -> line.split(",", -1)).toList();
        List<String> head = List.of(rows.get(0));
        Chart chart = new Chart("Distance from the data on a mixture of two Gaussians", "network evaluations", "Wasserstein-2", true);
        for (String solver : DRAWN) {
            String[] row = rows.stream().filter(cells -> (cells[0] + " " + cells[1]).trim().equals(solver)).findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(table + " has no row for " + solver));
            double[] errors = EVALUATIONS.stream().mapToDouble(budget -> Double.parseDouble(row[head.indexOf("error_at_" + budget)])).toArray();
            chart.line(solver, EVALUATIONS.stream().mapToDouble(budget -> budget).toArray(), errors);
        }
        chart.write(out);
        return 0;
    }
}
