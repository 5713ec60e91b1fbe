package io.github.diffusion4j.docs.digits;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Scheduler;
import io.github.diffusion4j.core.training.LevelSampler;
import io.github.diffusion4j.core.training.NoisingIterator;
import io.github.diffusion4j.core.training.TrainingRecipe;
import io.github.diffusion4j.core.training.Uniforms;
import io.github.diffusion4j.docs.figures.Chart;
import io.github.diffusion4j.docs.figures.NoiseCurve;
import io.github.diffusion4j.docs.figures.Pictures;
import io.github.diffusion4j.docs.figures.ProgressBars;
import io.github.diffusion4j.docs.quality.Gaussian;
import io.github.diffusion4j.samplers.Sampling;
import io.github.diffusion4j.samplers.diffusers.DDIMScheduler;
import io.github.diffusion4j.samplers.diffusers.DDPMScheduler;
import io.github.diffusion4j.samplers.diffusers.DiscreteProcess;
import io.github.diffusion4j.schedules.BetaSchedule;
import io.github.diffusion4j.schedules.Timesteps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.IntStream;
import me.tongfei.progressbar.ProgressBar;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The digits job: one network, several samplers, one folder of figures. */
final class DigitsJob {

    private static final int TIMESTEPS = 1000;
    private static final int TRAINING_DIGITS = 1041;
    private static final int HELD_OUT_DIGITS = 500;
    private static final int BATCH = 64;
    private static final int SHOWN = 60;
    private static final int COLUMNS = 20;
    private static final int STRIP = 11;

    private final long seed;
    private final int samples;
    private final Path folder;
    private final DiscreteProcess process = DiscreteProcess.of(BetaSchedule.SQUARED_COSINE.schedule(TIMESTEPS))
            .withParameterization(Parameterization.velocity()).withCorrection(DataCorrection.clip(1)).withSpacing(Timesteps.trailing());
    private final Report report = new Report();

    DigitsJob(long seed, int samples, Path folder) {
        this.seed = seed;
        this.samples = samples;
        this.folder = folder;
    }

    void run(int epochs, int steps, int... ddimSteps) throws IOException {
        List<Sampler> samplers = samplers(steps, ddimSteps);
        Digits all = Digits.load(seed);
        Digits training = all.range(0, TRAINING_DIGITS);
        Digits heldOut = all.range(TRAINING_DIGITS, TRAINING_DIGITS + HELD_OUT_DIGITS);
        // The floor compares two sets of digits that neither network has seen.
        Digits others = all.range(TRAINING_DIGITS + HELD_OUT_DIGITS, all.size());
        curves();
        forwardStrip(training);
        Pictures.grid(folder.resolve("real.png"), heldOut.range(0, SHOWN).images(), COLUMNS);
        Denoiser denoiser = train(training, epochs);

        Classifier classifier = new Classifier(seed + 1, training);
        Gaussian real = Gaussian.fitted(classifier.features(heldOut.images()));
        INDArray noise = CounterNoise.of(seed).draw(NoiseRequest.start(), DataType.FLOAT, samples, 1, Digits.SIDE, Digits.SIDE);
        int[] wanted = IntStream.range(0, samples).map(i -> i % COLUMNS / 2).toArray();
        report.pureNoise(Gaussian.fitted(classifier.features(noise)).frechetDistance(real), classifier.accuracy(noise, wanted));
        report.realDigits(Gaussian.fitted(classifier.features(others.images())).frechetDistance(real), classifier.accuracy(others.images(), others.labels()));
        sample(samplers, denoiser.of(wanted), noise, images -> new double[] {
            Gaussian.fitted(classifier.features(images)).frechetDistance(real), classifier.accuracy(images, wanted)});
        report.write(folder.resolve("index.html"), String.format(Locale.ROOT, "Seed %d, %d epochs on %,d digits, %d samples for each row.",
                seed, epochs, TRAINING_DIGITS, samples));
        System.out.print(report.text());
    }

    /** A way to sample: its name, its plan, the file of its picture. */
    private record Sampler(String name, int steps, double eta, Plan plan, String file) {}

    private List<Sampler> samplers(int steps, int... ddimSteps) {
        List<Sampler> samplers = new ArrayList<>();
        samplers.add(new Sampler("DDPM", steps, 1, DDPMScheduler.of(process).plan(steps), "ddpm-" + steps + ".png"));
        for (double eta : new double[] {0, 1}) {
            Scheduler ddim = DDIMScheduler.of(process).withEta(eta);
            for (int n : ddimSteps) {
                samplers.add(new Sampler("DDIM", n, eta, ddim.plan(n), String.format(Locale.ROOT, "ddim-%d-eta-%.0f.png", n, eta)));
            }
        }
        return samplers;
    }

