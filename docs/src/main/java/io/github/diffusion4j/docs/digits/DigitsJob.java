package io.github.diffusion4j.docs.digits;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Scheduler;
import io.github.diffusion4j.docs.figures.Chart;
import io.github.diffusion4j.docs.figures.Look;
import io.github.diffusion4j.docs.figures.NoiseFigure;
import io.github.diffusion4j.docs.figures.Pictures;
import io.github.diffusion4j.docs.figures.ProgressBars;
import io.github.diffusion4j.docs.report.Report;
import io.github.diffusion4j.docs.report.ReportTable;
import io.github.diffusion4j.samplers.Sampling;
import io.github.diffusion4j.samplers.diffusers.DDIMScheduler;
import io.github.diffusion4j.samplers.diffusers.DDPMScheduler;
import io.github.diffusion4j.samplers.diffusers.DiscreteProcess;
import io.github.diffusion4j.samplers.tables.NoiseTable;
import io.github.diffusion4j.samplers.tables.Quantity;
import io.github.diffusion4j.schedules.BetaSchedule;
import io.github.diffusion4j.schedules.Timesteps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import me.tongfei.progressbar.ProgressBar;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The digits job: one network, several recipes and samplers, one folder of figures. */
final class DigitsJob {

    private static final int TIMESTEPS = 1000;
    private static final int TRAINING_DIGITS = 1041;
    private static final int HELD_OUT_DIGITS = 500;
    private static final int SHOWN = 60;
    private static final int COLUMNS = 20;
    private static final int STRIP = 11;
    /** Of held-out digits, for which bits are measured. */
    private static final int MEASURED = 100;

    /**
     * What the command line chooses.
     *
     * @param seed of everything random
     * @param epochs of each training
     * @param steps of DDPM
     * @param ddimSteps of each run of DDIM
     * @param samples for each quality figure
     * @param recipes the ids of the recipes
     * @param rewardIterations of the training for a reward, 0 for none
     */
    record Settings(long seed, int epochs, int steps, List<Integer> ddimSteps, int samples, Set<String> recipes, int rewardIterations) {

        /** Whether a recipe is trained: the samplers of the first table need the network of v prediction, a student its teacher. */
        boolean takes(DigitsRecipe recipe) {
            return recipes.contains(recipe.id()) || recipe.id().equals(DigitsRecipe.VELOCITY) || recipe.id().equals(DigitsRecipe.EDM) && recipes.contains(DigitsRecipe.CONSISTENCY);
        }
    }

    private final Settings settings;
    private final long seed;
    private final int samples;
    private final Path folder;
    private final DiscreteProcess process = DiscreteProcess.of(BetaSchedule.SQUARED_COSINE.schedule(TIMESTEPS))
            .withParameterization(Parameterization.velocity()).withCorrection(DataCorrection.clip(1)).withSpacing(Timesteps.trailing());
    private final Report report = new Report("Handwritten digits", "One small convolutional network, trained on 8x8 handwriting by several recipes, sampled in several ways.",
            "Data: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, CC BY 4.0.");

    DigitsJob(Settings settings, Path folder) {
        this.settings = settings;
        this.seed = settings.seed();
        this.samples = settings.samples();
        this.folder = folder;
    }

    void run() throws IOException {
        List<Sampler> samplers = samplers();
        Digits all = Digits.load(seed);
        Digits training = all.range(0, TRAINING_DIGITS);
        Digits heldOut = all.range(TRAINING_DIGITS, TRAINING_DIGITS + HELD_OUT_DIGITS);
        // The floor compares two sets of digits that neither network has seen.
        Digits others = all.range(TRAINING_DIGITS + HELD_OUT_DIGITS, all.size());
        Training trainings = new Training(training, settings.epochs(), seed, folder);
        double deviation = Math.sqrt(training.images().varNumber().doubleValue());
        Map<DigitsRecipe, Denoiser> trained = trainings.of(DigitsRecipe.all(deviation, trainings.iterations()).stream().filter(settings::takes).toList());

        Judge judge = new Judge(seed + 1, training, heldOut);
        INDArray noise = CounterNoise.of(seed).draw(NoiseRequest.start(), DataType.FLOAT, samples, 1, Digits.SIDE, Digits.SIDE);
        int[] wanted = IntStream.range(0, samples).map(i -> i % COLUMNS / 2).toArray();
        samplers(judge, samplers, Training.find(trained, DigitsRecipe.VELOCITY), noise, wanted, judge.quality(others.images(), others.labels()));
        Pictures.grid(folder.resolve("real.png"), heldOut.range(0, SHOWN).images(), COLUMNS);
        report.figure("real.png", "Real digits, held out");
        Bits bits = new Bits(heldOut.range(0, Math.min(samples / 2, MEASURED)), training.images().meanNumber().doubleValue(), deviation * deviation, seed);
        new RecipeComparison(folder, seed, judge, noise, wanted).run(trained, new LevelErrors(heldOut.range(0, Math.min(2 * samples, HELD_OUT_DIGITS)), seed), bits, report);
        if (settings.rewardIterations() > 0 && settings.recipes().contains(DigitsRecipe.FLOW)) {
            new RewardReport(folder, settings.rewardIterations(), seed).run(trained, judge, noise, report, wanted);
        }
        process(training);
        report.write(folder.resolve("index.html"), String.format(Locale.ROOT, "Seed %d, %d epochs on %,d digits for each recipe, %d samples for each figure.",
                seed, settings.epochs(), TRAINING_DIGITS, samples));
        System.out.print(report.text());
    }

