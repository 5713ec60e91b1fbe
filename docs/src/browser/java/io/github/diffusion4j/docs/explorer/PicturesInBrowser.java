package io.github.diffusion4j.docs.explorer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.diffusion4j.docs.Main;
import io.github.diffusion4j.docs.emoji.EmojiNetwork;
import io.github.diffusion4j.docs.server.ExplorerServer;
import io.github.diffusion4j.docs.server.PictureServer;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.support.ui.Select;
import org.openqa.selenium.support.ui.WebDriverWait;

/** The explorer's pictures, drawn by a server and carried by the site. {@code mvn verify -Psite,browser}. */
class PicturesInBrowser extends Chromium {

    private static final Path SITE = Path.of("target/site").toAbsolutePath();
    private static final String COMPARED = "#words=noto+cat+face&seed=1&guidance=2&compare=1&b-spacing=trailing&b-solver=ddim&b-steps=5&b-guidance=1&solver=unipc2&steps=10";

    private static EmojiNetwork network;
    private static ExplorerServer server;

    @BeforeAll
    static void serve() throws IOException {
        network = EmojiNetwork.open();
        server = ExplorerServer.start(network, PictureServer.loopback(0));
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
        network.close();
    }

    @BeforeEach
    void light() {
        emulate("light", "no-preference");
        size(1400, 1500);
    }

    private static void drawn(String... sides) {
        for (String side : sides) {
            new WebDriverWait(browser, Duration.ofSeconds(60)).until(b -> (Boolean) script("return pictures.done(arguments[0])", side));
        }
    }

    /** The pixels of the page's canvas, one for each of the picture. */
    private static int[] shown(String side) throws IOException {
        String png = (String) script("""
                const canvas = document.createElement('canvas');
                canvas.width = canvas.height = 32;
                const pen = canvas.getContext('2d');
                pen.imageSmoothingEnabled = false;
                const large = document.getElementById('large-' + arguments[0]);
                pen.drawImage(large, 0, 0, large.height, large.height, 0, 0, 32, 32);
                return canvas.toDataURL('image/png').split(',')[1]""", side);
        return pixels(ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(png))));
    }

    private static int[] pixels(BufferedImage image) {
        assertEquals(EmojiNetwork.SIDE, image.getWidth());
        return image.getRGB(0, 0, EmojiNetwork.SIDE, EmojiNetwork.SIDE, null, 0, EmojiNetwork.SIDE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"solver=unipc2&steps=10&guidance=2", "solver=eulera&steps=7&guidance=3.5", "solver=heunflow&steps=4&guidance=1&spacing=karras"})
    void a_live_picture_is_the_command_lines(String setting, @TempDir Path folder) throws IOException {
        load(server.uri() + "#words=fluent-emoji+red+apple&seed=3&" + setting);
        drawn("a");
        String address = ((String) script("return location.hash")).substring(1);
        Path file = folder.resolve("picture.png");
        assertEquals(0, Main.execute("explore", "--draw", address, "--out", file.toString()));
        assertArrayEquals(pixels(ImageIO.read(file.toFile())), shown("a"));
        assertTrue(((String) script("return document.getElementById('command').textContent")).contains(address));
    }

    @Test
    void two_settings_stand_side_by_side_on_one_noise_and_in_the_address() throws IOException {
        load(server.uri() + COMPARED);
        drawn("a", "b");
        assertFalse(Arrays.equals(shown("a"), shown("b")));
        element("frame").sendKeys(Keys.HOME);
        assertArrayEquals(shown("a"), shown("b"), "the noise");
        assertTrue(element("note-a").getText().startsWith("After 0 of 10 evaluations"), element("note-a").getText());
        assertTrue(element("note-b").getText().startsWith("After 0 of 5 evaluations"), element("note-b").getText());
        new Select(element("b-solver")).selectByValue("deis3");
        drawn("b");
        String address = browser.getCurrentUrl();
        assertTrue(address.contains("b-solver=deis3") && address.contains("words=noto+cat+face"), address);
        load(address);
        drawn("a", "b");
        assertEquals("deis3", script("return document.getElementById('b-solver').value"));
    }

    @Test
    void words_and_settings_that_cannot_be_drawn_are_explained() {
        load(server.uri() + "#words=noto+catt");
        new WebDriverWait(browser, Duration.ofSeconds(20)).until(b -> element("note-a").getText().contains("catt"));
        element("words").clear();
        element("words").sendKeys("noto owl" + Keys.TAB);
        drawn("a");
        new Select(element("model")).selectByValue("flux");
        assertFalse(element("pictures").isDisplayed());
    }

    @Test
    void every_control_of_pictures_has_a_label() {
        load(server.uri() + COMPARED);
        assertEquals(List.of(), script("return Array.from(document.querySelectorAll('select, input')).filter(e => e.labels.length === 0).map(e => e.id)"));
        assertEquals(List.of(), script("return Array.from(document.querySelectorAll('canvas')).filter(e => !e.getAttribute('aria-label')).map(e => e.id)"));
    }

    @Test
    void the_site_carries_the_same_pictures() throws IOException {
        load(SITE.toUri() + "explorer.html" + COMPARED);
        drawn("a", "b");
        assertTrue(element("note-a").getText().startsWith("After 10 of 10 evaluations"), element("note-a").getText());
        JsonNode run = new JsonMapper().readTree((String) script("return JSON.stringify(atlas.runs['guidance=2&seed=1&solver=unipc2&spacing=trailing&steps=10&words=noto+cat+face'])"));
        BufferedImage sheet = ImageIO.read(SITE.resolve(run.get("sheet").asText()).toFile());
        load(server.uri() + COMPARED);
        drawn("a");
        assertArrayEquals(pixels(sheet.getSubimage(10 * EmojiNetwork.SIDE, run.get("top").asInt(), EmojiNetwork.SIDE, EmojiNetwork.SIDE)), shown("a"));
    }

    @Test
    void the_site_says_what_it_does_not_carry() {
        load(SITE.toUri() + "explorer.html#words=noto+cat+face&steps=12");
        drawn("a");
        assertTrue(element("note-a").getText().startsWith("Pictures of 10 steps"), element("note-a").getText());
        load(SITE.toUri() + "explorer.html#spacing=linspace");
        assertTrue(element("note-a").getText().contains("explore draws any"), element("note-a").getText());
        assertEquals(0, browser.findElements(By.cssSelector("input#words")).size());
    }

    @ParameterizedTest
    @CsvSource({"1400, light", "1400, dark", "390, light", "390, dark"})
    void pictures_fit_a_desktop_and_a_phone(int width, String scheme) throws IOException {
        emulate(scheme, "no-preference");
        size(width, 1500);
        load(server.uri() + COMPARED.replace("compare=1&", width < 600 ? "" : "compare=1&"));
        drawn("a");
        assertEquals(width >= 600, element("b-settings").isDisplayed());
        assertTrue((Boolean) script("return document.documentElement.scrollWidth <= innerWidth"), "wider than the window");
        if (width < 600) {
            script("document.getElementById('pictures').scrollIntoView()");
        }
        screenshot("pictures-" + width + "-" + scheme);
    }
}
