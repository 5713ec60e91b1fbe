package io.github.diffusion4j.samplers.diffusers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Serializable;
import java.util.List;
import java.util.OptionalInt;
import java.util.TreeSet;

/**
 * What is asked of one run: the number of steps or the points themselves, and what else Diffusers' {@code set_timesteps} and {@code step}
 * take, under the same names. Immutable.
 *
 * <pre>{@code
 *   Plan plan = scheduler.plan(Run.steps(30).with("s_churn", 5.0));
 *   Plan ays  = scheduler.plan(Run.timesteps(999, 845, 730, 587, 443, 310, 193, 116, 53, 13));
 * }</pre>
 */
public final class Run implements Serializable {

    private static final long serialVersionUID = 1;

    private static final String STEPS = "num_inference_steps";

    private final ObjectNode arguments;

    private Run(ObjectNode arguments) {
        this.arguments = arguments;
    }

    /**
     * A number of steps.
     *
     * @param count the number, at least 1
     * @return the run
     */
    public static Run steps(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("a run needs at least one step, got " + count);
        }
        return new Run(Json.empty().put(STEPS, count));
    }

    /**
     * A run whose points follow as an argument.
     *
     * @return the run
     */
    public static Run points() {
        return new Run(Json.empty());
    }

    /**
     * Given timesteps, noisiest first.
     *
     * @param timesteps the timesteps
     * @return the run
     */
    public static Run timesteps(double... timesteps) {
        return points().with("timesteps", timesteps);
    }

    /**
     * Given noise levels, noisiest first, as the class's Diffusers counterpart takes them.
     *
     * @param sigmas the noise levels
     * @return the run
     */
    public static Run sigmas(double... sigmas) {
        return points().with("sigmas", sigmas);
    }

    /**
     * With one more argument.
     *
     * @param argument the name in Diffusers, for instance {@code eta}, {@code s_churn}, {@code mu}
     * @param value a number, a boolean, an array of numbers, or null for none where there is a default
     * @return the run
     */
    public Run with(String argument, Object value) {
        ObjectNode more = arguments.deepCopy();
        more.set(argument, Json.value(value));
        return new Run(more);
    }

    /** The number of steps, if that is what was asked for. */
    OptionalInt count() {
        return arguments.hasNonNull(STEPS) ? OptionalInt.of(arguments.get(STEPS).intValue()) : OptionalInt.empty();
    }

    /** The arguments of a class, after checking that it has them. */
    Settings settings(String owner, List<String> accepted) {
        arguments.fieldNames().forEachRemaining(name -> {
            if (!name.equals(STEPS) && !accepted.contains(name)) {
                throw new IllegalArgumentException(owner + " takes no argument " + name + " for a run; it takes " + STEPS + " and " + new TreeSet<>(accepted));
            }
        });
        return new Settings("a run of " + owner, arguments, Json.empty());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Run run && arguments.equals(run.arguments);
    }

    @Override
    public int hashCode() {
        return arguments.hashCode();
    }

    @Override
    public String toString() {
        return "Run" + arguments;
    }
}
