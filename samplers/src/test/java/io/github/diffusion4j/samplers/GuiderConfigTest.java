package io.github.diffusion4j.samplers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.samplers.diffusers.GuiderConfig;
import io.github.diffusion4j.samplers.guidance.LinearGuidance;
import io.github.diffusion4j.samplers.guidance.Rescaled;
import io.github.diffusion4j.samplers.guidance.Scale;
import io.github.diffusion4j.samplers.guidance.Window;
import io.github.diffusion4j.samplers.solvers.Coordinate;
import io.github.diffusion4j.samplers.solvers.Heun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuiderConfigTest {

    private static Plan heun(int steps) {
        List<NoiseLevel> levels = IntStream.range(0, steps).mapToObj(i -> new NoiseLevel(steps - i, 1, steps - i)).toList();
        return Plan.of(new Heun(Coordinate.EDM), TimeGrid.contiguous(levels, new NoiseLevel(0, 1, 0)), Parameterization.sample(), DataCorrection.NONE);
    }

    @Test
    void every_class_loads_writes_and_guides() {
        assertEquals(12, GuiderConfig.classNames().size());
        for (String name : GuiderConfig.classNames()) {
            GuiderConfig config = GuiderConfig.of(name);
            assertEquals(config, GuiderConfig.parse(config.toJson()));
            assertTrue(heun(10).guided(config.guidance()).calls() >= heun(10).evaluations() - 1, name);
            assertTrue(config.lint().unknown().isEmpty() && config.lint().ofOtherClasses().isEmpty(), name);
        }
    }

    @Test
    void a_file_or_a_folder_holds_it(@TempDir Path folder) throws IOException {
        GuiderConfig config = GuiderConfig.of("ClassifierFreeGuidance").with("guidance_scale", 5).with("guidance_rescale", 0.7);
        Files.createDirectories(folder.resolve("guider"));
        config.save(folder.resolve("guider").resolve("guider_config.json"));
        assertEquals(config, GuiderConfig.load(folder));
        assertEquals(config, GuiderConfig.load(folder.resolve("guider")));
        assertInstanceOf(Rescaled.class, GuiderConfig.load(folder).guidance());
    }

    /** Diffusers counts evaluations against steps, so that Heun is unguided in its second half; in code steps are counted. */
    @Test
    void windows_count_what_the_convention_counts() {
        Plan byConfig = heun(10).guided(GuiderConfig.of("ClassifierFreeGuidance").guidance());
        Plan inCode = heun(10).guided(LinearGuidance.classifierFree(7.5));
        assertEquals(2 * 10 + 9, byConfig.calls());
        assertEquals(2 * 19, inCode.calls());
        Plan half = heun(10).guided(LinearGuidance.classifierFree(Scale.of(3), Window.of(0, 0.5)));
        IntStream.range(0, 19).forEach(i -> assertEquals(half.stepOf(i) < 5 ? 2 : 1, half.needs(i).size()));
    }

    @Test
    void what_means_nothing_is_refused_by_name() {
        for (String json : List.of("{}", "{\"_class_name\": \"NoGuidance\"}", "[]", "{\"_class_name\": \"ClassifierFreeGuidance\", \"start\": 2}",
                "{\"_class_name\": \"ClassifierFreeGuidance\", \"guidance_scale\": \"much\"}", "{\"_class_name\": \"FrequencyDecoupledGuidance\", \"start\": [0, 0.1, 0.2]}",
                "{\"_class_name\": \"ClassifierFreeGuidance\", \"guidance_rescale\": -1}")) {
            String message = assertThrows(IllegalArgumentException.class, () -> GuiderConfig.parse(json).guidance(), json).getMessage();
            assertTrue(message.matches("(?s).*(guider class|JSON object|start|guidance_scale|guidance_rescale).*"), message);
        }
        assertThrows(IllegalArgumentException.class, () -> GuiderConfig.of("AutoGuidance").with("eta", 1));
        GuiderConfig.Lint lint = GuiderConfig.parse("{\"_class_name\": \"SmoothedEnergyGuidance\", \"eta\": 1, \"gidance\": 2}").lint();
        assertEquals(List.of("gidance"), lint.unknown());
        assertEquals(List.of("eta"), lint.ofOtherClasses());
        assertEquals(1, lint.odd().size());
    }
}
