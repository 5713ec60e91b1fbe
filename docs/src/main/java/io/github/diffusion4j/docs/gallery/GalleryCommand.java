package io.github.diffusion4j.docs.gallery;

import io.github.diffusion4j.docs.emoji.EmojiNetwork;
import io.github.diffusion4j.docs.emoji.SolverPictures;
import io.github.diffusion4j.docs.figures.ProgressBars;
import io.github.diffusion4j.samplers.solvers.SolverCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import me.tongfei.progressbar.ProgressBar;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Draws the gallery. */
@Command(name = "gallery", description = "Draw every schedule, spacing, solver and training draw as SVG with tables as CSV and Markdown, and what each solver draws of a caption as PNG.", mixinStandardHelpOptions = true)
public final class GalleryCommand implements Callable<Integer> {

    private static final String HEAD = """
            # Gallery

            Every figure is drawn from the library by `java -jar docs/target/diffusion4j.jar gallery --out docs/gallery`; its page has the numbers. Pages of solvers also show what each of them draws of one
            caption with few and many evaluations.
            """;

    @Option(names = "--out", required = true, description = "The folder to write to.")
    private Path out;

    @Option(names = "--no-pictures", description = "Leave out what solvers draw of a caption, which needs ONNX Runtime and some minutes.")
    private boolean withoutPictures;

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
        if (!withoutPictures) {
            pictures();
        }
        Files.writeString(out.resolve("index.md"), HEAD + section("Schedules", schedules) + section("Spacings", spacings) + section("Solvers", solvers) + section("Training", laws));
        return 0;
    }

    private void pictures() throws IOException {
        Map<String, List<SolverCatalog.Entry>> families = Strips.families();
        try (EmojiNetwork network = EmojiNetwork.open(); ProgressBar bar = ProgressBars.of("Solvers", families.size())) {
            for (Map.Entry<String, List<SolverCatalog.Entry>> family : families.entrySet()) {
                SolverPictures.sheet(network, family.getValue()).write(out.resolve(family.getKey() + ".png"));
                bar.step();
            }
        }
    }

    private static String section(String title, List<Figure> figures) {
        return "\n## " + title + "\n\n" + figures.stream().map(figure -> "- [![](" + figure.name() + ".svg)" + figure.title() + "](" + figure.name() + ".md)\n").collect(Collectors.joining());
    }
}
