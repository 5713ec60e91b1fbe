package io.github.diffusion4j.docs.explorer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.samplers.Sampling;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.support.ui.Select;
import org.openqa.selenium.support.ui.WebDriverWait;

/** The site in a real Chromium, opened from disk. {@code mvn verify -Psite,browser}. */
class ExplorerInBrowser extends Chromium {

    private static final Path SITE = Path.of("target/site").toAbsolutePath();

    @BeforeAll
    static void look_for_the_site() {
        assertTrue(Files.exists(SITE.resolve("explorer-library.js")), "the site is not there; build with -Psite,browser");
    }

    /** A page without its history: an address that differs in the hash alone would not be loaded again. */
    private static void visit(String page) {
        load(SITE.toUri() + page);
    }

    @BeforeEach
    void light() {
        emulate("light", "no-preference");
        visit("explorer.html");
    }

    private static String hash() {
        return (String) browser.executeScript("return location.hash");
    }

    @Test
    void the_page_computes_javas_numbers() throws Exception {
        JsonMapper mapper = JsonMapper.builder().build();
        for (String selection : ExplorerTest.selections()) {
            compare(selection, mapper.readTree(Explorer.run(selection)), mapper.readTree((String) script("return run(arguments[0])", selection)));
        }
    }

    private static void compare(String where, JsonNode java, JsonNode page) {
        assertEquals(java.getNodeType(), page.getNodeType(), where);
        if (java.isNumber()) {
            assertEquals(java.doubleValue(), page.doubleValue(), 1e-9 * Math.abs(java.doubleValue()) + 1e-12, where);
        } else if (java.isContainerNode()) {
            assertEquals(java.size(), page.size(), where);
            if (java.isObject()) {
                java.properties().forEach(property -> compare(where + "/" + property.getKey(), property.getValue(), page.path(property.getKey())));
            } else {
                for (int i = 0; i < java.size(); i++) {
                    compare(where + "/" + i, java.get(i), page.get(i));
                }
            }
        } else {
            assertEquals(java.asText(), page.asText(), where);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"solver=ddim", "solver=dpmpp3m", "solver=unipc3", "solver=heun", "solver=dpm2", "solver=lms4", "solver=deis3",
        "schedule=edm&prediction=x0&spacing=karras&solver=ipndm", "schedule=flow&prediction=flow&spacing=shift&solver=ddim"})
    void the_page_applies_weights_as_the_engine_does(String selection) {
        Plan plan = Selection.of(selection + "&steps=9").plan();
        INDArray start = Nd4j.createFromArray(new double[][] {{0.3, -1.2}});
        INDArray end = Sampling.run(plan, input -> input.sample().div(Math.max(1e-9, inputScale(plan, input.timestep()))).mul(0.1), plan.startFrom(start),
                NoiseSource.none(), Sampling.Listener.none());
        Object page = script("const plan = JSON.parse(run(arguments[0])).plan; return Array.from(cloud.drive(plan, Float64Array.from([0.3, -1.2]), x => x.map(v => 0.1 * v)).pop())",
                selection + "&steps=9");
        for (int i = 0; i < 2; i++) {
            assertEquals(end.getDouble(i), ((Number) ((List<?>) page).get(i)).doubleValue(), 1e-9, selection);
        }
    }

    private static double inputScale(Plan plan, double timestep) {
        return plan.describe().rows().stream().filter(row -> row.time() == timestep).findFirst().orElseThrow().inputScale();
    }

    @Test
    void a_model_is_picked_and_kept_in_the_address() {
        new Select(element("model")).selectByVisibleText("FLUX.1 dev (flow, shift by size)");
        assertTrue(hash().contains("spacing=dynamic") && hash().contains("schedule=flow"), hash());
        assertTrue(element("size").isDisplayed());
        assertFalse(element("shift").isDisplayed());
        new Select(element("solver")).selectByValue("rectified");
        assertEquals("(own settings)", new Select(element("model")).getFirstSelectedOption().getText());
        String address = browser.getCurrentUrl();
        browser.get("about:blank");
        browser.get(address);
        assertEquals("rectified ancestral", new Select(element("solver")).getFirstSelectedOption().getText());
        assertTrue(element("summary").getText().contains("adds noise"), element("summary").getText());
    }

    @Test
    void sliders_answer_at_once_and_by_keyboard() {
        element("steps").sendKeys(Keys.ARROW_RIGHT);
        assertEquals("21", element("steps-value").getText());
        assertEquals(21, browser.findElements(By.cssSelector("#grid circle")).size());
        element("frame").sendKeys(Keys.HOME);
        assertEquals("0 of 21 evaluations", element("frame-value").getText());
        double milliseconds = ((Number) script("const t = performance.now(); for (let i = 0; i < 10; i++) "
                + "document.getElementById('steps').dispatchEvent(new Event('input')); return (performance.now() - t) / 10")).doubleValue();
        System.out.printf("an answer of the page takes %.0f ms%n", milliseconds);
        assertTrue(milliseconds < 500, milliseconds + " ms");
    }

    @Test
    void points_play_to_the_end() {
        element("play").click();
        assertEquals("Pause", element("play").getText());
        new WebDriverWait(browser, Duration.ofSeconds(15)).until(b -> element("play").getText().equals("Play"));
        assertEquals("20 of 20 evaluations", element("frame-value").getText());
        emulate("light", "reduce");
        visit("explorer.html");
        element("frame").sendKeys(Keys.HOME);
        assertEquals("To the end", element("play").getText());
        element("play").click();
        assertEquals("20 of 20 evaluations", element("frame-value").getText());
    }

    @ParameterizedTest
    @ValueSource(strings = {"java", "config"})
    void what_is_shown_is_copied(String what) {
        element("copy-" + what).click();
        new WebDriverWait(browser, Duration.ofSeconds(5)).until(b -> element("copied").getText().endsWith("copied."));
        script("document.body.prepend(Object.assign(document.createElement('textarea'), {id: 'pasted'}))");
        element("pasted").sendKeys(Keys.chord(Keys.CONTROL, "v"));
        assertEquals(script("return document.getElementById(arguments[0]).textContent", what), script("return document.getElementById('pasted').value"));
    }

    @Test
    void a_run_that_does_not_exist_is_explained() {
        visit("explorer.html#schedule=zsnr&prediction=epsilon&spacing=trailing&solver=ddim&steps=20");
        assertTrue(element("error").getText().contains("zero terminal SNR"), element("error").getText());
        assertFalse(element("copy-java").isEnabled());
    }

    @Test
    void every_control_has_a_label_and_shows_focus() {
        assertEquals(List.of(), script("return Array.from(document.querySelectorAll('select, input')).filter(e => e.labels.length === 0).map(e => e.id)"));
        for (String id : List.of("model", "steps", "play", "copy-java")) {
            script("document.activeElement.blur()");
            element(id).sendKeys(Keys.SHIFT);
            assertEquals("solid", script("return getComputedStyle(document.activeElement).outlineStyle"), id);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"index.html", "concepts.html", "explorer.html", "guides/choose-a-solver.html", "reference/solvers.html", "from-diffusers.html", "gallery/index.html",
        "gallery/schedule-sd.html", "gallery/spacing-sd.html", "gallery/solver-unipc.html"})
    void pages_fit_the_window_in_light_and_dark(String page) throws Exception {
        for (String scheme : List.of("light", "dark")) {
            emulate(scheme, "no-preference");
            visit(page);
            assertTrue((Boolean) script("return document.documentElement.scrollWidth <= innerWidth"), page + " is wider than the window");
            screenshot(page.replaceAll("\\W", "-") + "-" + scheme);
        }
    }
}
