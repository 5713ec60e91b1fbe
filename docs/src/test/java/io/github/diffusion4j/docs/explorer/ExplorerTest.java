package io.github.diffusion4j.docs.explorer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.docs.site.JavaSource;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.diffusers.Run;
import io.github.diffusion4j.samplers.grids.FittedGrid;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplorerTest {

    /** Every choice at least once, beside others that it goes with. */
    static List<String> selections() {
        List<String> all = new ArrayList<>(Choices.MODELS.stream().map(Choice::value).toList());
        Choices.PREDICTIONS.forEach(choice -> all.add("prediction=" + choice.id()));
        Choices.SCHEDULES.forEach(choice -> all.add("prediction=x0&solver=ddim&spacing=time&schedule=" + choice.id()));
        Choices.SOLVERS.forEach(choice -> all.add("steps=7&solver=" + choice.id()));
        for (String schedule : List.of("sd", "flow&prediction=flow&solver=ddim")) {
            Choices.SPACINGS.forEach(choice -> all.add("shift=2.5&size=512&schedule=" + schedule + "&spacing=" + choice.id()));
        }
        return all;
    }

    private static Optional<Plan> plan(Selection selection) {
        try {
            return Optional.of(selection.plan());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Read without Jackson, which the page lacks; all its digits are those of the file. */
    @Test
    void the_fitted_grid_is_the_one_beside_the_network() throws Exception {
        FittedGrid grid = FittedGrid.parse(new String(Explorer.class.getClassLoader().getResourceAsStream(EmojiGrid.RESOURCE).readAllBytes(), StandardCharsets.UTF_8));
        assertEquals(grid.withAbout(Map.of()), EmojiGrid.load());
        JsonNode shown = JsonMapper.builder().build().readTree(Explorer.run("schedule=cosine&prediction=v&spacing=fitted&steps=8")).get("fitted");
        assertEquals(grid.share().size(), shown.get("share").size());
        assertEquals(2 * grid.halfLogSnr().get(5), shown.get("logSnr").get(5).doubleValue());
        assertTrue(Explorer.run("schedule=cosine&prediction=v&spacing=trailing&steps=8").contains("\"fitted\": null"));
    }

    @Test
    void every_choice_makes_a_run() {
        List<String> answers = selections().stream().map(Explorer::run).toList();
        assertTrue(answers.stream().filter(answer -> !answer.startsWith("{\"error\"")).count() > 55);
        Choices.MODELS.forEach(model -> assertFalse(Explorer.run(model.value()).startsWith("{\"error\""), model.label()));
    }

    @Test
    void the_java_it_shows_makes_the_plan_it_shows(@TempDir Path folder) throws Exception {
        List<Selection> selections = selections().stream().map(Selection::of).filter(selection -> plan(selection).isPresent()).toList();
        StringBuilder source = new StringBuilder(JavaSource.IMPORTS + "public class Shown {\n");
        for (int i = 0; i < selections.size(); i++) {
            source.append("public static Plan plan").append(i).append("() {\n").append(selections.get(i).java()).append("return plan; }\n");
        }
        Path file = folder.resolve("Shown.java");
        Files.writeString(file, source + "}\n");
        JavaSource.compile(folder, List.of(file));
        try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            Class<?> shown = loader.loadClass("Shown");
            for (int i = 0; i < selections.size(); i++) {
                Plan plan = (Plan) shown.getMethod("plan" + i).invoke(null);
                assertEquals(selections.get(i).plan().fingerprint(), plan.fingerprint(), selections.get(i).java());
            }
        }
    }

    @Test
    void the_config_it_shows_is_read_by_its_class() {
        int shown = 0;
        for (Choice<?> schedule : Choices.SCHEDULES) {
            for (Choice<?> spacing : Choices.SPACINGS) {
                for (Choice<?> solver : Choices.SOLVERS) {
                    for (Choice<?> prediction : Choices.PREDICTIONS) {
                        Selection selection = Selection.of("steps=5&schedule=" + schedule.id() + "&spacing=" + spacing.id() + "&solver=" + solver.id() + "&prediction="
                                + prediction.id());
                        if (!selection.config().isEmpty() && plan(selection).isPresent()) {
                            check(selection);
                            shown++;
                        }
                    }
                }
            }
        }
        assertTrue(shown > 500, "only " + shown);
    }

    private static void check(Selection selection) {
        DiffusersConfig config = DiffusersConfig.parse(selection.config());
        DiffusersConfig.Lint lint = config.lint();
        assertTrue(lint.unknown().isEmpty() && lint.ofOtherClasses().isEmpty() && lint.renamed().isEmpty(), () -> selection + ": " + lint);
        Run run = selection.spacing().equals("dynamic") ? Run.steps(5).with("mu", 1.15) : Run.steps(5);
        assertTrue(config.scheduler().plan(run).evaluations() >= 5, selection.config());
    }

    @Test
    void what_cannot_be_chosen_is_told() throws Exception {
        JsonNode refused = JsonMapper.builder().build().readTree(Explorer.refused("schedule=flow&prediction=flow&spacing=shift&solver=ddim"));
        assertTrue(refused.get("spacings").toString().contains("karras"), refused.toString());
        assertFalse(refused.get("spacings").toString().contains("\"shift\""), refused.toString());
        assertEquals(0, refused.get("solvers").size(), "every solver starts at pure noise");
        JsonNode epsilon = JsonMapper.builder().build().readTree(Explorer.refused("schedule=flow&prediction=epsilon&spacing=shift&solver=ddim"));
        assertTrue(epsilon.get("solvers").toString().contains("dpmpp2m"), "but not with noise prediction: " + epsilon);
    }
}
