package io.github.diffusion4j.samplers.diffusers;

import java.util.function.Supplier;
import java.util.stream.Stream;

/** Refusals that come from deep inside, where a key of a config or an argument of a run is only a number, told with what was asked for. */
final class Reasons {

    private Reasons() {}

    /** What is made, or its refusal, which then names one of the keys or says what was asked for. */
    static <T> T naming(Supplier<T> made, Supplier<String> asked, Stream<String> keys) {
        try {
            return made.get();
        } catch (IllegalArgumentException e) {
            String reason = String.valueOf(e.getMessage());
            if (keys.anyMatch(reason::contains)) {
                throw e;
            }
            throw new IllegalArgumentException(reason + " (asked for by " + asked.get() + ")", e);
        }
    }
}
