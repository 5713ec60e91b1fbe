package io.github.diffusion4j.docs.tabulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.diffusion4j.docs.Main;
import io.github.diffusion4j.schedules.BetaSchedule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TabulateCommandTest {

    @TempDir
    Path folder;

    @BeforeAll
    static void headless() {
        System.setProperty("java.awt.headless", "true");
    }

    private Path tabulate(String name, String... more) {
        Path file = folder.resolve(name);
        String[] arguments = Stream.concat(Stream.of("tabulate"), Stream.concat(Stream.of(more), Stream.of("--out", file.toString()))).toArray(String[]::new);
        assertEquals(0, Main.execute(arguments));
        return file;
    }

    @Test
    void csv_holds_every_digit() throws Exception {
        List<String> lines = Files.readAllLines(tabulate("curve.csv", "scaled_linear", "--timesteps", "50", "--beta-start", "0.00085", "--beta-end", "0.012"));
        assertEquals(51, lines.size());
        assertEquals("position,time,alpha,sigma,edm_sigma,snr,log_snr,beta,alpha_bar,angle", lines.get(0));
        double[] expected = BetaSchedule.SCALED_LINEAR.schedule(50, 0.00085, 0.012).alphasCumprod();
        assertEquals(expected[49], Double.parseDouble(lines.get(50).split(",")[8]));
    }

    @Test
    void markdown_is_a_table() throws Exception {
        List<String> lines = Files.readAllLines(tabulate("curve.md", "laplace", "--timesteps", "5"));
        assertEquals(7, lines.size());
        assertTrue(lines.stream().allMatch(line -> line.chars().filter(c -> c == '|').count() == 11), lines::toString);
    }

    @Test
    void json_has_null_for_what_is_infinite() throws Exception {
        JsonNode root = new JsonMapper().readTree(tabulate("curve.json", "linear", "--timesteps", "9", "--zero-snr").toFile());
        assertEquals(9, root.path("beta").size());
        assertEquals(0, root.path("alpha_bar").get(8).asDouble());
        assertTrue(root.path("log_snr").get(8).isNull() && root.path("log_snr").get(7).isNumber());
    }

    @Test
    void pictures_can_be_read() throws Exception {
        assertNotNull(ImageIO.read(tabulate("curve.png", "sigmoid").toFile()));
        assertEquals("svg", DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(tabulate("curve.svg", "exp").toFile()).getDocumentElement().getTagName());
    }

    @Test
    void configs_can_be_tabulated() throws Exception {
        Path config = folder.resolve("scheduler_config.json");
        Files.writeString(config, "{\"_class_name\": \"DDIMScheduler\", \"num_train_timesteps\": 7}");
        assertEquals(8, Files.readAllLines(tabulate("c.csv", config.toString())).size());
    }

    @Test
    void mistakes_leave_nothing_behind() throws Exception {
        assertEquals(1, Main.execute("tabulate", "linea", "--out", folder.resolve("x.csv").toString()));
        assertEquals(1, Main.execute("tabulate", "linear", "--out", folder.resolve("x.bmp").toString()));
        assertEquals(1, Main.execute("tabulate", "linear", "--format", "png"));
        assertEquals(2, Main.execute("tabulate"));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(0, files.count());
        }
    }

    @Test
    void a_folder_is_not_replaced() throws Exception {
        Path empty = Files.createDirectory(folder.resolve("empty.csv"));
        assertEquals(1, Main.execute("tabulate", "linear", "--out", empty.toString()));
        assertTrue(Files.isDirectory(empty));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(1, files.count());
        }
    }

    @Test
    void a_symbolic_link_stays_and_its_file_is_written() throws Exception {
        Path target = Files.createDirectory(folder.resolve("elsewhere")).resolve("curve.csv");
        Path link = Files.createSymbolicLink(folder.resolve("link.csv"), Path.of("elsewhere", "curve.csv"));
        assertEquals(6, Files.readAllLines(tabulate("link.csv", "linear", "--timesteps", "5")).size());
        assertTrue(Files.isSymbolicLink(link) && Files.isRegularFile(target));
    }

    @Test
    void permissions_are_the_usual_ones() throws Exception {
        Assumptions.assumeTrue(folder.getFileSystem().supportedFileAttributeViews().contains("posix"));
        Path ordinary = Files.createFile(folder.resolve("ordinary"));
        assertEquals(Files.getPosixFilePermissions(ordinary), Files.getPosixFilePermissions(tabulate("new.csv", "linear")));
        Path older = Files.createFile(folder.resolve("older.png"));
        Files.setPosixFilePermissions(older, PosixFilePermissions.fromString("rw-r-----"));
        assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(tabulate("older.png", "linear"))));
    }
}
