package io.github.diffusion4j.samplers.diffusers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.Set;

/** What Diffusers' scheduler classes take: their config keys with defaults, and the arguments of their runs. Facts, in a resource. */
final class DiffusersClasses {

    private static final ObjectNode CLASSES = Json.table("classes.json");

    private DiffusersClasses() {}

    static Set<String> names() {
        return new TreeSet<>(Json.keys(CLASSES));
    }

    static boolean knows(String name) {
        return CLASSES.has(name);
    }

    /** The config keys of a class with their defaults. */
    static ObjectNode defaults(String name) {
        return (ObjectNode) CLASSES.get(name).get("config");
    }

    /** The config keys that a class reads: its own and {@code sigma_min}, {@code sigma_max}; LTX's also those of the flow scheduler whose grid it borrows. */
    static List<String> read(String name) {
        List<String> keys = new ArrayList<>(List.of("sigma_min", "sigma_max"));
        keys.addAll(Json.keys(defaults(name)));
        if (name.equals("LTXEulerAncestralRFScheduler")) {
            keys.addAll(Json.keys(defaults("FlowMatchEulerDiscreteScheduler")));
        }
        return keys;
    }

    /** The arguments of a run besides the number of steps. */
    static List<String> arguments(String name) {
        return Json.texts(CLASSES.get(name).path("run"));
    }

    /** The arguments that Diffusers' class takes and does not read. */
    static List<String> ignored(String name) {
        return Json.texts(CLASSES.get(name).path("ignored"));
    }

    /** Whether any class has a config key. */
    static boolean anyHas(String key) {
        return names().stream().anyMatch(name -> defaults(name).has(key));
    }
}