    private Denoiser train(Digits training, int epochs) throws IOException {
        Denoiser denoiser = new Denoiser(seed);
        NoisingIterator batches = new NoisingIterator(training.dataSet(), BATCH,
                TrainingRecipe.of(LevelSampler.uniform(process.schedule())).withUniforms(Uniforms.stratified()).on(DDPMScheduler.of(process)), seed);
        List<Double> losses = new ArrayList<>();
        try (ProgressBar bar = ProgressBars.of("Training", (long) epochs * batches.batchesPerEpoch())) {
            denoiser.train(batches, epochs, loss -> {
                losses.add(loss);
                bar.setExtraMessage(String.format(Locale.ROOT, " loss %.4f", recent(losses)));
                bar.step();
            });
        }
        lossCurve(losses);
        return denoiser;
    }

    private static double recent(List<Double> losses) {
        return losses.subList(Math.max(0, losses.size() - 20), losses.size()).stream().mapToDouble(Double::doubleValue).average().orElse(0);
    }

    private void lossCurve(List<Double> losses) throws IOException {
        double[] xs = IntStream.range(0, losses.size()).asDoubleStream().toArray();
        double[] smooth = IntStream.range(0, losses.size()).mapToDouble(i -> recent(losses.subList(0, i + 1))).toArray();
        new Chart("Training loss", "iteration", "squared error", false)
                .line("iteration", xs, losses.stream().mapToDouble(Double::doubleValue).toArray())
                .line("mean of 20", xs, smooth).write(folder.resolve("loss.png"));
        StringBuilder csv = new StringBuilder("iteration,loss\n");
        for (int i = 0; i < losses.size(); i++) {
            csv.append(i).append(',').append(losses.get(i)).append('\n');
        }
        Files.writeString(folder.resolve("loss.csv"), csv);
    }

    private void sample(List<Sampler> samplers, Sampling.Model<INDArray> model, INDArray noise, Function<INDArray, double[]> quality) throws IOException {
        try (ProgressBar bar = ProgressBars.of("Sampling", samplers.stream().mapToLong(s -> s.plan().evaluations()).sum())) {
            for (Sampler sampler : samplers) {
                bar.setExtraMessage(" " + sampler.name() + " " + sampler.steps());
                List<INDArray> strip = new ArrayList<>();
                int every = Math.max(1, sampler.plan().evaluations() / (STRIP - 1));
                INDArray images = Sampling.run(sampler.plan(), model, noise, CounterNoise.of(seed), progress -> {
                    bar.step();
                    if (sampler.name().equals("DDPM") && progress.evaluation() % every == 0) {
                        strip.add(Nd4jArrays.ND4J.samples(progress.sample(), 4, 6, 14, 16));
                    }
                });
                Pictures.grid(folder.resolve(sampler.file()), Nd4jArrays.ND4J.samples(images, IntStream.range(0, Math.min(SHOWN, samples)).toArray()), COLUMNS);
                if (!strip.isEmpty()) {
                    strip.add(Nd4jArrays.ND4J.samples(images, 4, 6, 14, 16));
                    Pictures.grid(folder.resolve("reverse.png"), transposed(strip), strip.size());
                }
                report.sampler(sampler.name(), sampler.steps(), sampler.eta(), quality.apply(images), sampler.file());
            }
        }
    }

    /** Images at successive times, each of several samples, as one row per sample. */
    private static INDArray transposed(List<INDArray> times) {
        INDArray stacked = Nd4j.stack(0, times.toArray(INDArray[]::new)).permute(1, 0, 2, 3, 4).dup('c');
        return stacked.reshape(stacked.size(0) * stacked.size(1), 1, Digits.SIDE, Digits.SIDE);
    }

    private void forwardStrip(Digits digits) throws IOException {
        INDArray clean = digits.range(0, 4).images();
        INDArray eps = CounterNoise.of(seed).draw(NoiseRequest.forward(0), DataType.FLOAT, clean.shape());
        Scheduler scheduler = DDPMScheduler.of(process);
        List<INDArray> strip = new ArrayList<>(List.of(clean));
        for (int i = 1; i < STRIP; i++) {
            strip.add(scheduler.addNoise(clean, eps, Math.rint((TIMESTEPS - 1.0) * i / (STRIP - 1))));
        }
        Pictures.grid(folder.resolve("forward.png"), transposed(strip), STRIP);
    }

    private void curves() throws IOException {
        List<NoiseCurve> curves = Arrays.stream(BetaSchedule.values()).map(s -> new NoiseCurve(s.diffusersName(), s.schedule(TIMESTEPS))).toList();
        for (NoiseCurve curve : curves) {
            Files.writeString(folder.resolve("schedule-" + curve.name() + ".csv"), curve.table().csv());
            report.schedule(curve.name(), "schedule-" + curve.name() + ".csv");
        }
        for (String column : List.of("alphas_cumprod", "sigma", "log_snr", "beta")) {
            Chart chart = NoiseCurve.compare(curves, column, column.equals("sigma") || column.equals("beta"));
            chart.write(folder.resolve("curve-" + column + ".svg"));
            chart.write(folder.resolve("curve-" + column + ".png"));
        }
    }
}
