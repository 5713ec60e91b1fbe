package io.github.diffusion4j.docs.tabulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.plan.PlanDescription;
import io.github.diffusion4j.docs.Main;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.names.Names;
import java.awt.image.BufferedImage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanCommandTest {

    @TempDir
    private Path folder;

    @BeforeAll
    static void headless() {
        System.setProperty("java.awt.headless", "true");
    }

    private Path config() throws Exception {
        Path config = Files.createDirectories(folder.resolve("My model/scheduler")).resolve("scheduler_config.json");
        Files.writeString(config, "{\"_class_name\": \"PNDMScheduler\", \"beta_start\": 0.00085, \"beta_end\": 0.012, \"beta_schedule\": \"scaled_linear\", \"skip_prk_steps\": true}");
        return config.getParent().getParent();
    }

    @Test
    void a_models_folder_is_planned_by_any_sampler() throws Exception {
        Path model = config();
        Path out = folder.resolve("plan.csv");
        assertEquals(0, Main.execute("plan", model.toString(), "--scheduler", "DPM++ 2M Karras", "--steps", "8", "--out", out.toString()));
        List<String> lines = Files.readAllLines(out);
        PlanDescription plan = Names.a1111("DPM++ 2M Karras").on(DiffusersConfig.load(model)).plan(8).describe();
        assertEquals(1 + plan.rows().size(), lines.size());
        int sigma = List.of(lines.get(0).split(",")).indexOf("sigma");
        for (PlanDescription.Row row : plan.rows()) {
            assertEquals(row.level().sigma(), Double.parseDouble(lines.get(1 + row.index()).split(",")[sigma]));
        }
    }

    @Test
    void several_runs_stand_in_one_table_or_side_by_side() throws Exception {
        Path out = folder.resolve("runs.tsv");
        assertEquals(0, Main.execute("plan", config().toString(), "sdxl", "--scheduler", "dpmpp_2m karras", "--scheduler", "UniPCMultistepScheduler", "--steps", "4,6", "--out", out.toString()));
        List<String> lines = Files.readAllLines(out);
        assertEquals(1 + 2 * 2 * (4 + 6), lines.size());
        assertTrue(lines.get(1).startsWith("My model, dpmpp_2m karras, 4 steps\t0\t"), lines.get(1));
        assertEquals(0, Main.execute("plan", "sdxl", "sd3", "--steps", "5", "--beside", "log_snr", "--out", out.toString()));
        assertEquals("evaluation\tsdxl\tsd3", Files.readAllLines(out).get(0));
    }

    @Test
    void runs_are_drawn_in_every_way_and_format() throws Exception {
        for (String kind : List.of("dots", "weights", "curves")) {
            Path svg = folder.resolve(kind + ".svg");
            assertEquals(0, Main.execute("plan", "flux@512", "sd3", "--steps", "4", "--figure", kind, "--caption", "Words below.", "--out", svg.toString()));
            String text = Files.readString(svg);
            assertTrue(text.contains("prefers-color-scheme: dark") && text.contains("<title>") && text.contains(">Words below.<"), kind);
            assertEquals("svg", DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(svg.toFile()).getDocumentElement().getTagName());
            Path pdf = folder.resolve(kind + ".pdf");
            assertEquals(0, Main.execute("plan", "flux@512", "sd3", "--steps", "4", "--figure", kind, "--out", pdf.toString()));
            assertEquals("%PDF-", new String(Files.readAllBytes(pdf), 0, 5, StandardCharsets.US_ASCII), kind);
            Path png = folder.resolve(kind + ".png");
            assertEquals(0, Main.execute("plan", "flux@512", "sd3", "--steps", "4", "--figure", kind, "--density", "192", "--out", png.toString()));
            int width = Integer.parseInt(text.replaceAll("(?s).*? width=\"(\\d+)\".*", "$1"));
            BufferedImage picture = ImageIO.read(png.toFile());
            assertEquals(2 * width, picture.getWidth());
            assertEquals(0xFFFFFFFF, picture.getRGB(0, 0), "paper is white");
        }
    }

    @Test
    void mistakes_are_told_and_nothing_is_written() {
        Path out = folder.resolve("x.csv");
        assertEquals(1, Main.execute("plan", "sdxl", "--scheduler", "DPM++ 2M Karas", "--out", out.toString()));
        assertEquals(1, Main.execute("plan", "trig", "--out", out.toString()));
        assertEquals(1, Main.execute("plan", "sdxl", "--guidance", "5", "--interval", "3", "--out", out.toString()));
        assertEquals(1, Main.execute("plan", "no/such/folder", "--out", out.toString()));
        assertEquals(2, Main.execute("plan", "sdxl", "--steps", "many", "--out", out.toString()));
        assertTrue(Files.notExists(out));
    }
}
