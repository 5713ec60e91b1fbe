package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Scheduler;
import io.github.diffusion4j.core.plan.Solver;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A scheduler with the name, the config and the numbers of a Diffusers class: a composition of a schedule, a grid, a parameterization,
 * a correction and a solver. Made by {@link DiffusersConfig#scheduler()}. Immutable; one instance serves any number of threads.
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

    /** How many steps a run takes whose number of steps is not given. */
    int steps(Settings run) {
        for (String points : new String[] {"timesteps", "sigmas"}) {
            if (run.has(points)) {
                return run.numbers(points).length;
            }
        }
        throw new IllegalArgumentException(name + " needs the number of steps, or timesteps, or sigmas");
    }

    /**
     * A run.
     *
     * @param run the number of steps or the points, and further arguments
     * @return the plan, compiled and checked
     * @throws IllegalArgumentException if the class takes no such argument, or no such run exists, with the reason
     */
    public final Plan plan(Run run) {
        return composition(run).plan();
    }

    @Override
    public final Plan plan(int steps) {
        return plan(Run.steps(steps));
    }

    private Composition composition(Run run) {
        List<String> accepted = new ArrayList<>(DiffusersClasses.arguments(name));
        accepted.addAll(moreArguments());
        Settings arguments = run.settings(name, accepted);
        return compose(arguments, run.count().orElseGet(() -> steps(arguments)));
    }

    /**
     * The forward process as Diffusers' {@code add_noise} has it after {@code set_timesteps}: at the noise levels of a run where the class keeps its levels
     * with the run, at those of the table otherwise. For training, {@link #addNoise(INDArray, INDArray, double...)} uses the schedule.
     *
     * @param plan the run
     * @param data the clean data x0
     * @param noise N(0, I) noise of the same shape and type
     * @param timesteps one timestep of the run, or one per sample
     * @return the noised data, a new array
     * @throws IllegalArgumentException if a timestep is not one of the run's
     */
    public final INDArray addNoise(Plan plan, INDArray data, INDArray noise, double... timesteps) {
        return Scheduler.noised(data, noise, Arrays.stream(timesteps).mapToObj(t -> forwardLevel(plan, t)).toList());
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
