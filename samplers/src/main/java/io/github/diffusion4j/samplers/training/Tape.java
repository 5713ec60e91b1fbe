package io.github.diffusion4j.samplers.training;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.LevelCurve;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.core.plan.Solver;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The questions that a {@link Bootstrap} asks for one sample, in their order. Answers are symbols, so that all of it is arithmetic of weights. Not thread-safe. */
public final class Tape {

    /** As many coefficients as a lesson may have; the plan engine carries them like values of a sample. */
    private static final int WIDTH = 64;

    private final List<Question> questions = new ArrayList<>();
    /** The steps of a batch: rows at the same levels share what is compiled. */
    private final Map<Step, Plan> steps;

    /** An empty tape. */
    public Tape() {
        this(new HashMap<>());
    }

    private Tape(Map<Step, Plan> steps) {
        this.steps = steps;
    }

    /** An empty tape for another sample of the batch. */
    Tape next() {
        return new Tape(steps);
    }

    /** A step of a solver between two levels. */
    private record Step(Solver solver, Parameterization network, NoiseLevel from, NoiseLevel to, LevelCurve between) {

        Plan plan() {
            return Plan.of(solver, TimeGrid.contiguous(List.of(from), to).withCurve(between), network, DataCorrection.NONE);
        }
    }

    /**
     * A question to a network, and how it moves if its derivative is asked for.
     *
     * @param role which network
     * @param branch what it is conditioned on
     * @param input what it sees, after its input scale
     * @param time what it is told of the time
     * @param columns what else it is told
     * @param tangent how all this moves; empty if the output itself is asked for
     */
    record Question(Role role, Branch branch, Linear input, double time, List<Double> columns, List<Tangent> tangent) {}

    /**
     * The direction in which a question moves.
     *
     * @param input of what the network sees
     * @param time of what it is told of the time
     * @param columns of what else it is told
     */
    record Tangent(Linear input, double time, List<Double> columns) {}

    /** How a network answers at a level: what a solver asks on its way. */
    @FunctionalInterface
    public interface Answers {

        /**
         * The output.
         *
         * @param x the sample, before the network's input scale
         * @param level the noise level
         * @return the output
         */
        Linear at(Linear x, NoiseLevel level);
    }

    List<Question> questions() {
        return List.copyOf(questions);
    }

    /**
     * The sample at a noise level, {@code alpha x0 + sigma eps}.
     *
     * @param level the level
     * @return the sample
     */
    public static Linear at(NoiseLevel level) {
        return Linear.of(level.alpha(), level.sigma());
    }

    /**
     * Asks a network.
     *
     * @param role which network
     * @param network what it outputs, and how it sees samples
     * @param x the sample, before the network's input scale
     * @param level the noise level
     * @param columns what else it is told
     * @return its output
     */
    public Linear ask(Role role, Parameterization network, Linear x, NoiseLevel level, double... columns) {
        return ask(role, Branch.CONDITIONAL, network, x, level, columns);
    }

    /**
     * Asks a network for one of its branches.
     *
     * @param role which network
     * @param branch what it is conditioned on
     * @param network what it outputs, and how it sees samples
     * @param x the sample, before the network's input scale
     * @param level the noise level
     * @param columns what else it is told
     * @return its output
     */
    public Linear ask(Role role, Branch branch, Parameterization network, Linear x, NoiseLevel level, double... columns) {
        return put(new Question(role, branch, x.times(network.inputScale(level)), network.conditioning(level), boxed(columns), List.of()));
    }

    /**
     * Asks how a network's output changes along a direction of what it is given, its input scale being the same all along.
     *
     * @param role which network
     * @param network what it outputs, and how it sees samples
     * @param x the sample, before the network's input scale
     * @param level the noise level
     * @param columns what else it is told
     * @param move the direction of the sample
     * @param time the direction of what it is told of the time
     * @param moves the direction of each column
     * @return the derivative of its output
     */
    public Linear derivative(Role role, Parameterization network, Linear x, NoiseLevel level, double[] columns, Linear move, double time, double... moves) {
        double scale = network.inputScale(level);
        return put(new Question(role, Branch.CONDITIONAL, x.times(scale), network.conditioning(level), boxed(columns), List.of(new Tangent(move.times(scale), time, boxed(moves)))));
    }

    private Linear put(Question question) {
        questions.add(question);
        return Linear.answer(questions.size() - 1);
    }

