package io.github.diffusion4j.samplers.diffusers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Values that one solver family writes and another reads as its own, as Diffusers' constructors do when a config changes class. */
final class Renames {

    private static final Set<String> DPM = Set.of("DPMSolverMultistepScheduler", "DPMSolverMultistepInverseScheduler", "DPMSolverSinglestepScheduler",
            "EDMDPMSolverMultistepScheduler", "CosineDPMSolverMultistepScheduler");

    private static final List<Rename> ALL = List.of(
            new Rename(DPM, "algorithm_type", Set.of("deis"), "dpmsolver++"),
            new Rename(DPM, "solver_type", Set.of("logrho", "bh1", "bh2"), "midpoint"),
            new Rename(Set.of("DEISMultistepScheduler"), "algorithm_type", Set.of("dpmsolver", "dpmsolver++"), "deis"),
            new Rename(Set.of("DEISMultistepScheduler"), "solver_type", Set.of("midpoint", "heun", "bh1", "bh2"), "logrho"),
            new Rename(Set.of("UniPCMultistepScheduler", "HeliosScheduler"), "solver_type", Set.of("midpoint", "heun", "logrho"), "bh2"));

    private record Rename(Set<String> classes, String key, Set<String> from, String to) {
        boolean applies(String className, ObjectNode config) {
            return classes.contains(className) && from.contains(config.path(key).asText());
        }
    }

    private Renames() {}

    static ObjectNode apply(String className, ObjectNode config) {
        ObjectNode result = config.deepCopy();
        ALL.stream().filter(rename -> rename.applies(className, config)).forEach(rename -> result.put(rename.key(), rename.to()));
        return result;
    }

    static List<String> applied(String className, ObjectNode config) {
        List<String> lines = new ArrayList<>();
        ALL.stream().filter(rename -> rename.applies(className, config))
                .forEach(rename -> lines.add(rename.key() + ": " + config.get(rename.key()).asText() + " -> " + rename.to()));
        return List.copyOf(lines);
    }
}
