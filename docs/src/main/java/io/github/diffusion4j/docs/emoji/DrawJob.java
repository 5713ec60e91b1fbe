package io.github.diffusion4j.docs.emoji;

import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Session;
import io.github.diffusion4j.docs.figures.NoiseFigure;
import io.github.diffusion4j.docs.figures.ProgressBars;
import io.github.diffusion4j.docs.figures.Sheet;
import io.github.diffusion4j.docs.report.Report;
import io.github.diffusion4j.samplers.guidance.LinearGuidance;
import io.github.diffusion4j.samplers.tables.NoiseTable;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import me.tongfei.progressbar.ProgressBar;

/**
 * Pictures of words on a page: each caption in each style, one caption by several solvers with few and many evaluations, the way from noise to the picture, and the noise curve.
 *
 * @param network the network
 * @param captions what is drawn
 * @param steps of the sheet
 * @param guidance the scale
 * @param seed of the noise
 * @param folder where the page goes
 */
record DrawJob(EmojiNetwork network, List<String> captions, int steps, double guidance, long seed, Path folder) {

    private static final List<String> STYLES = List.of("noto", "noto-v1", "fluent-emoji", "fluent-emoji-flat", "fxemoji");
    private static final String SOURCE = "The network learned from Noto Emoji and FxEmojis (Apache-2.0) and Fluent Emoji (MIT); how is told in docs/src/main/resources/emoji/README.md.";
    private static final int NOISES = 8;
    private static final List<Integer> EVALUATIONS = List.of(2, 3, 4, 6, 10, 20);
    private static final int MOMENTS = 10;
    /** Of the steps that are shown. */
    private static final int SPACING = 3;

    /** Solvers that are compared, by what people call them. */
    private static final Map<String, String> SOLVERS = new LinkedHashMap<>();

    static {
        SOLVERS.put("DDIM", "DDIMScheduler");
        SOLVERS.put("Euler ancestral", "EulerAncestralDiscreteScheduler");
        SOLVERS.put("DEIS", "DEISMultistepScheduler");
        SOLVERS.put("DPM++ 2M", "DPMSolverMultistepScheduler");
        SOLVERS.put("UniPC", "UniPCMultistepScheduler");
    }

    void run() throws IOException {
        List<String> styles = captions.stream().anyMatch(DrawJob::hasStyle) ? List.of("") : STYLES;
        List<String> shown = captions.size() > 1 ? captions : Collections.nCopies(NOISES, captions.get(0));
        String last = captions.get(captions.size() - 1);
        String one = hasStyle(last) ? last : STYLES.get(0) + " " + last;
        captions.forEach(caption -> network.of(caption).close());
        long pictures = (long) styles.size() * shown.size() + SOLVERS.size() * EVALUATIONS.size() + 1;
        try (ProgressBar bar = ProgressBars.of("Drawing", pictures)) {
            sheet(shown, styles, bar);
            solvers(one, bar);
            way(one, bar);
        }
        NoiseFigure.chart(schedule()).write(folder.resolve("noise.svg"));
        page(one);
    }

    private static boolean hasStyle(String caption) {
        return List.of(caption.split(" ")).stream().anyMatch(STYLES::contains);
    }

    private Plan plan(String className, int count) {
        return guided(network.config().as(className).config().scheduler().plan(count));
    }

    private Plan guided(Plan plan) {
        return guidance == 1 ? plan : plan.guided(LinearGuidance.classifierFree(guidance));
    }

    private NoiseTable schedule() {
        return NoiseTable.of("of the network (squaredcos_cap_v2)", network.config().scheduler());
    }

