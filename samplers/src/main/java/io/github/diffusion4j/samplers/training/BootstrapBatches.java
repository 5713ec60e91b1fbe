package io.github.diffusion4j.samplers.training;

import io.github.diffusion4j.core.kernel.ArrayPass;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.kernel.Moments;
import io.github.diffusion4j.core.kernel.Rows;
import io.github.diffusion4j.core.kernel.Term;
import io.github.diffusion4j.core.noise.CounterUniform;
import io.github.diffusion4j.core.plan.Noising;
import io.github.diffusion4j.core.training.DrawnLevels;
import io.github.diffusion4j.core.training.NoisedBatch;
import io.github.diffusion4j.core.training.TrainingBatches;
import io.github.diffusion4j.core.training.TrainingRecipe;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The training batches of a {@link Bootstrap}: questions are put to the networks one after another, each for all samples at once, and the last pass makes input and target. Levels, noise and
 * coupling are those of a recipe, whose weight multiplies that of the lesson.
 *
 * @param <A> the array of a library
 * @param process the forward process: a scheduler, or {@code scheduler.on(arrays)}
 * @param recipe which levels, which noise, which weight
 * @param bootstrap what is asked and learned
 * @param networks who answers
 * @param difference the step of central differences where a network gives no derivative, in the units of the derivative's time; 5e-3 usually
 */
public record BootstrapBatches<A>(Noising<A> process, TrainingRecipe recipe, Bootstrap bootstrap, Networks<A> networks, double difference) implements TrainingBatches<A> {

    private static final long serialVersionUID = 1;

    /** Apart from the numbers of levels and noise. */
    private static final long CHANCE_SEED = 0x2545F4914F6CDD1DL;
    private static final double DIFFERENCE = 5e-3;

    /** Checks the step. */
    public BootstrapBatches {
        if (!(difference > 0 && Double.isFinite(difference))) {
            throw new IllegalArgumentException("the step of central differences must be positive and finite, got " + difference);
        }
    }

    /**
     * The batches of a bootstrap.
     *
     * @param <A> the array of a library
     * @param process the forward process
     * @param recipe which levels, which noise, which weight
     * @param bootstrap what is asked and learned
     * @param networks who answers
     * @return what makes the batches
     */
    public static <A> BootstrapBatches<A> of(Noising<A> process, TrainingRecipe recipe, Bootstrap bootstrap, Networks<A> networks) {
        return new BootstrapBatches<>(process, recipe, bootstrap, networks, DIFFERENCE);
    }

    @Override
    public NoisedBatch<A> batch(A data, List<A> conditions, long seed, int iteration) {
        A noise = recipe.noise(process, data, seed, iteration);
        try {
            return batch(data, noise, conditions, seed, iteration);
        } finally {
            process.arrays().close(noise);
        }
    }

    /**
     * The batch of an iteration with noise that is given.
     *
     * @param data the clean data, or what the student drew
     * @param noise the noise of each sample
     * @param conditions what the networks are conditioned on
     * @param seed any number
     * @param iteration the training iteration, from 0
     * @return the batch, of new arrays
     */
    public NoisedBatch<A> batch(A data, A noise, List<A> conditions, long seed, int iteration) {
        return batch(data, noise, recipe.drawn(process, data, seed, iteration), conditions, seed, iteration);
    }

    /**
     * The batch of an iteration with noise and levels that are given.
     *
     * @param data the clean data, or what the student drew
     * @param noise the noise of each sample
     * @param drawn the levels
     * @param conditions what the networks are conditioned on
     * @param seed any number
     * @param iteration the training iteration, from 0
     * @return the batch, of new arrays
     */
    public NoisedBatch<A> batch(A data, A noise, DrawnLevels drawn, List<A> conditions, long seed, int iteration) {
        CounterUniform chance = new CounterUniform(seed ^ CHANCE_SEED);
        List<Tape> tapes = new ArrayList<>();
        List<Lesson> lessons = new ArrayList<>();
        Tape first = new Tape();
        for (int row = 0; row < drawn.levels().size(); row++) {
            Tape tape = first.next();
            lessons.add(bootstrap.lesson(tape, drawn.levels().get(row), new Bootstrap.Chance(chance, iteration, recipe.uniforms().place(row)), iteration));
            tapes.add(tape);
        }
        Answering<A> answering = new Answering<>(process.arrays(), process.rows(), networks, conditions, difference, new ArrayList<>(List.of(data, noise)));
        try {
            tapes.get(0).questions().forEach(question -> answering.put(tapes));
            return answering.taught(lessons, drawn, recipe);
        } finally {
            answering.close();
        }
    }

    /** The arrays of a batch: data, noise, and the answers so far. */
    private record Answering<A>(Arrays<A> arrays, Rows rows, Networks<A> networks, List<A> conditions, double difference, List<A> known) {

        /** Puts the next question. */
        void put(List<Tape> tapes) {
            int place = known.size() - Linear.ANSWERS;
            List<Tape.Question> questions = tapes.stream().map(tape -> tape.questions().get(place)).toList();
            Tape.Question first = questions.get(0);
            if (questions.stream().anyMatch(q -> q.role() != first.role() || !q.branch().equals(first.branch()) || q.tangent().size() != first.tangent().size())) {
                throw new IllegalArgumentException("the rows of a batch ask the same questions in the same order, but question " + place + " is put to different networks");
            }
            known.add(first.tangent().isEmpty() ? value(questions, 0) : derivative(questions));
        }

