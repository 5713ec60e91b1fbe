package io.github.diffusion4j.core.plan;

import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What guidance and skipping remember between two evaluations, as part of a state.
 *
 * @param <A> the array of the library
 * @param arrays arrays by name, of the sample's shape, and its type or the one it is computed in
 * @param numbers numbers by name, one for each row
 */
public record Held<A>(Map<String, A> arrays, Map<String, List<Double>> numbers) implements Serializable {

    /** Copies the maps, which keep their order. */
    public Held {
        arrays = Collections.unmodifiableMap(new LinkedHashMap<>(arrays));
        Map<String, List<Double>> copied = new LinkedHashMap<>();
        numbers.forEach((name, values) -> copied.put(name, List.copyOf(values)));
        numbers = Collections.unmodifiableMap(copied);
    }

    /**
     * Nothing.
     *
     * @param <A> the array of any library
     * @return nothing
     */
    public static <A> Held<A> nothing() {
        return new Held<>(Map.of(), Map.of());
    }

    /**
     * Whether there is nothing.
     *
     * @return true if neither an array nor a number is held
     */
    public boolean isEmpty() {
        return arrays.isEmpty() && numbers.isEmpty();
    }
}