    private static List<Double> boxed(double... values) {
        return Arrays.stream(values).boxed().toList();
    }

    /**
     * What a network says of the data, its boundary condition included.
     *
     * @param network what it outputs
     * @param level the noise level
     * @param x the sample
     * @param u its output
     * @return the estimate of x0
     */
    public static Linear data(Parameterization network, NoiseLevel level, Linear x, Linear u) {
        double[] w = dataWeights(network, level);
        return x.times(w[0]).plus(u.times(w[1]));
    }

    /**
     * The output with which a network would say what is wanted of the data.
     *
     * @param network what it outputs
     * @param level the noise level
     * @param x the sample
     * @param wanted the wanted estimate of x0
     * @return the output
     */
    public static Linear output(Parameterization network, NoiseLevel level, Linear x, Linear wanted) {
        double[] w = dataWeights(network, level);
        return wanted.minus(x.times(w[0])).times(1 / w[1]);
    }

    /**
     * How much the estimate of the data changes with the output: errors of the estimate are those of the output times this.
     *
     * @param network what it outputs
     * @param level the noise level
     * @return the factor
     */
    public static double factor(Parameterization network, NoiseLevel level) {
        return dataWeights(network, level)[1];
    }

    private static double[] dataWeights(Parameterization network, NoiseLevel level) {
        Parameterization.Weights boundary = network.boundary(level);
        Parameterization.Weights data = network.data(level);
        return new double[] {boundary.first() + boundary.second() * data.first(), boundary.second() * data.second()};
    }

    /**
     * A lesson of what a network is to say of the data.
     *
     * @param network what the student outputs, and how it sees samples
     * @param level the noise level
     * @param x the sample that it sees
     * @param wanted the wanted estimate of x0
     * @param columns what else it is told
     * @return the lesson, in which an error of the estimate has weight 1
     */
    public static Lesson lesson(Parameterization network, NoiseLevel level, Linear x, Linear wanted, double... columns) {
        double factor = factor(network, level);
        if (!(Double.isFinite(1 / factor))) {
            throw new IllegalArgumentException("the estimate of " + network + " at " + level + " does not depend on its output, so that nothing can be learned there; draw levels with more noise");
        }
        return new Lesson(x.times(network.inputScale(level)), network.conditioning(level), boxed(columns), output(network, level, x, wanted), Lesson.Normalised.NONE, level,
                Parameterization.sample(), factor * factor);
    }

    /**
     * A lesson of what a network is to output.
     *
     * @param network what the student outputs, and how it sees samples
     * @param level the noise level
     * @param x the sample that it sees
     * @param target what it is to output
     * @param columns what else it is told
     * @return the lesson, in which an error of the output has weight 1
     */
    public static Lesson direct(Parameterization network, NoiseLevel level, Linear x, Linear target, double... columns) {
        return new Lesson(x.times(network.inputScale(level)), network.conditioning(level), boxed(columns), target, Lesson.Normalised.NONE, level, network, 1);
    }

    /**
     * One step of a solver between two levels.
     *
     * @param solver a deterministic solver
     * @param network what the network that is asked outputs
     * @param answers how it answers
     * @param x the sample at the first level
     * @param from the first level
     * @param to the level where the step ends
     * @param between the levels in between, where the solver evaluates inside the step; {@link LevelCurve#NONE} otherwise
     * @return the sample at the second level
     * @throws IllegalArgumentException if the solver cannot take the step, or adds noise
     */
    public Linear step(Solver solver, Parameterization network, Answers answers, Linear x, NoiseLevel from, NoiseLevel to, LevelCurve between) {
        if (from.sameAs(to)) {
            return x;
        }
        Plan plan = steps.computeIfAbsent(new Step(solver, network, from, to, between), Step::plan);
        Runs<HostArray> runs = plan.on(HostArrays.HEAP);
        SamplerState<HostArray> state = runs.startFrom(array(x));
        for (int i = 0; i < plan.evaluations(); i++) {
            NoiseLevel level = runs.input(i, state).level();
            state = runs.step(i, array(answers.at(linear(state.sample()), level)), state, NoiseSource.none());
        }
        return linear(state.sample());
    }

    private static HostArray array(Linear x) {
        double[] values = new double[WIDTH];
        for (int i = 0; i < x.weights().size(); i++) {
            values[i] = x.weight(i);
        }
        return HostArray.of(values, 1, WIDTH);
    }

    private static Linear linear(HostArray array) {
        return Linear.of(array.values());
    }
}
