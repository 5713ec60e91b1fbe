package io.github.diffusion4j.docs.emoji;

import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.docs.figures.ProgressBars;
import io.github.diffusion4j.samplers.pipeline.Pipeline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import me.tongfei.progressbar.ProgressBar;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Draws the pictures of the guides, by the lines that the guides show. */
@Command(name = "guides", description = "Draw the pictures of the guides with the small network. About a minute on two cores.", mixinStandardHelpOptions = true)
public final class GuidesCommand implements Callable<Integer> {

    static final long SEED = 42;

    @Option(names = "--out", required = true, description = "The folder to write to.")
    private Path out;

    /** Made by the command line. */
    public GuidesCommand() {}

    /** All figures of the guides. */
    static List<GuideFigure> figures(EmojiNetwork emoji) throws IOException {
        Pipeline<HostArray, String> draw = Pipeline.<HostArray, String>of(HostArrays.DIRECT, emoji.config(), 3, 32, 32)
                .scheduler("DPMSolverMultistepScheduler").guidance(2).condition(Branch.UNCONDITIONAL, "").seed(SEED);
        return Stream.of(new PictureFigures(emoji, draw, HeldPictures.open()).all(), new RunFigures(emoji, draw).all()).flatMap(List::stream).toList();
    }

    @Override
    public Integer call() throws IOException {
        Files.createDirectories(out);
        try (EmojiNetwork emoji = EmojiNetwork.open()) {
            List<GuideFigure> figures = figures(emoji);
            try (ProgressBar bar = ProgressBars.of("Guides", figures.stream().mapToInt(GuideFigure::rows).sum())) {
                for (GuideFigure figure : figures) {
                    figure.sheet(figure.drawn(bar::step)).write(out.resolve(figure.name() + ".png"));
                }
            }
        }
        return 0;
    }
}
