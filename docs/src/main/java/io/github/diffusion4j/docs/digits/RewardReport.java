package io.github.diffusion4j.docs.digits;

import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.docs.figures.Chart;
import io.github.diffusion4j.docs.figures.Pictures;
import io.github.diffusion4j.docs.figures.ProgressBars;
import io.github.diffusion4j.docs.report.Report;
import io.github.diffusion4j.docs.report.ReportTable;
import io.github.diffusion4j.samplers.Sampling;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import me.tongfei.progressbar.ProgressBar;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The network of the flow before and after it was trained for ink. */
record RewardReport(Path folder, int iterations, long seed) {

    private static final int EVALUATIONS = 20;
    private static final int ROW = 20;

    void run(Map<DigitsRecipe, Denoiser> trained, Judge judge, INDArray noise, Report report, int... wanted) throws IOException {
        DigitsRecipe flow = trained.keySet().stream().filter(recipe -> recipe.id().equals(DigitsRecipe.FLOW)).findFirst().orElseThrow();
        Denoiser start = trained.get(flow);
        RewardRun run = new RewardRun(start, flow.recipe(), seed);
        List<RewardRun.Point> points = new ArrayList<>();
        try (ProgressBar bar = ProgressBars.of("Training for ink", iterations)) {
            for (int i = 0; i < iterations; i++) {
                points.add(run.iterate(i));
                bar.setExtraMessage(String.format(Locale.ROOT, " ink %.3f", points.get(i).reward()));
                bar.step();
            }
        }
        charts(points);
        ReportTable table = new ReportTable("network", "ink", "recognized", "Frechet distance");
        INDArray before = sampled(table, "before", flow, start, judge, noise, wanted);
        INDArray after = sampled(table, "after", flow, run.policy(), judge, noise, wanted);
        Pictures.grid(folder.resolve("reward.png"), Nd4j.concat(0, before, after), ROW);
        report.section("A reward", "The network of the flow, trained with Flow-GRPO for pictures with more ink (the mean grey, 0 to 1), on runs of 10 steps with noise. Nothing holds it to digits but "
                + "that its steps are small; after " + iterations + String.format(Locale.ROOT, " iterations its runs were %.1f nats from those of the start.", points.get(points.size() - 1).divergence()));
        report.table("A reward, Euler in " + EVALUATIONS + " steps", table);
        report.figure("reward.svg", "Ink of what was drawn in each iteration");
        report.figure("divergence.svg", "The Kullback-Leibler divergence of the runs from those of the start, nats for each picture");
        report.figure("reward.png", "From the same noise: before, and below it after");
    }

    private void charts(List<RewardRun.Point> points) throws IOException {
        double[] places = IntStream.range(0, points.size()).asDoubleStream().toArray();
        new Chart("Ink", "iteration", "mean ink", false).line("ink", places, points.stream().mapToDouble(RewardRun.Point::reward).toArray()).write(folder.resolve("reward.svg"));
        new Chart("Distance from the start", "iteration", "KL in nats", false).line("KL", places, points.stream().mapToDouble(RewardRun.Point::divergence).toArray())
                .write(folder.resolve("divergence.svg"));
    }

    /** The first samples. */
    private INDArray sampled(ReportTable table, String name, DigitsRecipe flow, Denoiser denoiser, Judge judge, INDArray noise, int... wanted) {
        INDArray images = Sampling.run(flow.sampler().plan(EVALUATIONS), denoiser.of(wanted), noise, CounterNoise.of(seed), Sampling.Listener.none());
        Judge.Quality quality = judge.quality(images, wanted);
        double ink = Arrays.stream(RewardRun.ink(images)).average().orElseThrow();
        table.row(name, String.format(Locale.ROOT, "%.3f", ink), String.format(Locale.ROOT, "%.1f%%", 100 * quality.recognized()), String.format(Locale.ROOT, "%.3f", quality.distance()));
        return Nd4jArrays.ND4J.samples(images, IntStream.range(0, ROW).toArray());
    }
}
