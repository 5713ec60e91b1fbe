package io.github.diffusion4j.samplers.tables;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.training.LevelDraw;
import io.github.diffusion4j.core.training.LossWeight;
import io.github.diffusion4j.samplers.diffusers.DiffusersScheduler;
import io.github.diffusion4j.samplers.names.Spelling;
import io.github.diffusion4j.samplers.training.Recipe;
import io.github.diffusion4j.schedules.EdmSchedule;
import io.github.diffusion4j.schedules.TrainedSigmas;
import io.github.diffusion4j.schedules.VarianceExploding;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The noise levels of a forward process in the order of their noise, cleanest first, by every {@link Quantity} that it has. Of a table of betas these are its timesteps; of a flow and of EDM the
 * 1000 levels that networks are trained on, shifted where the config says so; of any other curve 1001 levels at equal steps of time.
 *
 * <pre>{@code
 *   String csv = NoiseTable.of("SDXL", DiffusersConfig.load(Path.of("model")).scheduler()).table().csv();
 *   double[] logSnr = NoiseTable.of("EDM", new EdmSchedule(0.002, 80)).values(Quantity.LOG_SNR);
 *   String paper = NoiseTable.of(Recipes.named("SD3")).table(Quantity.TIME, Quantity.DENSITY).every(50).latex();
 * }</pre>
 */
public final class NoiseTable {

    /** Steps of time of a curve that is no table. */
    private static final int STEPS = 1000;

    private final String name;
    private final List<NoiseLevel> levels;
    private final Map<Quantity, double[]> columns;

    private NoiseTable(String name, List<NoiseLevel> levels, Map<Quantity, double[]> columns) {
        this.name = name;
        this.levels = levels;
        this.columns = columns;
    }

    /**
     * Any levels.
     *
     * @param name what people call the process
     * @param levels the levels, cleanest first, at least 1
     * @return the table
     * @throws IllegalArgumentException if there is no level
     */
    public static NoiseTable of(String name, List<NoiseLevel> levels) {
        if (levels.isEmpty()) {
            throw new IllegalArgumentException("a table of noise levels needs at least one, got none for " + name);
        }
        List<NoiseLevel> kept = List.copyOf(levels);
        Map<Quantity, double[]> columns = new EnumMap<>(Quantity.class);
        columns.put(Quantity.POSITION, IntStream.range(0, kept.size()).mapToDouble(i -> (double) i / Math.max(1, kept.size() - 1)).toArray());
        Arrays.stream(Quantity.values()).filter(Quantity::ofLevelAlone).forEach(quantity -> columns.put(quantity, kept.stream().mapToDouble(quantity::of).toArray()));
        return new NoiseTable(name, kept, columns);
    }

    /**
     * A schedule.
     *
     * @param name what people call it
     * @param schedule the schedule
     * @return the table
     */
    public static NoiseTable of(String name, NoiseSchedule schedule) {
        if (schedule instanceof DiscreteSchedule betas) {
            return of(name, betas.levels()).withBetas(betas);
        }
        if (schedule instanceof VarianceExploding view) {
            return of(name, view.levels()).withBetas(view.table());
        }
        if (!schedule.levels().isEmpty()) {
            return of(name, schedule.levels());
        }
        return schedule instanceof EdmSchedule ? of(name, TrainedSigmas.of(schedule)) : of(name, equalSteps(schedule));
    }

    private static List<NoiseLevel> equalSteps(NoiseSchedule schedule) {
        double first = schedule.cleanest().time();
        double last = schedule.noisiest().time();
        return IntStream.rangeClosed(0, STEPS).mapToObj(i -> i == 0 ? schedule.cleanest() : i == STEPS ? schedule.noisiest() : schedule.at(first + (last - first) * i / STEPS)).toList();
    }

    /**
     * The sigmas that a network was trained on, as {@code TrainedSigmas.shiftedFlow(3)}.
     *
     * @param name what people call the process
     * @param trained the sigmas
     * @return the table
     */
    public static NoiseTable of(String name, TrainedSigmas trained) {
        return of(name, Arrays.stream(trained.table()).mapToObj(trained::level).toList());
    }

