package io.github.diffusion4j.docs;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.Predicate;

/** Compares what is committed with what the library makes now. */
public final class Committed {

    private Committed() {}

    /**
     * Fails with the difference alone, and says how to make the files anew.
     *
     * @param made lines or names as they are made now
     * @param committed those that are committed
     * @param command what makes them
     */
    public static void assertSame(List<String> made, List<String> committed, String command) {
        assertTrue(made.equals(committed), () -> "missing: " + made.stream().filter(Predicate.not(committed::contains)).toList() + ", out of date: "
                + committed.stream().filter(Predicate.not(made::contains)).toList() + "; after mvn package -DskipTests run: java -jar docs/target/diffusion4j.jar " + command);
    }
}
