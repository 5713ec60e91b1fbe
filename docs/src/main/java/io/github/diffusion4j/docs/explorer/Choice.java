package io.github.diffusion4j.docs.explorer;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One of the things to choose from, with the Java that makes it and the keys of a {@code scheduler_config.json} that mean it.
 *
 * @param id its short name in addresses
 * @param label what people read
 * @param java the expression; {@code SHIFT} and {@code TOKENS} stand for the numbers chosen
 * @param config the keys, null where Diffusers has nothing like it
 * @param value what the expression makes
 * @param <T> what it is
 */
public record Choice<T>(String id, String label, String java, Map<String, Object> config, T value) {

    static <T> T find(List<Choice<T>> choices, String id) {
        return named(choices, id).value();
    }

    /**
     * The choice of an id.
     *
     * @param choices what there is
     * @param id its id
     * @param <T> what they are
     * @return the choice
     */
    public static <T> Choice<T> named(List<Choice<T>> choices, String id) {
        return choices.stream().filter(choice -> choice.id().equals(id)).findFirst().orElseThrow(() -> new IllegalArgumentException(
                "'" + id + "' is none of " + choices.stream().map(Choice::id).collect(Collectors.joining(", "))));
    }
}
