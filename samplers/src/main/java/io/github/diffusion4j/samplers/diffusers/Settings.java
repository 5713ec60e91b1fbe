package io.github.diffusion4j.samplers.diffusers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;

/** Named values with defaults: the keys of a config, or the arguments of a run. A key that is absent or null takes its default. */
final class Settings implements Serializable {

    private static final long serialVersionUID = 1;

    private static final Map<String, Double> INFINITE = Map.of("inf", Double.POSITIVE_INFINITY, "Infinity", Double.POSITIVE_INFINITY, "-inf", Double.NEGATIVE_INFINITY, "-Infinity",
            Double.NEGATIVE_INFINITY);

    /** The longest text that names anything. */
    private static final int LONGEST_WORD = 100;

    private final String owner;
    private final ObjectNode given;
    private final ObjectNode defaults;

    Settings(String owner, ObjectNode given, ObjectNode defaults) {
        this.owner = owner;
        this.given = given;
        this.defaults = defaults;
    }

    /** Whether a value is given that is not null. */
    boolean has(String key) {
        return given.hasNonNull(key);
    }

    /** Whether null is given. */
    boolean isNull(String key) {
        return given.has(key) && given.get(key).isNull();
    }

    /** Whether a value is given or has a default that is not null. */
    boolean holds(String key) {
        return has(key) || defaults.hasNonNull(key);
    }

    String text(String key) {
        return value(key, node -> node.isTextual() && node.textValue().length() <= LONGEST_WORD, "a string of at most " + LONGEST_WORD + " characters").textValue();
    }

    /** A number; infinity may stand as text, as programs write it whose JSON has no other way. */
    double number(String key) {
        JsonNode value = value(key, node -> node.isNumber() || INFINITE.containsKey(node.asText()), "a number");
        return value.isNumber() ? value.doubleValue() : INFINITE.get(value.asText());
    }

    double number(String key, double absent) {
        return holds(key) ? number(key) : absent;
    }

    int integer(String key) {
        JsonNode value = value(key, JsonNode::isNumber, "an integer");
        if (value.doubleValue() != value.intValue()) {
            throw wrong(key, "an integer", value);
        }
        return value.intValue();
    }

    /** An integer within a range. */
    int integer(String key, int lowest, int highest) {
        int value = integer(key);
        if (value < lowest || value > highest) {
            throw new IllegalArgumentException(key + " of " + owner + " must lie in " + lowest + " to " + highest + ", got " + value);
        }
        return value;
    }

    /** The refusal of a value that is given but would do nothing, or nothing sensible. */
    IllegalArgumentException refusal(String key, String because, String instead) {
        return new IllegalArgumentException(key + "=" + Json.shortened(given.get(key).toString()) + " of " + owner + " has no effect " + because + "; " + instead);
    }

    /** Refuses a value that would do nothing. */
    void refuse(String key, String because, String instead) {
        if (has(key)) {
            throw refusal(key, because, instead);
        }
    }

    /** The keys that are given. */
    Set<String> keys() {
        return new TreeSet<>(Json.keys(given));
    }

    String owner() {
        return owner;
    }

    boolean flag(String key) {
        return value(key, JsonNode::isBoolean, "true or false").booleanValue();
    }

    boolean flag(String key, boolean absent) {
        return holds(key) ? flag(key) : absent;
    }

    /** Whether a list is given. */
    boolean isList(String key) {
        return value(key, node -> true, "a value").isArray();
    }

    double[] numbers(String key) {
        JsonNode list = value(key, JsonNode::isArray, "a list of numbers");
        List<JsonNode> entries = new ArrayList<>();
        list.forEach(entries::add);
        if (entries.stream().anyMatch(entry -> !entry.isNumber())) {
            throw wrong(key, "a list of numbers", list);
        }
        return StreamSupport.stream(list.spliterator(), false).mapToDouble(JsonNode::doubleValue).toArray();
    }

    int[] integers(String key) {
        double[] numbers = numbers(key);
        for (double number : numbers) {
            if (number != (int) number) {
                throw new IllegalArgumentException(key + " of " + owner + " must be a list of integers, got " + number);
            }
        }
        return Arrays.stream(numbers).mapToInt(number -> (int) number).toArray();
    }

    /** One of some named values. */
    <T> T choice(String key, Map<String, T> choices) {
        String name = text(key);
        if (!choices.containsKey(name)) {
            throw new IllegalArgumentException("unknown " + key + " '" + name + "' for " + owner + "; known are " + new TreeSet<>(choices.keySet()));
        }
        return choices.get(name);
    }

    private JsonNode value(String key, Predicate<JsonNode> kind, String wanted) {
        JsonNode value = has(key) ? given.get(key) : defaults.get(key);
        if (value == null || value.isNull()) {
            throw new IllegalArgumentException(owner + " needs " + key + ", " + wanted);
        }
        if (!kind.test(value)) {
            throw wrong(key, wanted, value);
        }
        return value;
    }

    private IllegalArgumentException wrong(String key, String wanted, JsonNode value) {
        return new IllegalArgumentException(key + " of " + owner + " must be " + wanted + ", got " + Json.shortened(value.toString()));
    }

    /** Written out is the text: infinities have no other form that every reader takes. */
    private Object writeReplace() {
        return new Written(owner, Json.text(given), Json.text(defaults));
    }

    private void readObject(ObjectInputStream in) throws InvalidObjectException {
        throw new InvalidObjectException("settings are written out as text");
    }

    private record Written(String owner, String given, String defaults) implements Serializable {
        private Object readResolve() throws InvalidObjectException {
            return Json.restored("settings", () -> new Settings(owner, Json.object(given), Json.object(defaults)));
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Settings settings && owner.equals(settings.owner) && Json.byValue(given).equals(Json.byValue(settings.given));
    }

    @Override
    public int hashCode() {
        return Json.byValue(given).hashCode();
    }

    @Override
    public String toString() {
        return owner + Json.brief(given);
    }
}