        /** An answer, at the question or a step along its tangent. */
        private A value(List<Tape.Question> questions, double step) {
            Networks.Call<A> call = call(questions, step == 0 ? Tape.Question::input : q -> q.input().plus(q.tangent().get(0).input().times(step)),
                    q -> q.time() + (step == 0 ? 0 : step * q.tangent().get(0).time()), (q, k) -> q.columns().get(k) + (step == 0 ? 0 : step * q.tangent().get(0).columns().get(k)));
            try {
                return networks.evaluate(call);
            } finally {
                close(call);
            }
        }

        private A derivative(List<Tape.Question> questions) {
            Networks.Call<A> call = call(questions, Tape.Question::input, Tape.Question::time, (q, k) -> q.columns().get(k));
            Networks.Call<A> tangent = call(questions, q -> q.tangent().get(0).input(), q -> q.tangent().get(0).time(), (q, k) -> q.tangent().get(0).columns().get(k));
            try {
                return networks.derivative(call, tangent).orElseGet(() -> {
                    A after = value(questions, difference);
                    A before = value(questions, -difference);
                    Kernels.combine(arrays, rows, after, false, List.of(new Term<>(after, 0.5 / difference), new Term<>(before, -0.5 / difference)));
                    arrays.close(before);
                    return after;
                });
            } finally {
                close(call);
                close(tangent);
            }
        }

        private interface Column {
            double of(Tape.Question question, int column);
        }

        private Networks.Call<A> call(List<Tape.Question> questions, Function<Tape.Question, Linear> input, ToDoubleFunction<Tape.Question> time, Column column) {
            Tape.Question first = questions.get(0);
            List<A> columns = IntStream.range(0, first.columns().size()).mapToObj(k -> vector(questions, q -> column.of(q, k))).toList();
            return new Networks.Call<>(first.role(), first.branch(), combined(questions.stream().map(input).toList()), vector(questions, time), columns, conditions);
        }

        private void close(Networks.Call<A> call) {
            arrays.close(call.input());
            arrays.close(call.timesteps());
            call.columns().forEach(arrays::close);
        }

        private ElementType numbers() {
            return arrays.type(known.get(0)).computed();
        }

        private <T> A vector(List<T> each, ToDoubleFunction<T> value) {
            return arrays.vector(numbers(), each.stream().mapToDouble(value).toArray());
        }

        private A combined(List<Linear> each) {
            A out = arrays.make(arrays.type(known.get(0)), arrays.shape(known.get(0)));
            Kernels.combine(arrays, rows, out, false, terms(each));
            return out;
        }

        private List<Term<A>> terms(List<Linear> each) {
            return IntStream.range(0, known.size()).mapToObj(k -> new Term<>(known.get(k), each.stream().mapToDouble(x -> x.weight(k)).toArray())).toList();
        }

        NoisedBatch<A> taught(List<Lesson> lessons, DrawnLevels drawn, TrainingRecipe recipe) {
            List<Linear> targets = new ArrayList<>();
            double[] scales = scales(lessons);
            for (int row = 0; row < lessons.size(); row++) {
                targets.add(lessons.get(row).target().plus(lessons.get(row).normalised().part().times(scales[row])));
            }
            double[] weights = drawn.weights();
            for (int row = 0; row < weights.length; row++) {
                Lesson lesson = lessons.get(row);
                weights[row] *= lesson.weight() * recipe.weight().weight(lesson.level(), lesson.quantity());
                if (!Double.isFinite(weights[row])) {
                    throw new IllegalArgumentException("the weight of sample " + row + " is " + weights[row] + " at " + lesson.level() + ", of which the lesson's is " + lesson.weight()
                            + "; where it divides by the gap of two levels, let the gap close less far");
                }
            }
            List<A> columns = IntStream.range(0, lessons.get(0).columns().size()).mapToObj(k -> vector(lessons, lesson -> lesson.columns().get(k))).toList();
            return new NoisedBatch<>(combined(lessons.stream().map(Lesson::input).toList()), vector(lessons, Lesson::time), columns, combined(targets), arrays.vector(numbers(), weights));
        }

        /** For each row one over the norm that its normalised part is divided by. */
        private double[] scales(List<Lesson> lessons) {
            if (lessons.stream().allMatch(lesson -> lesson.normalised().equals(Lesson.Normalised.NONE))) {
                return new double[lessons.size()];
            }
            double[][] by = lessons.stream().map(lesson -> IntStream.range(0, known.size()).mapToDouble(lesson.normalised().by()::weight).toArray()).toArray(double[][]::new);
            double[] scales = new double[lessons.size()];
            new ArrayPass<>(arrays, rows, 1).onRows(known, hosts -> {
                for (Lesson.Norm norm : lessons.stream().map(lesson -> lesson.normalised().norm()).distinct().toList()) {
                    double[] norms = norms(norm, by, hosts.toArray(HostArray[]::new));
                    for (int row = 0; row < scales.length; row++) {
                        Lesson.Normalised n = lessons.get(row).normalised();
                        scales[row] = n.norm() == norm ? 1 / (norms[row] + n.constant()) : scales[row];
                    }
                }
            });
            return scales;
        }

        /** For each row the norm of its combination of the arrays. */
        private static double[] norms(Lesson.Norm norm, double[][] by, HostArray... hosts) {
            if (norm == Lesson.Norm.EUCLIDEAN) {
                Moments[] moments = Moments.of(hosts);
                return IntStream.range(0, by.length).mapToDouble(row -> moments[row].norm(by[row])).toArray();
            }
            double[][][] combinations = java.util.Arrays.stream(by).map(row -> new double[][] {row}).toArray(double[][][]::new);
            return java.util.Arrays.stream(Moments.absolute(hosts, combinations)).mapToDouble(row -> row[0]).toArray();
        }

        void close() {
            known.subList(Linear.ANSWERS, known.size()).forEach(arrays::close);
        }
    }
}
