package io.github.diffusion4j.docs.gallery;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Draws the gallery. */
@Command(name = "gallery", description = "Draw every schedule, spacing, solver and training draw as SVG with tables as CSV and Markdown.", mixinStandardHelpOptions = true)
public final class GalleryCommand implements Callable<Integer> {

    private static final String HEAD = """
            # Gallery

            Every figure is drawn from the library by `java -jar docs/target/diffusion4j.jar gallery --out docs/gallery`; its page has the numbers.
            """;

    @Option(names = "--out", required = true, description = "The folder to write to.")
    private Path out;

    /** Made by the command line. */
    public GalleryCommand() {}

    @Override
    public Integer call() throws IOException {
        Files.createDirectories(out);
        List<Figure> schedules = Curves.figures();
        List<Figure> spacings = Dots.figures();
        List<Figure> solvers = Strips.figures();
        List<Figure> laws = Laws.figures();
        for (List<Figure> figures : List.of(schedules, spacings, solvers, laws)) {
            for (Figure figure : figures) {
                Files.writeString(out.resolve(figure.name() + ".svg"), figure.svg().toString());
                Files.writeString(out.resolve(figure.name() + ".csv"), figure.table().csv());
                Files.writeString(out.resolve(figure.name() + ".md"), figure.markdown());
            }
        }
        Files.writeString(out.resolve("index.md"), HEAD + section("Schedules", schedules) + section("Spacings", spacings) + section("Solvers", solvers) + section("Training", laws));
        return 0;
    }

    private static String section(String title, List<Figure> figures) {
        return "\n## " + title + "\n\n" + figures.stream().map(figure -> "- [![](" + figure.name() + ".svg)" + figure.title() + "](" + figure.name() + ".md)\n").collect(Collectors.joining());
    }
}
