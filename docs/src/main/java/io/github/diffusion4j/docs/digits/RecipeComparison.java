package io.github.diffusion4j.docs.digits;

import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.training.LossByLevel;
import io.github.diffusion4j.docs.figures.Chart;
import io.github.diffusion4j.docs.figures.Look;
import io.github.diffusion4j.docs.figures.Pictures;
import io.github.diffusion4j.docs.figures.ProgressBars;
import io.github.diffusion4j.docs.report.Report;
import io.github.diffusion4j.docs.report.ReportTable;
import io.github.diffusion4j.samplers.Sampling;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import me.tongfei.progressbar.ProgressBar;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What recipes make of one network: errors by level, bits, and quality against evaluations. */
final class RecipeComparison {

    private static final int[] EVALUATIONS = {1, 2, 5, 10, 20, 50};
    private static final int TEACHERS_STEPS = 50;
    private static final int ROW = 20;

    private final Path folder;
    private final long seed;
    private final Judge judge;
    private final INDArray noise;
    private final int[] wanted;
    private final Map<String, Map<Integer, Judge.Quality>> qualities = new LinkedHashMap<>();
    /** The first samples of each run, by recipe and evaluations. */
    private final Map<String, Map<Integer, INDArray>> rows = new LinkedHashMap<>();

    RecipeComparison(Path folder, long seed, Judge judge, INDArray noise, int... wanted) {
        this.folder = folder;
        this.seed = seed;
        this.judge = judge;
        this.noise = noise;
        this.wanted = wanted;
    }

    /** Samples all networks and measures them on held-out digits, the bits on some of these. */
    void run(Map<DigitsRecipe, Denoiser> trained, LevelErrors errors, Bits bits, Report report) throws IOException {
        sample(trained);
        List<String> heads = new ArrayList<>(List.of("recipe", "solver", "bits per pixel"));
        Arrays.stream(EVALUATIONS).mapToObj(n -> "at " + n).forEach(heads::add);
        ReportTable recognized = new ReportTable(heads);
        ReportTable distances = new ReportTable(heads);
        try (ProgressBar bar = ProgressBars.of("Measuring", 2L * trained.size())) {
            Chart levels = new Chart("Error of the estimate of the data, held-out digits", "log SNR", "mean squared error of x0", true);
            for (Map.Entry<DigitsRecipe, Denoiser> entry : trained.entrySet()) {
                DigitsRecipe recipe = entry.getKey();
                LossByLevel losses = errors.of(entry.getValue(), recipe.recipe());
                levels.points(recipe.recipe().name(), LevelErrors.logSnr(losses), LevelErrors.means(losses));
                bar.step();
                String cost = recipe.tuned() ? "" : String.format(Locale.ROOT, "%.2f", bits.of(entry.getValue(), recipe.recipe()));
                bar.step();
                recognized.row(row(recipe, cost, quality -> String.format(Locale.ROOT, "%.1f%%", 100 * quality.recognized())));
                distances.row(row(recipe, cost, quality -> String.format(Locale.ROOT, "%.3f", quality.distance())));
            }
            levels.write(folder.resolve("loss-by-level.svg"));
        }
        write(report, recognized, distances);
    }

    private List<String> row(DigitsRecipe recipe, String cost, Function<Judge.Quality, String> cell) {
        List<String> cells = new ArrayList<>(List.of(recipe.recipe().name(), recipe.sampling(), cost));
        qualities.get(recipe.id()).values().forEach(quality -> cells.add(cell.apply(quality)));
        return cells;
    }

