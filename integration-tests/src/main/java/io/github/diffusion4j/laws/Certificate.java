package io.github.diffusion4j.laws;

import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.laws.WeakOrder.Draws;
import io.github.diffusion4j.samplers.solvers.SolverCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a solver claims and what was measured.
 *
 * @param entry the solver
 * @param traits its claims
 * @param order the order of convergence from a cold start, of a deterministic solver
 * @param orderExactHistory the order with an exact history, of a deterministic solver that has one
 * @param weakOrder the weak order of a stochastic solver, with a Brownian path where its draws overlap
 * @param errors the distance from the data on the mixture, at {@link #BUDGETS}
 */
public record Certificate(SolverCatalog.Entry entry, SolverTraits traits, OptionalDouble order, OptionalDouble orderExactHistory, OptionalDouble weakOrder,
        List<OptionalDouble> errors) {

    /** The budgets of network evaluations at which the error is measured. */
    public static final List<Integer> BUDGETS = List.of(5, 6, 8, 10, 20, 50);

    /** Start noises that the grid of the race on digits is fitted to. */
    static final int NOISES_FITTED = 16;
    /** Start noises that errors of that race are measured on. */
    static final int NOISES_HELD = 256;
    private static final int MANY_STEPS = 12;
    private static final String COLUMNS = "solver,variant,claimed_order,measured_order,measured_order_exact_history,claimed_weak_order,measured_weak_order,"
            + "evaluations_per_step,history," + BUDGETS.stream().map(budget -> "error_at_" + budget).collect(Collectors.joining(","));

    /**
     * Writes {@code solvers.csv}, {@code solvers.md}, {@code grids.csv} and {@code grids.md} into a folder.
     *
     * @param arguments the folder
     * @throws IOException if it cannot be written
     */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 1) {
            System.err.println("usage: java -jar certificates.jar FOLDER");
            System.exit(2);
        }
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        List<Certificate> all = measureAll();
        Files.writeString(folder.resolve("solvers.csv"), csv(all));
        Files.writeString(folder.resolve("solvers.md"), markdown(all));
        GridTable grids = new GridTable(new GridRace(NOISES_FITTED, NOISES_HELD).results(SolverCatalog.all()));
        Files.writeString(folder.resolve("grids.csv"), grids.csv());
        Files.writeString(folder.resolve("grids.md"), grids.markdown());
    }

    /**
     * Measures every solver of the catalog.
     *
     * @return the certificates, in the catalog's order
     */
    public static List<Certificate> measureAll() {
        return SolverCatalog.all().parallelStream().map(Certificate::measure).toList();
    }

    /**
     * Measures a solver.
     *
     * @param entry the solver
     * @return the certificate
     */
    public static Certificate measure(SolverCatalog.Entry entry) {
        SolverTraits traits = entry.of(MANY_STEPS).traits();
        boolean stochastic = traits.stochastic();
        return new Certificate(entry, traits, stochastic ? OptionalDouble.empty() : OptionalDouble.of(OrderOfConvergence.cold(entry::of)),
                stochastic || traits.history() == 0 ? OptionalDouble.empty() : OptionalDouble.of(OrderOfConvergence.exactHistory(entry::of)),
                stochastic ? OptionalDouble.of(WeakOrder.measured(entry::of, traits.overlappingDraws() ? Draws.BROWNIAN : Draws.INDEPENDENT)) : OptionalDouble.empty(),
                BUDGETS.stream().map(budget -> MixtureError.at(entry::of, budget)).toList());
    }

    /**
     * The certificates as a table of comma-separated values, empty where a column does not apply.
     *
     * @param all the certificates
     * @return the table
     */
    public static String csv(List<Certificate> all) {
        return COLUMNS + "\n" + all.stream().map(row -> String.join(",", row.cells()) + "\n").collect(Collectors.joining());
    }

    /**
     * The certificates as a Markdown page.
     *
     * @param all the certificates
     * @return the page
     */
    public static String markdown(List<Certificate> all) {
        return """
                # Certificates

                What every solver claims and what was measured, without a network: on Gaussian data the order of convergence (steps of equal length in log SNR, slope over the finest
                three doublings above rounding) and, for stochastic solvers, the weak order, from exact means and variances; on a mixture of two Gaussians the quantile distance
                (Wasserstein-2) from the data at 5 to 50 network evaluations, over EDM's levels (Karras) from 80 to 0.002 and then clean; [grids](grids.md) has other levels. *Cold* is a run from its first step;
                *exact history* one whose first steps are too short to err. Order 0 needs a consistency model. DPM++ SDE is measured with Brownian noise; with independent draws
                its weak order is 1. Written by `java -jar integration-tests/target/certificates.jar docs/certificates`; the same numbers are in [solvers.csv](solvers.csv).

                ![Error over evaluations](work-precision.svg)

                """ + line(Arrays.stream(COLUMNS.split(",")).map(name -> name.replace('_', ' ')).toList())
                + line(IntStream.range(0, COLUMNS.split(",").length).mapToObj(i -> i < 2 ? "---" : "---:").toList())
                + all.stream().map(row -> line(row.cells())).collect(Collectors.joining());
    }

    private static String line(List<String> cells) {
        return "| " + String.join(" | ", cells) + " |\n";
    }

    private List<String> cells() {
        boolean stochastic = traits.stochastic();
        Stream<String> claims = Stream.of(entry.name(), entry.variant(), stochastic ? "" : String.valueOf(traits.order()), text(order, "%.2f"), text(orderExactHistory, "%.2f"),
                stochastic ? String.valueOf(traits.order() == 0 ? 0 : traits.weakOrder()) : "", text(weakOrder, "%.2f"), String.valueOf(traits.evaluationsPerStep()),
                String.valueOf(traits.history()));
        return Stream.concat(claims, errors.stream().map(error -> text(error, "%.3g"))).toList();
    }

    private static String text(OptionalDouble value, String format) {
        return value.isPresent() ? String.format(Locale.ROOT, format, value.getAsDouble()) : "";
    }
}
