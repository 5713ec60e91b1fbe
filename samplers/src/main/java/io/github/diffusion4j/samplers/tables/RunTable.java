package io.github.diffusion4j.samplers.tables;

import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.PlanDescription;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A run by its network evaluations: what the network is told and at which level, how many predictions the update reads (what its order rests on: fewer in the first steps of a multistep solver),
 * how much noise is drawn, and every weight of the next sample, all as {@link PlanDescription} has it.
 *
 * <pre>{@code
 *   RunTable run = RunTable.of("DPM++ 2M Karras", Names.a1111("DPM++ 2M Karras").on(config).plan(8));
 *   String page = run.table().markdown();
 *   String sideBySide = RunTable.beside(Quantity.EDM_SIGMA, run, other).csv();
 * }</pre>
 *
 * @param name what people call it
 * @param plan its numbers
 */
public record RunTable(String name, PlanDescription plan) {

    /** The columns of each evaluation before its weights. */
    private static final List<Quantity> LEVEL = List.of(Quantity.ALPHA, Quantity.SIGMA, Quantity.EDM_SIGMA, Quantity.LOG_SNR);
    private static final List<String> ARRAYS = List.of("sample", "anchor", "output", "data", "noise");
    private static final Set<String> NO_PREDICTIONS = Set.of("sample", "anchor", "noise");
    private static final String EVALUATION = "evaluation";
    private static final String STEP = "step";
    private static final String NEXT = "next";
    private static final String CONDITIONAL = Branch.CONDITIONAL.name();
    private static final String UNCONDITIONAL = Branch.UNCONDITIONAL.name();

    /**
     * A run.
     *
     * @param name what people call it
     * @param plan the plan
     * @return the table
     */
    public static RunTable of(String name, Plan plan) {
        return new RunTable(name, plan.describe());
    }

    /**
     * A quantity of the levels at which the network is asked.
     *
     * @param quantity one that a level alone tells
     * @return a value for each evaluation
     */
    public double[] values(Quantity quantity) {
        return plan.rows().stream().mapToDouble(row -> value(quantity, row)).toArray();
    }

    /** The time is that which the network is told, not that of the level. */
    private static double value(Quantity quantity, PlanDescription.Row row) {
        return quantity == Quantity.TIME ? row.time() : quantity.of(row.level());
    }

    /**
     * The arrays that make the next samples.
     *
     * @return their names as in {@link PlanDescription}, sample first
     */
    public List<String> arrays() {
        Set<String> used = new TreeSet<>(Comparator.comparingInt((String array) -> ARRAYS.contains(array) ? ARRAYS.indexOf(array) : ARRAYS.size()).thenComparing(array -> array));
        plan.rows().forEach(row -> used.addAll(row.weights().get(NEXT).keySet()));
        return List.copyOf(used);
    }

    /**
     * The scale of classifier-free guidance at each evaluation, {@code w} in {@code u + w (c - u)}, which follows from the weights of the branches.
     *
     * @return a scale for each evaluation, 1 where guidance is off; none if the run is not guided by known weights of a conditional and an unconditional branch
     */
    public double[] guidance() {
        List<OptionalDouble> scales = plan.rows().stream().map(RunTable::scale).toList();
        return plan.guidance().isEmpty() || scales.stream().anyMatch(OptionalDouble::isEmpty) ? new double[0] : scales.stream().mapToDouble(OptionalDouble::getAsDouble).toArray();
    }

    private static OptionalDouble scale(PlanDescription.Row row) {
        for (String part : List.of(NEXT, "data", "remember", "anchor")) {
            Map<String, Double> weights = row.weights().get(part);
            double conditional = weights.getOrDefault(CONDITIONAL, weights.getOrDefault("output", 0.0));
            double sum = conditional + weights.getOrDefault(UNCONDITIONAL, 0.0);
            if (conditional != 0 && sum != 0) {
                return OptionalDouble.of(conditional / sum);
            }
        }
        return OptionalDouble.empty();
    }

    /**
     * The run.
     *
     * @return a row for each evaluation: its number, step, time, levels, scale of the input, predictions that are read, draws of noise, scale of guidance where there is one, and under
     *     {@code weight ...} the weight of each array in the next sample
     */
    public Table table() {
        Map<String, Function<PlanDescription.Row, Object>> columns = new LinkedHashMap<>();
        columns.put(EVALUATION, PlanDescription.Row::index);
        columns.put(STEP, PlanDescription.Row::step);
        columns.put(Quantity.TIME.id(), PlanDescription.Row::time);
        LEVEL.forEach(quantity -> columns.put(quantity.id(), row -> quantity.of(row.level())));
        columns.put("input_scale", PlanDescription.Row::inputScale);
        columns.put("predictions", RunTable::predictions);
        columns.put("draws", row -> row.noise().size());
        double[] scales = guidance();
        if (scales.length > 0) {
            columns.put("guidance", row -> scales[row.index()]);
        }
        arrays().forEach(array -> columns.put("weight " + array, row -> row.weights().get(NEXT).getOrDefault(array, 0.0)));
        return new Table(List.copyOf(columns.keySet()), plan.rows().stream().map(row -> columns.values().stream().map(column -> column.apply(row)).toList()).toList());
    }

    /** Branches of one evaluation are one prediction. */
    private static Object predictions(PlanDescription.Row row) {
        return (int) row.weights().get(NEXT).keySet().stream().filter(array -> !NO_PREDICTIONS.contains(array)).map(array -> array.startsWith("memory") ? array : "own").distinct().count();
    }

    /**
     * Several runs, one after another, with a column for their names before the others.
     *
     * @param runs the runs, at least 1
     * @return the table
     */
    public static Table all(RunTable... runs) {
        return List.of(runs).stream().map(run -> run.table().labelled("run", run.name)).reduce(Table::and).orElseThrow(() -> new IllegalArgumentException("a table of runs needs at least one"));
    }

    /**
     * Several runs side by side, each a column.
     *
     * @param quantity what is compared
     * @param runs the runs, at least 1
     * @return a row for each evaluation, empty where a run has ended
     */
    public static Table beside(Quantity quantity, RunTable... runs) {
        List<double[]> columns = List.of(runs).stream().map(run -> run.values(quantity)).toList();
        int longest = columns.stream().mapToInt(column -> column.length).max().orElseThrow(() -> new IllegalArgumentException("a table of runs needs at least one"));
        List<String> heads = new ArrayList<>(List.of(EVALUATION));
        heads.addAll(List.of(runs).stream().map(RunTable::name).collect(Collectors.toList()));
        return new Table(heads, IntStream.range(0, longest).mapToObj(i -> {
            List<Object> row = new ArrayList<>(List.of(i));
            columns.forEach(column -> row.add(i < column.length ? column[i] : null));
            return row;
        }).toList());
    }
}
