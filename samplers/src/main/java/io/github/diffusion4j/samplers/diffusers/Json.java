package io.github.diffusion4j.samplers.diffusers;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.InvalidObjectException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * JSON as Python's json module writes and reads it, the literal {@code -Infinity} included. Text of strangers is bounded before it is read: its length, the number of its values, their
 * depth and the length of names.
 */
final class Json {

    /** The longest config in bytes: a million betas with all their digits. */
    static final int LONGEST = 32 << 20;

    /** Values of a config, braces and brackets among them: a million betas and the rest. */
    private static final long MOST_TOKENS = 1_100_000;

    private static final int DEEPEST = 20;
    private static final int LONGEST_NAME = 1_000;
    private static final int LONGEST_TEXT = 1_000_000;

    /** What is quoted of a value in a message. */
    private static final int QUOTED = 120;
    private static final int MOST_KEYS = 50;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder().streamReadConstraints(StreamReadConstraints.builder()
                    .maxDocumentLength(LONGEST).maxTokenCount(MOST_TOKENS).maxNestingDepth(DEEPEST).maxNameLength(LONGEST_NAME).maxStringLength(LONGEST_TEXT).build()).build())
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
            .build();

    private Json() {}

    static ObjectNode object(String text) {
        if (text.length() > LONGEST) {
            throw tooLong();
        }
        try {
            JsonNode root = MAPPER.readTree(text);
            if (!(root instanceof ObjectNode object)) {
                throw new IllegalArgumentException("a scheduler config is a JSON object, got " + root.getNodeType());
            }
            return object;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not valid JSON: " + shortened(e.getOriginalMessage()), e);
        }
    }

    /** The text of a stream of UTF-8 that ends. */
    static String read(InputStream stream) throws IOException {
        byte[] bytes = stream.readNBytes(LONGEST + 1);
        if (bytes.length > LONGEST) {
            throw tooLong();
        }
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    }

    /** A table of facts about Diffusers' classes, which comes with this package. */
    static ObjectNode table(String resource) {
        try (InputStream in = Json.class.getResourceAsStream(resource)) {
            return object(read(in));
        } catch (IOException e) {
            throw new UncheckedIOException(resource + " cannot be read", e);
        }
    }

    private static IllegalArgumentException tooLong() {
        return new IllegalArgumentException("a scheduler config has at most " + LONGEST + " bytes; this text is longer");
    }

    /** A value as its text reads: what is written out later is what was given. */
    static JsonNode value(Object value) {
        try {
            return MAPPER.readTree(MAPPER.writeValueAsString(value));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not a value of JSON: " + shortened(e.getOriginalMessage()), e);
        }
    }

    /** The keys of an object in their order. */
    static List<String> keys(ObjectNode object) {
        List<String> keys = new ArrayList<>();
        object.fieldNames().forEachRemaining(keys::add);
        return keys;
    }

    /** The texts of a list; none where it is absent. */
    static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(entry -> texts.add(entry.textValue()));
        return texts;
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

    /** The tree with numbers by their value, so that 3 is 3.0: what equality and hash codes are taken of. */
    static JsonNode byValue(JsonNode node) {
        if (node instanceof ObjectNode object) {
            ObjectNode result = empty();
            for (Map.Entry<String, JsonNode> entry : object.properties()) {
                result.set(entry.getKey(), byValue(entry.getValue()));
            }
            return result;
        }
        if (node instanceof ArrayNode list) {
            ArrayNode result = MAPPER.createArrayNode();
            list.forEach(entry -> result.add(byValue(entry)));
            return result;
        }
        if (node.isNumber() && Double.isFinite(node.doubleValue())) {
            BigDecimal value = node.isIntegralNumber() ? node.decimalValue() : new BigDecimal(node.doubleValue());
            return DecimalNode.valueOf(value.stripTrailingZeros());
        }
        return node;
    }

    /** The beginning of a text, enough to know it by. */
    static String shortened(String text) {
        return text.length() <= QUOTED ? text : text.substring(0, QUOTED) + "... (" + text.length() + " characters)";
    }

    /** An object with the beginnings of its values. */
    static String brief(ObjectNode object) {
        String entries = object.properties().stream().limit(MOST_KEYS).map(entry -> "\"" + entry.getKey() + "\":" + shortened(entry.getValue().toString())).collect(Collectors.joining(","));
        return "{" + entries + (object.size() > MOST_KEYS ? ", ..." : "") + "}";
    }

    /** A value that was written out, or the refusal that Java serialization knows. */
    static <T> T restored(String what, Supplier<T> made) throws InvalidObjectException {
        try {
            return made.get();
        } catch (RuntimeException e) {
            InvalidObjectException refused = new InvalidObjectException("what was written out is no " + what + ": " + e.getMessage());
            refused.initCause(e);
            throw refused;
        }
    }
}
