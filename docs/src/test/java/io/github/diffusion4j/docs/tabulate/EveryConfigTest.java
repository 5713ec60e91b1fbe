package io.github.diffusion4j.docs.tabulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.diffusion4j.docs.Main;
import io.github.diffusion4j.docs.explorer.Choices;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.tables.Quantity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Configs as people bring them: those of models, and every one that a recorded run of Diffusers has. */
class EveryConfigTest {

    private static final Path MODELS = Path.of("../samplers/src/test/resources/models");
    private static final Path RECORDED = Path.of("../integration-tests/src/test/resources/golden/diffusers");

    @TempDir
    private Path folder;

    private void tabulated(String source) throws IOException {
        Path csv = folder.resolve("table.csv");
        Path svg = folder.resolve("figure.svg");
        assertEquals(0, Main.execute("tabulate", source, "--every", "100", "--out", csv.toString()), source);
        assertEquals(0, Main.execute("tabulate", source, "--out", svg.toString()), source);
        List<String> lines = Files.readAllLines(csv);
        assertTrue(lines.size() > 2 && lines.get(0).startsWith("position,time,alpha,sigma,edm_sigma,snr,log_snr,"), source + ": " + lines.get(0));
        assertFalse(lines.stream().anyMatch(line -> line.contains("NaN")), source);
        assertTrue(Files.readString(svg).split("<path ").length == 1 + 3 + 3 && !Files.readString(svg).contains("NaN"), source + ": three lines and their legend");
    }

    @Test
    void configs_of_models_are_tabulated_and_drawn() throws IOException {
        try (Stream<Path> files = Files.list(MODELS)) {
            List<Path> models = files.sorted().toList();
            assertTrue(models.size() >= 49, "found " + models.size());
            for (Path model : models) {
                tabulated(model.toString());
                Path dots = folder.resolve("run.svg");
                assertEquals(0, Main.execute("plan", model + "@1024", "--steps", model.endsWith("dalle3-consistency-decoder.json") ? "2" : "4", "--out", dots.toString()), () -> "a run of " + model);
                assertTrue(Files.readString(dots).contains("<circle "), () -> "dots of " + model);
            }
        }
    }

    @Test
    void recorded_configs_are_tabulated_and_drawn() throws IOException {
        Set<JsonNode> configs = new LinkedHashSet<>();
        try (Stream<Path> files = Files.list(RECORDED)) {
            for (Path file : files.sorted().toList()) {
                new JsonMapper().readTree(file.toFile()).forEach(recorded -> configs.add(process(recorded.path("scheduler_config"))));
            }
        }
        assertTrue(configs.size() >= 60, "found " + configs.size());
        Path config = folder.resolve("config.json");
        for (JsonNode node : configs) {
            Files.writeString(config, node.toString());
            tabulated(config.toString());
        }
    }

    /** What of a config tells its levels apart from those of others of its class: runs differ in much that a schedule does not see. */
    private static JsonNode process(JsonNode config) {
        Set<String> keys = Set.of("_class_name", "num_train_timesteps", "beta_start", "beta_end", "beta_schedule", "trained_betas", "rescale_betas_zero_snr", "sigma_min", "sigma_max", "sigma_data", "shift",
                "use_dynamic_shifting", "use_flow_sigmas", "flow_shift", "prediction_type", "snr_shift_scale", "time_shift_type", "invert_sigmas");
        return ((com.fasterxml.jackson.databind.node.ObjectNode) config).deepCopy().retain(keys);
    }

    @Test
    void names_are_tabulated_and_drawn() throws IOException {
        for (String name : Stream.concat(Choices.MODELS.stream().map(choice -> choice.id()), Choices.SCHEDULES.stream().map(choice -> choice.id())).toList()) {
            tabulated(name);
        }
    }

    /** Each row of the page stands there with the library's words. */
    @Test
    void the_vocabulary_is_that_of_the_concepts_and_the_explorer() throws IOException {
        String page = Files.readString(Path.of("concepts.md"));
        Arrays.stream(Quantity.values()).forEach(quantity -> {
            String row = "| `" + quantity.id() + "` | " + quantity.label() + " | " + quantity.definition() + " |";
            assertTrue(page.contains(row), "concepts.md lacks: " + row);
        });
        String explorer = Files.readString(Path.of("src/main/resources/io/github/diffusion4j/docs/site/explorer-figures.js"));
        for (Quantity drawn : List.of(Quantity.TIME, Quantity.ALPHA, Quantity.SIGMA, Quantity.LOG_SNR)) {
            assertTrue(explorer.contains('"' + drawn.label() + '"'), "the explorer draws " + drawn.label());
        }
    }

    @Test
    void a_config_comes_from_standard_input_too() throws IOException {
        java.io.InputStream usual = System.in;
        try {
            System.setIn(new java.io.ByteArrayInputStream(DiffusersConfig.of("DDIMScheduler").toJson().getBytes(java.nio.charset.StandardCharsets.UTF_8)));
            tabulatedOnce("-");
        } finally {
            System.setIn(usual);
        }
    }

    private void tabulatedOnce(String source) throws IOException {
        Path csv = folder.resolve("table.csv");
        assertEquals(0, Main.execute("tabulate", source, "--out", csv.toString()));
        assertEquals(1001, Files.readAllLines(csv).size());
    }
}