    private void sample(Map<DigitsRecipe, Denoiser> trained) throws IOException {
        Chart chart = new Chart("Quality against evaluations of the network", "evaluations", "Frechet distance", Look.USUAL.logarithmic(true, true));
        try (ProgressBar bar = ProgressBars.of("Sampling recipes", (long) trained.size() * Arrays.stream(EVALUATIONS).sum())) {
            for (Map.Entry<DigitsRecipe, Denoiser> entry : trained.entrySet()) {
                DigitsRecipe recipe = entry.getKey();
                Map<Integer, Judge.Quality> found = new TreeMap<>();
                Map<Integer, INDArray> first = new TreeMap<>();
                for (int evaluations : EVALUATIONS) {
                    INDArray images = Sampling.run(recipe.sampler().plan(evaluations), entry.getValue().of(wanted), noise, CounterNoise.of(seed), progress -> bar.step());
                    found.put(evaluations, judge.quality(images, wanted));
                    first.put(evaluations, Nd4jArrays.ND4J.samples(images, IntStream.range(0, ROW).toArray()));
                }
                qualities.put(recipe.id(), found);
                rows.put(recipe.id(), first);
                Pictures.grid(folder.resolve("recipe-" + recipe.id() + ".png"), Nd4j.concat(0, first.values().toArray(INDArray[]::new)), ROW);
                chart.points(recipe.recipe().name(), Arrays.stream(EVALUATIONS).asDoubleStream().toArray(), found.values().stream().mapToDouble(Judge.Quality::distance).toArray());
            }
        }
        chart.write(folder.resolve("recipes.svg"));
    }

    private void write(Report report, ReportTable recognized, ReportTable distances) throws IOException {
        report.section("Recipes", "The same network, from the same weights and for the same number of iterations, by " + rows.size() + " recipes, the consistency model from what EDM trained. All "
                + "are sampled with few and many evaluations of the network by a solver that fits. Bits per pixel: what held-out digits, which have 17 levels of grey, cost under the model's "
                + "density; a uniform guess costs 4.09. A consistency model has no density. One evaluation of a network that "
                + "was trained to denoise draws the mean of a digit, which is easily recognized and has no variety: read both numbers.");
        report.table("Recognized at so many evaluations", recognized);
        report.section("Distance", "Frechet distance of the same samples.");
        report.table("Frechet distance at so many evaluations", distances);
        report.figure("recipes.svg", "Frechet distance against evaluations");
        report.figure("loss-by-level.svg", "The error of x0 at each noise level, noise on the left: one unit for all recipes. A consistency model says where its run ends, not what the mean of the data is, "
                + "so its error is larger where there is much noise");
        rows.keySet().forEach(id -> report.figure("recipe-" + id + ".png", id + ": rows of 1, 2, 5, 10, 20 and 50 evaluations from the same noise"));
        if (rows.containsKey(DigitsRecipe.CONSISTENCY)) {
            student(report);
        }
    }

    /** The student beside its teacher. */
    private void student(Report report) throws IOException {
        Map<Integer, INDArray> student = rows.get(DigitsRecipe.CONSISTENCY);
        Map<Integer, INDArray> teacher = rows.get(DigitsRecipe.EDM);
        Pictures.grid(folder.resolve("student.png"), Nd4j.concat(0, student.get(1), student.get(2), teacher.get(1), teacher.get(TEACHERS_STEPS)), ROW);
        ReportTable table = new ReportTable("network", "evaluations", "recognized", "Frechet distance");
        for (int n : new int[] {1, 2}) {
            compared(table, "consistency student", n, qualities.get(DigitsRecipe.CONSISTENCY).get(n));
        }
        for (int n : new int[] {1, 2, TEACHERS_STEPS}) {
            compared(table, "its teacher, EDM", n, qualities.get(DigitsRecipe.EDM).get(n));
        }
        report.section("A student of one step", "The consistency model beside the network it was tuned from.");
        report.table("A student of one step", table);
        report.figure("student.png", "From the same noise: the student in one step and in two, its teacher in one step and in 50");
    }

    private static void compared(ReportTable table, String network, int evaluations, Judge.Quality quality) {
        table.row(network, Integer.toString(evaluations), String.format(Locale.ROOT, "%.1f%%", 100 * quality.recognized()), String.format(Locale.ROOT, "%.3f", quality.distance()));
    }
}
