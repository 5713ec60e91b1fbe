package io.github.diffusion4j.samplers.diffusers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.diffusion4j.core.plan.Plan;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * What is asked of one run: the number of steps or the points themselves, and what else Diffusers' {@code set_timesteps} and {@code step}
 * take, under the same names. Numbers are equal by value, 3 and 3.0. Immutable.
 *
 * <pre>{@code
 *   Plan plan = scheduler.plan(Run.steps(30).with("s_churn", 5.0));
 *   Plan ays  = scheduler.plan(Run.timesteps(999, 845, 730, 587, 443, 310, 193, 116, 53, 13));
 * }</pre>
 */
public final class Run implements Serializable {

    private static final long serialVersionUID = 1;

    static final String STEPS = "num_inference_steps";
    private static final List<String> POINTS = List.of("timesteps", "sigmas");

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
        if (count < 1 || count > Plan.LONGEST_RUN) {
            throw new IllegalArgumentException("a run takes 1 to " + Plan.LONGEST_RUN + " steps (" + STEPS + "), got " + count);
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
     * Given noise levels, noisiest first, as the class's Diffusers counterpart takes them: in some classes the last one is where the run ends, in others a step starts
     * there and the run goes on to the end that the config names ({@link SigmasMeaning}, and the table of classes in the documentation). {@link Plan#describe()} prints the end.
     * Composed in code ({@code ComposedScheduler} with {@code Sigmas.explicit}) they are always the levels at which steps start.
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

    /** The number of steps, if it was given. */
    OptionalInt count() {
        return arguments.hasNonNull(STEPS) ? OptionalInt.of(settings("a run").integer(STEPS, 1, Plan.LONGEST_RUN)) : OptionalInt.empty();
    }

    /** The names of the arguments that were given. */
    Set<String> keys() {
        return new TreeSet<>(Json.keys(arguments));
    }

    /** The arguments of a class, after checking that it has them and that they do something. */
    Settings settings(String owner, List<String> accepted, List<String> ignored) {
        for (String name : keys()) {
            if (ignored.contains(name)) {
                throw new IllegalArgumentException(name + " has no effect in " + owner + ", in Diffusers neither, which takes it all the same; leave it out");
            }
            if (!name.equals(STEPS) && !accepted.contains(name)) {
                Set<String> taken = new TreeSet<>(accepted);
                ignored.forEach(taken::remove);
                throw new IllegalArgumentException(owner + " takes no argument " + Json.shortened(name) + " for a run; it takes " + STEPS + " and " + taken);
            }
        }
        Settings settings = settings("a run of " + owner);
        for (String points : POINTS) {
            if (settings.has(points) && settings.numbers(points).length == 0) {
                throw settings.refusal(points, "without entries: a run needs at least one point", "give the points, or " + STEPS);
            }
        }
        return settings;
    }

    private Settings settings(String owner) {
        return new Settings(owner, arguments, Json.empty());
    }

    /** Written out is the text: read back it is checked anew. */
    private Object writeReplace() {
        return new Written(Json.text(arguments));
    }

    private void readObject(ObjectInputStream in) throws InvalidObjectException {
        throw new InvalidObjectException("a run is written out as text");
    }

    private record Written(String json) implements Serializable {
        private Object readResolve() throws InvalidObjectException {
            return Json.restored("run", () -> new Run(Json.object(json)));
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Run run && Json.byValue(arguments).equals(Json.byValue(run.arguments));
    }

    @Override
    public int hashCode() {
        return Json.byValue(arguments).hashCode();
    }

    @Override
    public String toString() {
        return "Run" + Json.brief(arguments);
    }
}
