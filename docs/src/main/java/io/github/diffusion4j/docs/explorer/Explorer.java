package io.github.diffusion4j.docs.explorer;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.samplers.grids.FittedGrid;
import io.github.diffusion4j.core.random.TorchCudaGenerator;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.teavm.jso.JSExport;

/**
 * The library as the explorer's page sees it: text in, JSON out. Compiled to JavaScript by TeaVM, so that the page computes with this very
 * code, and an ordinary class on the JVM, where its tests run.
 */
public final class Explorer {

    private static final int CURVE_POINTS = 121;

    private Explorer() {}

    /**
     * What can be chosen.
     *
     * @return the models, schedules, predictions, spacings and solvers, each with id and label, as JSON
     */
    @JSExport
    public static String choices() {
        return "{\"models\": " + options(Choices.MODELS, Choice::value) + ", \"schedules\": " + options(Choices.SCHEDULES, Choice::java)
                + ", \"predictions\": " + options(Choices.PREDICTIONS, Choice::java) + ", \"spacings\": " + options(Choices.SPACINGS, Choice::java)
                + ", \"solvers\": " + options(Choices.SOLVERS, Choice::java) + "}";
    }

    private static <T> String options(List<Choice<T>> choices, Function<Choice<T>, String> value) {
        return choices.stream().map(c -> "{\"id\": " + quoted(c.id()) + ", \"label\": " + quoted(c.label()) + ", \"value\": " + quoted(value.apply(c)) + "}")
                .collect(Collectors.joining(",\n", "[", "]"));
    }

    /**
     * The run that was chosen.
     *
     * @param query the choices as in the page's address, {@code schedule=sd&solver=ddim&steps=20}
     * @return curves, plan, Java and config as JSON; an object with {@code error} where there is no such run
     */
    @JSExport
    public static String run(String query) {
        try {
            Selection selection = Selection.of(query);
            return "{\"curve\": " + curve(selection.noise()) + ",\n\"java\": " + quoted(selection.java()) + ",\n\"config\": " + quoted(selection.config()) + ",\n"
                    + plan(selection) + "}";
        } catch (IllegalArgumentException e) {
            return "{\"error\": " + quoted(e.getMessage()) + "}";
        }
    }

    /**
     * What cannot be chosen beside the rest of a selection.
     *
     * @param query the choices
     * @return the ids of spacings and solvers that have no such run, as JSON
     */
    @JSExport
    public static String refused(String query) {
        return "{\"spacings\": " + refused(query + "&steps=3&spacing=", Choices.SPACINGS) + ", \"solvers\": " + refused(query + "&steps=3&solver=", Choices.SOLVERS) + "}";
    }

    private static <T> String refused(String query, List<Choice<T>> choices) {
        return choices.stream().map(Choice::id).filter(id -> {
            try {
                return Selection.of(query + id).plan().evaluations() == 0;
            } catch (IllegalArgumentException e) {
                return true;
            }
        }).map(Explorer::quoted).collect(Collectors.joining(", ", "[", "]"));
    }

    /**
     * N(0, 1) numbers, the same for the same arguments; the library's own noise lives on what TeaVM lacks, views of bytes and exact floats.
     *
     * @param seed the seed
     * @param index the network evaluation
     * @param draw the draw
     * @param count how many
     * @return the numbers
     */
    @JSExport
    public static double[] normals(int seed, int index, int draw, int count) {
        return TorchCudaGenerator.randn((long) draw << Integer.SIZE | Integer.toUnsignedLong(seed), index, count);
    }

    private static String plan(Selection selection) {
        Plan plan = selection.plan();
        Parameterization prediction = Choice.find(Choices.PREDICTIONS, selection.prediction());
        SolverTraits traits = plan.solver().traits();
        List<Parameterization.Weights> targets = IntStream.range(0, plan.evaluations()).mapToObj(i -> prediction.target(plan.level(i))).toList();
        return "\"order\": " + (traits.stochastic() ? traits.weakOrder() : traits.order()) + ", \"stochastic\": " + traits.stochastic() + ", \"citation\": "
                + quoted(traits.citation()) + ",\n\"fitted\": " + fitted(selection) + ",\n\"targetData\": " + array(targets, Parameterization.Weights::first) + ", \"targetNoise\": "
                + array(targets, Parameterization.Weights::second) + ",\n\"plan\": " + plan.describe().json();
    }

    /** The curve of a fitted grid: the share of steps above each log SNR; nothing of another spacing. */
    private static String fitted(Selection selection) {
        return Choice.find(Choices.SPACINGS, selection.spacing()).apply(selection) instanceof FittedGrid grid
                ? "{\"logSnr\": " + array(grid.halfLogSnr(), half -> 2 * half) + ", \"share\": " + array(grid.share(), share -> share) + "}" : "null";
    }

    private static String curve(NoiseSchedule schedule) {
        double first = schedule.cleanest().time();
        double last = schedule.noisiest().time();
        boolean discrete = schedule instanceof DiscreteSchedule;
        List<NoiseLevel> levels = IntStream.range(0, CURVE_POINTS).mapToDouble(i -> first + (last - first) * i / (CURVE_POINTS - 1))
                .map(time -> discrete ? Math.rint(time) : time).mapToObj(schedule::at).toList();
        return "{\"time\": " + array(levels, NoiseLevel::time) + ", \"alpha\": " + array(levels, NoiseLevel::alpha) + ", \"sigma\": "
                + array(levels, NoiseLevel::sigma) + ", \"logSnr\": " + array(levels, NoiseLevel::logSnr) + "}";
    }

    private static <T> String array(List<T> values, ToDoubleFunction<T> number) {
        return Arrays.toString(values.stream().mapToDouble(number).map(x -> Double.isFinite(x) ? x : Math.copySign(1e300, x)).toArray());
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }
}