    /** A way to sample: its name, its plan, the file of its picture. */
    private record Sampler(String name, int steps, double eta, Plan plan, String file) {}

    private List<Sampler> samplers() {
        List<Sampler> samplers = new ArrayList<>();
        for (double eta : new double[] {0, 1}) {
            Scheduler ddim = DDIMScheduler.of(process).withEta(eta);
            for (int n : settings.ddimSteps()) {
                samplers.add(new Sampler("DDIM", n, eta, ddim.plan(n), String.format(Locale.ROOT, "ddim-%d-eta-%.0f.png", n, eta)));
            }
        }
        int steps = settings.steps();
        samplers.add(new Sampler("DDPM", steps, 1, DDPMScheduler.of(process).plan(steps), "ddpm-" + steps + ".png"));
        return samplers;
    }

    private void samplers(Judge judge, List<Sampler> samplers, Denoiser denoiser, INDArray noise, int[] wanted, Judge.Quality floor) throws IOException {
        ReportTable table = new ReportTable("sampler", "steps", "eta", "Frechet distance", "recognized");
        row(table, "pure noise", "", "", judge.quality(noise, wanted));
        try (ProgressBar bar = ProgressBars.of("Sampling", samplers.stream().mapToLong(s -> s.plan().evaluations()).sum())) {
            for (Sampler sampler : samplers) {
                bar.setExtraMessage(" " + sampler.name() + " " + sampler.steps());
                INDArray images = sample(sampler, denoiser.of(wanted), noise, bar);
                row(table, sampler.name(), Integer.toString(sampler.steps()), String.format(Locale.ROOT, "%.0f", sampler.eta()), judge.quality(images, wanted));
            }
        }
        row(table, "real digits (floor)", "", "", floor);
        report.section("Steps against quality", "DDPM and DDIM on the network of v prediction with the cosine schedule. Frechet distance to 500 held-out digits in the feature space of a classifier "
                + "trained on real digits. Lower is better; real digits against real digits is the floor. Recognized: the share that this classifier takes for the digit that was asked for.");
        report.table("DDPM and DDIM", table);
        report.section("Samples", "Each pair of columns was asked for one digit, 0 to 9 from left to right.");
        samplers.forEach(s -> report.figure(s.file(), s.name() + ", " + s.steps() + " steps" + (s.name().equals("DDIM") ? String.format(Locale.ROOT, ", eta %.0f", s.eta()) : "")));
    }

    private static void row(ReportTable table, String name, String steps, String eta, Judge.Quality quality) {
        table.row(name, steps, eta, String.format(Locale.ROOT, "%.3f", quality.distance()), String.format(Locale.ROOT, "%.1f%%", 100 * quality.recognized()));
    }

    /** Draws and pictures the samples; of DDPM the way there too. */
    private INDArray sample(Sampler sampler, Sampling.Model<INDArray> model, INDArray noise, ProgressBar bar) throws IOException {
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
        return images;
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

    /** The forward process, the reverse one and the trainings as figures. */
    private void process(Digits training) throws IOException {
        forwardStrip(training);
        report.section("Forward and reverse", "The process of the first table.");
        report.figure("forward.png", "From clean to noise: timesteps 0 to 999 in ten steps");
        report.figure("reverse.png", "From noise to clean: DDPM, every tenth of the run");
        report.section("Training", "Each recipe has a loss of its own; they are compared above.");
        report.figure("loss.png", "Training loss (<a href=\"loss.csv\">CSV</a>)");
        curves();
    }

    private void curves() throws IOException {
        List<NoiseTable> schedules = Arrays.stream(BetaSchedule.values()).map(s -> NoiseTable.of(s.diffusersName(), s.schedule(TIMESTEPS))).toList();
        List<String> files = new ArrayList<>();
        for (NoiseTable schedule : schedules) {
            String file = "schedule-" + schedule.name() + ".csv";
            Files.writeString(folder.resolve(file), schedule.table().csv());
            files.add("<a href=\"" + file + "\">" + schedule.name() + "</a>");
        }
        report.section("Noise curves", "Tables: " + String.join(", ", files) + ".");
        for (Quantity quantity : List.of(Quantity.ALPHA_BAR, Quantity.EDM_SIGMA, Quantity.LOG_SNR, Quantity.BETA)) {
            Look look = Look.USUAL.logarithmic(false, quantity == Quantity.EDM_SIGMA || quantity == Quantity.BETA);
            Chart chart = NoiseFigure.chart(quantity.label() + " of every schedule", schedules, Quantity.TIME, List.of(quantity), look);
            chart.write(folder.resolve("curve-" + quantity.id() + ".svg"));
            chart.write(folder.resolve("curve-" + quantity.id() + ".png"));
            report.figure("curve-" + quantity.id() + ".svg", quantity.label() + " of every schedule (<a href=\"curve-" + quantity.id() + ".png\">PNG</a>)");
        }
    }
}
