package io.github.diffusion4j.docs.tabulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.docs.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of the page make its figures. */
class PaperFiguresTest {

    private static final Pattern COMMAND = Pattern.compile("(?m)^java -jar docs/target/diffusion4j.jar (.*) --out docs/guides/curves/(\\S+)$");
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");
    private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?");
    /** Of a pixel: places are rounded to a hundredth, and another processor may round a last digit otherwise. */
    private static final double PLACE = 0.02;
    private static final int FIGURES = 6;
    private static final int MOST_BYTES = 12_000;

    @TempDir
    private Path folder;

    @BeforeAll
    static void headless() {
        System.setProperty("java.awt.headless", "true");
    }

    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(line);
        while (matcher.find()) {
            words.add(matcher.group(1) != null ? matcher.group(1) : matcher.group(2));
        }
        return words;
    }

    @Test
    void each_command_makes_the_figure_that_is_shown() throws IOException {
        String page = Files.readString(Path.of("guides/curves-for-your-paper.md")).replace("\r", "");
        Matcher commands = COMMAND.matcher(page);
        int found = 0;
        while (commands.find()) {
            String name = commands.group(2);
            List<String> words = words(commands.group(1));
            Path made = folder.resolve(name);
            words.addAll(List.of("--out", made.toString()));
            assertEquals(0, Main.execute(words.toArray(String[]::new)), name);
            assertTrue(page.contains("](curves/" + name + ")"), name);
            assertTrue(Files.size(made) < MOST_BYTES || name.equals("weights.svg"), name + " has " + Files.size(made) + " bytes");
            same(name, Files.readString(made).replace("\r", ""), Files.readString(Path.of("guides/curves", name)).replace("\r", ""));
            found++;
        }
        assertEquals(FIGURES, found);
    }

    private static void same(String name, String made, String committed) {
        String command = name + " is out of date; after mvn package -DskipTests run the command of the page above it again";
        assertEquals(NUMBER.matcher(committed).replaceAll("n"), NUMBER.matcher(made).replaceAll("n"), command);
        Matcher one = NUMBER.matcher(made);
        Matcher other = NUMBER.matcher(committed);
        while (one.find() && other.find()) {
            assertEquals(Double.parseDouble(other.group()), Double.parseDouble(one.group()), PLACE, command);
        }
    }
}
