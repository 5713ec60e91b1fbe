package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.tokens.TokenPlan;
import io.github.diffusion4j.core.tokens.TokenStep;
import io.github.diffusion4j.samplers.solvers.Convention;
import java.io.Serializable;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A scheduler over tokens with the name, the config and the numbers of a Diffusers class: it makes plans. Made by {@link TokenConfig}. Immutable; one instance serves any number of threads.
 *
 * <p>A run takes the number of steps, the arguments that Diffusers' {@code set_timesteps} and {@code step} take, and {@code timesteps}, what is given to {@code step} one after the other where that is
 * not every timestep once.
 */
public abstract class TokenScheduler implements Serializable {

    private static final long serialVersionUID = 1;

    private static final String STEPS = "num_inference_steps";
    private static final String TIMESTEPS = "timesteps";
    private static final int MOST_STEPS = 100_000;

    private final String name;
    private final Settings settings;
    private final Convention convention;

    TokenScheduler(TokenConfig config, Convention convention) {
        if (convention == Convention.K_DIFFUSION) {
            throw new IllegalArgumentException("k-diffusion has no samplers of tokens; use EXACT or DIFFUSERS");
        }
        this.name = config.className();
        this.settings = config.settings();
        this.convention = convention;
    }

    /** The keys of the config, with the defaults of the class. */
    final Settings settings() {
        return settings;
    }

    /** Whether the numbers are Diffusers' where they deviate from the mathematics. */
    final boolean asDiffusers() {
        return convention == Convention.DIFFUSERS;
    }

    /**
     * Whose numbers it gives where Diffusers deviates from the mathematics.
     *
     * @return EXACT or DIFFUSERS
     */
    public final Convention convention() {
        return convention;
    }

    /** The token of the mask in a run, or none. */
    abstract int mask(Settings run);

    /** The step at a timestep. */
    abstract TokenStep step(Settings run, int steps, int timestep);

    /** The timesteps of a run, as Diffusers' class lists them. */
    int timestep(int steps, int index) {
        return index;
    }

    /** Whether the classes are the second axis of what the network gives. */
    boolean classesSecond() {
        return false;
    }

    /** What Diffusers computes from the config and hardly anybody means. */
    List<String> oddities() {
        return List.of();
    }

    /** All steps of a run. */
    List<TokenStep> steps(Settings run, int steps) {
        return IntStream.of(timesteps(run, steps)).mapToObj(timestep -> step(run, steps, timestep)).toList();
    }

    /** The timesteps of a run in the order in which they are taken. */
    int[] timesteps(Settings run, int steps) {
        return run.has(TIMESTEPS) ? run.integers(TIMESTEPS) : IntStream.range(0, steps).map(index -> timestep(steps, index)).toArray();
    }

    /**
     * A run.
     *
     * @param run the number of steps, and further arguments
     * @return the plan, compiled and checked
     * @throws IllegalArgumentException if the class takes no such argument, or no such run exists, with the reason
     */
    public final TokenPlan plan(Run run) {
        return Reasons.naming(() -> made(run), () -> run + " of " + settings, Stream.concat(run.keys().stream(), settings.keys().stream()));
    }

    private TokenPlan made(Run run) {
        Settings arguments = run.settings(name, TokenClasses.arguments(name), TokenClasses.ignored(name));
        int steps = run.count().isPresent() ? run.count().getAsInt() : usualSteps();
        return new TokenPlan(name, mask(arguments), classesSecond(), steps(arguments, steps));
    }

    private int usualSteps() {
        if (!settings.holds(STEPS)) {
            throw new IllegalArgumentException(name + " needs the number of steps, " + STEPS);
        }
        return settings.integer(STEPS, 1, MOST_STEPS);
    }

    /**
     * A run of a number of steps.
     *
     * @param steps the number, at least 1
     * @return the plan
     * @throws IllegalArgumentException if no such run exists, with the reason
     */
    public final TokenPlan plan(int steps) {
        return plan(Run.steps(steps));
    }

    /** Where an argument is found: in the run, or in the config. */
    final Settings holder(Settings run, String key) {
        return run.has(key) ? run : settings;
    }

    /**
     * The arguments that a run of this class takes besides the number of steps, as in {@link Run#with}.
     *
     * @return the names, sorted
     */
    public final SortedSet<String> runArguments() {
        return Collections.unmodifiableSortedSet(new TreeSet<>(TokenClasses.arguments(name)));
    }

    /**
     * The arguments that the class of Diffusers takes and never reads. They are refused here.
     *
     * @return the names, sorted
     */
    public final SortedSet<String> ignoredArguments() {
        return Collections.unmodifiableSortedSet(new TreeSet<>(TokenClasses.ignored(name)));
    }

    /**
     * The timesteps as Diffusers' class lists them after {@code set_timesteps}.
     *
     * @param steps the number of steps
     * @return the timesteps
     */
    public int[] timesteps(int steps) {
        return IntStream.range(0, steps).map(index -> timestep(steps, index)).toArray();
    }

    /**
     * The name of the class in Diffusers.
     *
     * @return the name
     */
    public final String name() {
        return name;
    }

    @Override
    public final boolean equals(Object other) {
        return other instanceof TokenScheduler scheduler && name.equals(scheduler.name) && convention == scheduler.convention && settings.equals(scheduler.settings);
    }

    @Override
    public final int hashCode() {
        return 31 * name.hashCode() + settings.hashCode();
    }

    @Override
    public final String toString() {
        return settings + ", " + convention;
    }
}