    /**
     * The model of a config: its table of betas, its flow with its shift, or its curve. A flow whose shift depends on the size of the picture is shown without one; see {@code trainedSigmas(mu)}.
     *
     * @param name what people call the model
     * @param model the scheduler of its config
     * @return the table
     */
    public static NoiseTable of(String name, DiffusersScheduler model) {
        if (model.table().isPresent()) {
            return of(name, model.table().get());
        }
        try {
            return of(name, model.trainedSigmas());
        } catch (IllegalArgumentException e) {
            return of(name, model.schedule());
        }
    }

    /**
     * A published recipe of training: its schedule and density, and the effective weight where the target follows from data and noise.
     *
     * @param recipe the recipe
     * @return the table
     */
    public static NoiseTable of(Recipe recipe) {
        NoiseTable table = of(recipe.name(), recipe.schedule());
        return recipe.bootstrap().isEmpty() ? table.trained(recipe.draw(), LossWeight.of(recipe.parameterization(), recipe.training().weight())) : table.trained(recipe.draw());
    }

    private NoiseTable withBetas(DiscreteSchedule betas) {
        return with(Map.of(Quantity.BETA, betas.betas(), Quantity.ALPHA_BAR, betas.alphasCumprod(), Quantity.SNR, betas.snr(), Quantity.EDM_SIGMA, betas.sigmas()));
    }

    private NoiseTable with(Map<Quantity, double[]> more) {
        Map<Quantity, double[]> all = new EnumMap<>(columns);
        all.putAll(more);
        return new NoiseTable(name, levels, all);
    }

    /**
     * With how often training draws these levels.
     *
     * @param draw how levels are drawn
     * @return the table with {@link Quantity#DENSITY}
     */
    public NoiseTable trained(LevelDraw draw) {
        return with(Map.of(Quantity.DENSITY, drawn(level -> draw.density(-level.lambda()) / 2)));
    }

    /**
     * With the training of a network on these levels.
     *
     * @param draw how levels are drawn
     * @param weight the weight of an error
     * @return the table with {@link Quantity#DENSITY} and {@link Quantity#EFFECTIVE_WEIGHT}
     */
    public NoiseTable trained(LevelDraw draw, LossWeight weight) {
        return trained(draw).with(Map.of(Quantity.EFFECTIVE_WEIGHT, drawn(level -> weight.effective(draw, level))));
    }

    /** Pure noise and clean data have no density per unit of log SNR. */
    private double[] drawn(ToDoubleFunction<NoiseLevel> value) {
        return levels.stream().mapToDouble(level -> Double.isInfinite(level.lambda()) ? 0 : value.applyAsDouble(level)).toArray();
    }

    /**
     * The same under another name.
     *
     * @param other what people call it
     * @return the table
     */
    public NoiseTable named(String other) {
        return new NoiseTable(other, levels, columns);
    }

    /**
     * What people call the process.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * The levels.
     *
     * @return the levels, cleanest first
     */
    public List<NoiseLevel> levels() {
        return levels;
    }

    /**
     * The quantities there are.
     *
     * @return all that levels alone tell, {@link Quantity#BETA} of tables of betas, density and weight of what has a training
     */
    public Set<Quantity> quantities() {
        return java.util.Collections.unmodifiableSet(columns.keySet());
    }

    /**
     * The values of a quantity.
     *
     * @param quantity one of {@link #quantities}
     * @return a value for each level; the caller's own
     * @throws IllegalArgumentException if the process does not have it
     */
    public double[] values(Quantity quantity) {
        double[] values = columns.get(quantity);
        if (values == null) {
            String reason = quantity == Quantity.BETA ? "betas belong to tables of timesteps" : "it belongs to a way of training: tabulate a recipe, or use trained(draw, weight)";
            throw new IllegalArgumentException(name + " has no " + quantity.id() + ": " + reason + "; it has " + columns.keySet().stream().map(Quantity::id).toList());
        }
        return values.clone();
    }

    /**
     * All that the process has, a row for each level.
     *
     * @return the table, headings being the quantities' {@link Quantity#id}
     */
    public Table table() {
        return table(columns.keySet().toArray(Quantity[]::new));
    }

    /**
     * Some quantities.
     *
     * @param quantities of {@link #quantities}
     * @return the table, a row for each level
     * @throws IllegalArgumentException if the process does not have one
     */
    public Table table(Quantity... quantities) {
        Map<String, List<Object>> cells = new LinkedHashMap<>();
        for (Quantity quantity : quantities) {
            cells.put(quantity.id(), Arrays.stream(values(quantity)).<Object>mapToObj(value -> value).toList());
        }
        return Table.of(cells);
    }
}
