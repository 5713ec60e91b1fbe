package io.github.diffusion4j.samplers.diffusers;

import java.util.Collection;
import java.util.function.Supplier;

/** Refusals that come from deep inside, where a key of a config or an argument of a run is only a number, told with what was asked for. */
final class Reasons {

    private Reasons() {}

    /** What is made, or its refusal, which then names one of the keys or says what was asked for. */
    static <T> T naming(Collection<String> keys, Supplier<T> made, Supplier<String> asked) {
        try {
            return made.get();
        } catch (IllegalArgumentException e) {
            String reason = String.valueOf(e.getMessage());
            if (keys.stream().anyMatch(reason::contains)) {
                throw e;
            }
            throw new IllegalArgumentException(reason + " (asked for by " + asked.get() + ")", e);
        }
    }
}
