package io.github.diffusion4j.samplers.diffusers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** JSON as Python's json module writes and reads it, the literal {@code -Infinity} included. */
final class Json {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
            .build();

    private Json() {}

    static ObjectNode object(String text) {
        try {
            JsonNode root = MAPPER.readTree(text);
            if (!(root instanceof ObjectNode object)) {
                throw new IllegalArgumentException("a scheduler config is a JSON object, got " + root.getNodeType());
            }
            return object;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not valid JSON: " + e.getOriginalMessage(), e);
        }
    }

    static JsonNode value(Object value) {
        return MAPPER.valueToTree(value);
    }

    static ObjectNode empty() {
        return MAPPER.createObjectNode();
    }

    static String text(ObjectNode object) {
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(object);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree that was read can be written", e);
        }
    }
}
