package io.github.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.ElementType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;


/**
 * What was recorded of training code: settings, inputs, the random numbers in the order they were drawn, and what the reference returned. Each topic has a class that repeats its recipes.
 *
 * @param <A> the array of a library
 */
final class TrainingCase<A> {

    /** Recorded and repeated in double throughout. */
    private static final double TOLERANCE = 1e-9;

    private final JsonNode golden;
    private final Comparison<A> comparison;
    private final Iterator<JsonNode> random;
    /** The settings that were looked at. */
    private final Set<String> read = new HashSet<>();

    TrainingCase(JsonNode golden, Arrays<A> arrays, ElementType type) {
        this.golden = golden;
        this.comparison = new Comparison<>(arrays, type, golden.path("inputs").path("shape"));
        this.random = golden.path("random").iterator();
    }

    static boolean knows(JsonNode golden) {
        return golden.has("recipe");
    }

    static String name(JsonNode golden) {
        return golden.path("id").asText().replaceFirst("/[^/]*$", "").replace('/', ':');
    }

    Result result(ElementType type, double allowed) {
        comparison.allow(type == ElementType.DOUBLE ? TOLERANCE : allowed);
        String topic = golden.path("id").asText().replaceFirst("/.*", "");
        switch (topic) {
            case "averages" -> AverageCases.check(this);
            case "curricula" -> CurriculumCases.check(this);
            case "distillation" -> DistillationCases.check(this);
            case "likelihood" -> LikelihoodCases.check(this);
            case "draws" -> DrawCases.check(this);
            case "weights" -> WeightCases.check(this);
            case "noises" -> NoiseCases.check(this);
            case "preconditioning" -> PreconditioningCases.check(this);
            case "policies" -> PolicyCases.check(this);
            case "preferences" -> PreferenceCases.check(this);
            default -> throw new UnsupportedOperationException("training cases of this topic are not known: " + topic);
        }
        checkNothingIsLeft();
        return comparison.result();
    }

    String recipe() {
        return golden.path("recipe").asText();
    }

    /** Whose code was run; some recipes are named by it alone. */
    String reference() {
        return golden.path("reference").asText();
    }

    /** A recipe that the topic does not repeat. */
    RuntimeException unknown() {
        return new UnsupportedOperationException("this recipe is not known: " + recipe());
    }

    Comparison<A> comparison() {
        return comparison;
    }

    /** Settings that the recipe knows, whether or not this case reads them. */
    void takes(String... names) {
        read.addAll(List.of(names));
    }

    /** Fails where a setting is another word than the recipe stands for. */
    void checkNamed(String name, String expected) {
        if (!argument(name).asText(expected).equals(expected)) {
            throw new UnsupportedOperationException("this " + name + " of " + recipe() + " is not known: " + argument(name));
        }
    }

    /** Fails where a setting was not looked at or a random number was not used: the recipe is then another than the one that was repeated. */
    private void checkNothingIsLeft() {
        golden.path("arguments").fieldNames().forEachRemaining(name -> {
            if (!read.contains(name)) {
                throw new UnsupportedOperationException("this argument of " + recipe() + " is not known: " + name + " = " + argument(name));
            }
        });
        if (random.hasNext()) {
            throw new UnsupportedOperationException("the reference of " + recipe() + " drew more: " + random.next().path("kind"));
        }
    }

    JsonNode argument(String name) {
        read.add(name);
        return golden.path("arguments").path(name);
    }

    double number(String name) {
        return number(argument(name), name);
    }

    double number(String name, double otherwise) {
        return argument(name).isMissingNode() || argument(name).isNull() ? otherwise : number(name);
    }

    private double number(JsonNode value, String name) {
        if (value.isNumber()) {
            return value.asDouble();
        }
        return switch (value.asText()) {
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            default -> throw new IllegalStateException("the case has no number " + name + " but " + value);
        };
    }

    boolean has(String input) {
        return golden.path("inputs").has(input);
    }

    double[] input(String name) {
        if (!has(name)) {
            throw new IllegalStateException("the case has no input " + name);
        }
        return Comparison.doubles(golden.path("inputs").path(name));
    }

    List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        golden.path("inputs").path(name).forEach(text -> texts.add(text.asText()));
        return texts;
    }

    A array(String name) {
        return comparison.array(input(name));
    }

    /** The next random numbers that the reference drew. */
    double[] drawn(String kind) {
        JsonNode next = random.next();
        if (!next.path("kind").asText().equals(kind)) {
            throw new IllegalStateException("the reference drew " + next.path("kind") + " where " + kind + " were expected");
        }
        return Comparison.doubles(next.path("values"));
    }

    boolean expects(String name) {
        return golden.path("expect").has(name);
    }

    JsonNode expected() {
        return golden.path("expect");
    }

    /** What the mathematics gives where the reference errs. */
    JsonNode correct() {
        return golden.path("correct");
    }

    /** Compares with what the reference returned. */
    void check(String name, double... actual) {
        check(name, golden.path("expect").path(name), actual);
    }

    /** Compares with what is right where the reference errs. */
    void checkCorrect(String name, double... actual) {
        check("correct " + name, golden.path("correct").path(name), actual);
    }

    void check(String what, JsonNode expected, double... actual) {
        if (expected.isMissingNode()) {
            throw new IllegalStateException("the case has nothing recorded for " + what);
        }
        comparison.check(what, expected.isArray() ? Comparison.doubles(expected) : new double[] {expected.asDouble()}, actual);
    }

    void check(String name, A actual) {
        check(name, comparison.values(actual));
    }
}