    private void sheet(List<String> shown, List<String> styles, ProgressBar bar) throws IOException {
        Sheet sheet = new Sheet(captions.size() > 1 ? shown : IntStream.rangeClosed(1, NOISES).mapToObj(k -> "noise " + k).toList());
        for (String style : styles) {
            List<String> words = shown.stream().map(caption -> (style + " " + caption).trim()).toList();
            sheet.row(style, style.isEmpty() ? "" : "style", Way.images(Captions.of(network, words, seed).drawn(plan(SOLVERS.get("DPM++ 2M"), steps), bar::step)));
        }
        sheet.write(folder.resolve("pictures.png"));
    }

    private void solvers(String caption, ProgressBar bar) throws IOException {
        Sheet sheet = new Sheet(EVALUATIONS.stream().map(count -> count + " evaluations").toList());
        Captions one = Captions.of(network, List.of(caption), seed);
        SOLVERS.forEach((name, className) -> sheet.row(name, "", Way.images(one.drawn(0, EVALUATIONS.stream().map(count -> plan(className, count)).toList(), bar::step))));
        sheet.write(folder.resolve("solvers.png"));
    }

    /** The sample and the clean picture that the network sees in it, at some of the steps. */
    private void way(String caption, ProgressBar bar) throws IOException {
        Plan plan = plan(SOLVERS.get("DDIM"), SPACING * MOMENTS);
        List<String> moments = new ArrayList<>();
        List<BufferedImage> samples = new ArrayList<>();
        List<BufferedImage> estimates = new ArrayList<>();
        try (EmojiModel model = network.of(caption); Session<HostArray> run = plan.on(HostArrays.DIRECT).session(EmojiNetwork.noise(CounterNoise.of(seed), 1), NoiseSource.none())) {
            while (!run.done()) {
                List<HostArray> outputs = model.outputs(run.input());
                if (run.evaluation() % SPACING == 0) {
                    moments.add(String.format("t = %.0f", run.input().timestep()));
                    samples.add(Sheet.image(run.sample(), 0));
                    estimates.add(Sheet.image(run.denoised(outputs), 0));
                }
                run.step(outputs);
            }
            moments.add("the picture");
            samples.add(Sheet.image(run.result(), 0));
            estimates.add(Sheet.image(run.result(), 0));
        }
        bar.step();
        new Sheet(moments).row("x_t", "the sample", samples).row("x_0", "what the network\nsees in it", estimates).write(folder.resolve("way.png"));
    }

    private void page(String one) throws IOException {
        Report report = new Report("Pictures from words", "A network of 5.1 million parameters, run by ONNX Runtime, and the samplers of this library.", SOURCE);
        report.section("Words", "Every caption in every style of the pictures that the network was taught, " + steps + " steps of DPM++ 2M" + (guidance == 1 ? "" : ", guidance " + guidance)
                + ". Columns start from the same noise. Words that occur often among emoji are drawn well, rare ones vaguely.");
        report.figure("pictures.png", String.join(", ", captions));
        report.section("Solvers", "\"" + one + "\" from one noise by several solvers. An evaluation is one call of the network, with and without the words. Solvers of a higher order need fewer.");
        report.figure("solvers.png", "Rows: solvers; columns: evaluations of the network");
        report.section("From noise to a picture", "Thirty steps of DDIM, every third of them: the sample above, below it the clean picture that the network sees in it.");
        report.figure("way.png", "The reverse process");
        report.figure("noise.svg", "The schedule: how much of the picture and how much noise a sample holds at each timestep");
        report.section("In Java", "<pre>" + java(one) + "</pre>");
        report.write(folder.resolve("index.html"), "Seed " + seed + ".");
    }

    private String java(String one) {
        return """
                try (EmojiNetwork network = EmojiNetwork.open(); EmojiModel model = network.of("%s")) {
                    Plan plan = network.config().as("DPMSolverMultistepScheduler").config().scheduler().plan(%d)%s;
                    HostArray picture = model.draw(plan, EmojiNetwork.noise(CounterNoise.of(%dL), 1), NoiseSource.none());
                }
                """.formatted(one, steps, guidance == 1 ? "" : ".guided(LinearGuidance.classifierFree(" + guidance + "))", seed);
    }
}
