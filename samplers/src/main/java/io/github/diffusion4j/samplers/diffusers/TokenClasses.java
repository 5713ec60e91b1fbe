package io.github.diffusion4j.samplers.diffusers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.diffusion4j.samplers.solvers.Convention;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;

/** Diffusers' scheduler classes over tokens: what they take, in a resource, and how they are made. */
final class TokenClasses {

    private static final ObjectNode CLASSES = Json.table("token-classes.json");

    private static final Map<String, BiFunction<TokenConfig, Convention, TokenScheduler>> MADE = Map.of("AmusedScheduler", AmusedScheduler::new, "VQDiffusionScheduler", VQDiffusionScheduler::new,
            "BlockRefinementScheduler", BlockRefinementScheduler::new, "DiscreteDDIMScheduler", DiscreteDDIMScheduler::new, "EntropyBoundScheduler", EntropyBoundScheduler::new);

    private TokenClasses() {}

    static Set<String> names() {
        return new TreeSet<>(Json.keys(CLASSES));
    }

    static TokenScheduler scheduler(TokenConfig config, Convention convention) {
        return MADE.get(config.className()).apply(config, convention);
    }

    /** The config keys of a class with their defaults. */
    static ObjectNode defaults(String name) {
        return (ObjectNode) CLASSES.get(name).get("config");
    }

    /** The config keys that a class reads: its own, and arguments of its runs that newer versions keep in the config. */
    static List<String> read(String name) {
        List<String> keys = new ArrayList<>(Json.keys(defaults(name)));
        keys.addAll(Json.texts(CLASSES.get(name).path("upstream")));
        return keys;
    }

    static List<String> arguments(String name) {
        return Json.texts(CLASSES.get(name).path("run"));
    }

    /** The arguments that Diffusers' class takes and does not read. */
    static List<String> ignored(String name) {
        return Json.texts(CLASSES.get(name).path("ignored"));
    }

    static boolean anyReads(String key) {
        return names().stream().anyMatch(name -> read(name).contains(key));
    }
}
