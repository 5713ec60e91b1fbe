package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.Spacing;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.core.plan.Scheduler;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.ComposedScheduler;
import io.github.diffusion4j.samplers.solvers.LearnedVarianceIgnored;
import io.github.diffusion4j.schedules.DynamicShift;
import io.github.diffusion4j.schedules.TrainedSigmas;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A scheduler with the name, the config and the numbers of a Diffusers class: a composition of a schedule, a grid, a parameterization,
 * a correction and a solver. Made by {@link DiffusersConfig#scheduler()}; those of DDIM and DDPM also in code, from a {@link DiscreteProcess}. Immutable; one instance serves any
 * number of threads.
 *
 * <pre>{@code
 *   DiffusersScheduler scheduler = DiffusersConfig.load(Path.of("model")).scheduler();
 *   Plan plan = scheduler.plan(Run.steps(30).with("s_churn", 5.0));
 * }</pre>
 */
public abstract class DiffusersScheduler implements Scheduler {

    private static final long serialVersionUID = 1;

    /** The number of steps of a run from which {@link #solver()} is taken: enough that no rule for short runs applies. */
    private static final int MANY_STEPS = 20;

    /** Timesteps that differ relatively by less are the same: those that went through text or single precision. */
    private static final double SAME_TIMESTEP = 1e-7;

    private static final Map<String, Boolean> SPACINGS = Map.of("leading", true, "linspace", true, "trailing", true);

    private final String name;
    private final Settings settings;

    DiffusersScheduler(DiffusersConfig config) {
        this.name = config.className();
        this.settings = config.settings();
        if (settings.holds("timestep_spacing")) {
            settings.choice("timestep_spacing", SPACINGS);
        }
    }

    /** A scheduler made in code: it has no config, and no key to read. */
    DiffusersScheduler(String name) {
        this.name = name;
        this.settings = new Settings(name + " made in code", Json.empty(), Json.empty());
    }

    /** The keys of the config, with the defaults of the class. */
    final Settings settings() {
        return settings;
    }

    /** The parts of a run. */
    abstract Composition compose(Settings run, int steps);

    /** The arguments of a run that the class takes beyond Diffusers'. */
    List<String> moreArguments() {
        return List.of();
    }

    /** How many steps a run over given points takes. */
    int steps(Settings run) {
        return run.numbers(run.has("sigmas") ? "sigmas" : "timesteps").length;
    }

    /**
     * A run.
     *
     * @param run the number of steps or the points, and further arguments
     * @return the plan, compiled and checked
     * @throws IllegalArgumentException if the class takes no such argument, or no such run exists, with the reason
     */
    public final Plan plan(Run run) {
        return Reasons.naming(() -> composition(run).plan(), () -> run + " of " + settings, Stream.concat(run.keys().stream(), settings.keys().stream()));
    }

    @Override
    public final Plan plan(int steps) {
        return plan(Run.steps(steps));
    }

    private Composition composition(Run run) {
        Settings arguments = arguments(run);
        return compose(arguments, count(run, arguments));
    }

    /** The arguments of a run, after checking that the class has them and that they go together. */
    final Settings arguments(Run run) {
        Settings arguments = run.settings(name, accepted(), DiffusersClasses.ignored(name));
        if (arguments.has("timesteps") && arguments.has("sigmas") && !takesTimesteps()) {
            throw arguments.refusal("timesteps", "beside sigmas: a run follows one list of points", "leave one of the two out");
        }
        return arguments;
    }

    private int count(Run run, Settings arguments) {
        if (!arguments.has("timesteps") && !arguments.has("sigmas")) {
            return run.count().orElseThrow(() -> new IllegalArgumentException(name + " needs the number of steps, num_inference_steps"
                    + Stream.of("timesteps", "sigmas").filter(accepted()::contains).map(points -> ", or " + points).collect(Collectors.joining())));
        }
        int steps = steps(arguments);
        if (run.count().orElse(steps) != steps) {
            throw new IllegalArgumentException("num_inference_steps " + run.count().getAsInt() + " contradicts the " + (arguments.has("sigmas") ? "sigmas" : "timesteps")
                    + " of " + arguments.owner() + ", which make " + steps + " steps; give one of the two");
        }
        return steps;
    }

    private List<String> accepted() {
        List<String> accepted = new ArrayList<>(DiffusersClasses.arguments(name));
        accepted.addAll(moreArguments());
        return accepted;
    }

    /**
     * The arguments that a run of this class takes besides the number of steps, as in {@link Run#with}.
     *
     * @return the names, sorted
     */
    public final SortedSet<String> runArguments() {
        return Collections.unmodifiableSortedSet(new TreeSet<>(accepted()));
    }

    /**
     * The arguments of {@code step} and {@code set_timesteps} that the class of Diffusers takes and never reads. They are refused here.
     *
     * @return the names, sorted
     */
    public final SortedSet<String> ignoredArguments() {
        return Collections.unmodifiableSortedSet(new TreeSet<>(DiffusersClasses.ignored(name)));
    }

    /**
     * What the last entry of the argument {@code sigmas} of a run is.
     *
     * @return its meaning, as in the Diffusers class
     */
    public final SigmasMeaning meaningOfSigmas() {
        return accepted().contains("sigmas") ? lastSigma() : SigmasMeaning.NONE;
    }

    /** What the last of given sigmas is, in a class that takes them. */
    SigmasMeaning lastSigma() {
        return SigmasMeaning.START;
    }

    /** Whether the class tells the network given timesteps beside given sigmas. */
    boolean takesTimesteps() {
        return false;
    }

    /**
     * The forward process as Diffusers' {@code add_noise} has it after {@code set_timesteps}: at the noise levels of a run where the class keeps its levels
     * with the run, at those of the table otherwise. For training, {@code addNoise(data, noise, timesteps)} uses the schedule.
     *
     * @param <A> the array of a library
     * @param run the run: a plan, or {@code plan.on(arrays)}
     * @param data the clean data x0
     * @param noise N(0, I) noise of the same shape and type
     * @param timesteps one timestep of the run, or one for each row
     * @return the noised data, a new array
     * @throws IllegalArgumentException if a timestep is not one of the run's
     */
    public final <A> A addNoise(Runs<A> run, A data, A noise, double... timesteps) {
        return on(run.arrays(), run.rows()).addNoise(data, noise, Arrays.stream(timesteps).mapToObj(t -> forwardLevel(run.plan(), t)).toList());
    }

    /** The level of a timestep of a run; where a run visits it twice, the second visit, and inside a step the level of its end, as in Diffusers. */
    NoiseLevel forwardLevel(Plan plan, double timestep) {
        int[] visits = IntStream.range(0, plan.evaluations()).filter(i -> Math.abs(plan.timestep(i) - timestep) <= SAME_TIMESTEP * Math.max(1, Math.abs(timestep)))
                .toArray();
        if (visits.length == 0) {
            throw new IllegalArgumentException("timestep " + timestep + " is not one of the run's");
        }
        int evaluation = visits[Math.min(1, visits.length - 1)];
        int step = plan.stepOf(evaluation);
        return evaluation == plan.evaluationOf(step) ? plan.level(evaluation) : plan.grid().to(plan.grid().first() + step);
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final TimeGrid grid(int steps) {
        return composition(Run.steps(steps)).grid();
    }

    /** The number of steps of the run whose solver stands for the class. */
    int typicalSteps() {
        return MANY_STEPS;
    }

    @Override
    public Solver solver() {
        return composition(Run.steps(typicalSteps())).solver();
    }

    @Override
    public abstract NoiseSchedule schedule();

    @Override
    public abstract Parameterization parameterization();

    /**
     * The table of betas that the class has, in Diffusers its {@code betas} and {@code alphas_cumprod}.
     *
     * @return the table, if there is one
     */
    public Optional<DiscreteSchedule> table() {
        return Optional.empty();
    }

    @Override
    public DataCorrection correction() {
        return DataCorrection.NONE;
    }

    /** How the times of a flow are shifted, in words; empty if they are not. */
    String shifting() {
        return "";
    }

    /** Whether the network outputs a variance beside its prediction. */
    final boolean learnsVariance() {
        return settings.holds("variance_type") && settings.text("variance_type").startsWith("learned");
    }

    /**
     * The sigmas that the network was trained on, in the words of ComfyUI: those of its table, of its range, or of its flow with the config's shift.
     *
     * @return the sigmas
     * @throws IllegalArgumentException if there are none in these words, or the shift depends on the size of the picture
     */
    public TrainedSigmas trainedSigmas() {
        return TrainedSigmas.of(table().<NoiseSchedule>map(betas -> betas).orElseGet(this::schedule));
    }

    /**
     * The sigmas that a flow network with {@code use_dynamic_shifting} was trained on for pictures of one size.
     *
     * @param mu the shift
     * @return the sigmas
     * @throws IllegalArgumentException if the config has no such shift
     */
    public TrainedSigmas trainedSigmas(double mu) {
        throw new IllegalArgumentException("mu " + mu + " needs a flow with use_dynamic_shifting, which the config of " + name + " is not; leave it out");
    }

    /**
     * The argument {@code mu} for pictures of one size, as Diffusers' pipelines find it with {@code calculate_shift}: on the line through the keys {@code base_shift} and {@code max_shift} (FLUX.1 and
     * those that follow it; {@link DynamicShift} has the rules of others).
     *
     * @param tokens the length of the picture's token sequence, of FLUX.1 one for 16 x 16 pixels
     * @return mu, empty if the config has no {@code use_dynamic_shifting}
     */
    public final OptionalDouble mu(int tokens) {
        return Shifting.isDynamic(settings) ? OptionalDouble.of(Shifting.line(settings, tokens)) : OptionalDouble.empty();
    }

    /**
     * What the network outputs on the levels of {@link #trainedSigmas}.
     *
     * @return the parameterization, the same network as {@link #parameterization}
     */
    public Parameterization network() {
        return parameterization();
    }

    /**
     * A solver for what the network outputs: a learned variance beside the prediction is dropped.
     *
     * @param solver how a step is taken
     * @return the solver
     */
    public final Solver forNetwork(Solver solver) {
        return learnsVariance() ? new LearnedVarianceIgnored(solver) : solver;
    }

    /**
     * A solver of this library on the model of this scheduler: its process, its prediction and the noise levels of its runs, in the way of the mathematics where Diffusers deviates.
     *
     * @param solver how a step is taken
     * @return the scheduler
     */
    public final ComposedScheduler composed(Solver solver) {
        return composed(solver, Run.points());
    }

    /**
     * A solver of this library on the model of this scheduler, with arguments of its runs.
     *
     * @param solver how a step is taken
     * @param arguments what picks the noise levels besides the number of steps, for instance {@code Run.points().with("mu", mu)}
     * @return the scheduler
     */
    public final ComposedScheduler composed(Solver solver, Run arguments) {
        TimeGrid grid = composition(arguments.with(Run.STEPS, typicalSteps())).grid();
        return new ComposedScheduler(schedule(), forNetwork(solver), new OwnLevels(this, arguments), parameterization(), correction(),
                grid.to(grid.steps() - 1));
    }

    /** The levels at which the runs of a scheduler start their steps. */
    private record OwnLevels(DiffusersScheduler scheduler, Run arguments) implements Spacing {
        @Override
        public List<NoiseLevel> levels(NoiseSchedule schedule, int steps) {
            return scheduler.composition(arguments.with(Run.STEPS, steps)).grid().starts();
        }
    }

    @Override
    public NoiseLevel end(double timestep) {
        return timestep < 0 ? NoiseLevel.clean(0) : schedule().at(timestep);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DiffusersScheduler scheduler && name.equals(scheduler.name) && settings.equals(scheduler.settings);
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + settings.hashCode();
    }

    @Override
    public String toString() {
        return name + "[" + schedule() + ", " + parameterization() + ", " + correction() + "]";
    }
}
