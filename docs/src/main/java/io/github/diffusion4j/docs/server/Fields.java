package io.github.diffusion4j.docs.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** The values of a JSON object whose keys are known; each has the type that its key asks for, or is refused. */
record Fields(JsonNode root) {

    private static final JsonMapper JSON = JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

    static Fields parse(byte[] json, List<String> known) throws IOException {
        JsonNode root;
        try {
            root = JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("a request is a JSON object; this is none: " + e.getOriginalMessage(), e);
        }
        if (!root.isObject()) {
            throw new IllegalArgumentException("a request is a JSON object, got " + root.getNodeType());
        }
        Set<String> unknown = new TreeSet<>();
        root.fieldNames().forEachRemaining(unknown::add);
        known.forEach(unknown::remove);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("a request has no keys " + unknown + "; it has " + known);
        }
        return new Fields(root);
    }

    Optional<JsonNode> find(String key) {
        return Optional.ofNullable(root.get(key)).filter(value -> !value.isNull());
    }

    private Optional<JsonNode> find(String key, Predicate<JsonNode> type, String expected) {
        Optional<JsonNode> found = find(key);
        found.filter(type.negate()).ifPresent(value -> {
            throw new IllegalArgumentException(key + " is " + expected + ", got " + value);
        });
        return found;
    }

    Optional<String> text(String key) {
        return find(key, JsonNode::isTextual, "a string").map(JsonNode::textValue);
    }

    Optional<Long> whole(String key, long least, long most) {
        Predicate<JsonNode> within = value -> value.canConvertToLong() && value.longValue() >= least && value.longValue() <= most;
        return find(key, within.and(JsonNode::isIntegralNumber), "a whole number from " + least + " to " + most).map(JsonNode::longValue);
    }

    Optional<Double> number(String key) {
        return find(key, JsonNode::isNumber, "a number").map(JsonNode::doubleValue);
    }
}
