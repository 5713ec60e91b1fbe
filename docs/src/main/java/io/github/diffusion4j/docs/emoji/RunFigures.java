package io.github.diffusion4j.docs.emoji;

import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.noise.TorchNoise;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.core.plan.Scheduler;
import io.github.diffusion4j.core.plan.Session;
import io.github.diffusion4j.samplers.Sampling;
import io.github.diffusion4j.samplers.guidance.LinearGuidance;
import io.github.diffusion4j.samplers.guidance.Rescaled;
import io.github.diffusion4j.samplers.pipeline.Pipeline;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.text.NumberFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.function.LongFunction;

/** Figures of runs from noise: guidance, seeds, runs in two parts, few steps. */
final class RunFigures {

    private static final List<Double> SCALES = List.of(1.0, 1.5, 2.0, 3.0, 5.0, 8.0);
    private static final List<Double> BOUNDARIES = List.of(10.0, 3.0, 2.0, 1.0);
    private static final List<Integer> EVALUATIONS = List.of(2, 4, 6, 10, 20);

    private final EmojiNetwork emoji;
    private final Pipeline<HostArray, String> draw;
    private final Pipeline.Network<HostArray, String> network;

    RunFigures(EmojiNetwork emoji, Pipeline<HostArray, String> draw) {
        this.emoji = emoji;
        this.draw = draw;
        this.network = emoji.forPipelines();
    }

    List<GuideFigure> all() {
        return List.of(scales(), seeds(), twoPlans(), fewSteps());
    }

    private GuideFigure scales() {
        GuideFigure figure = new GuideFigure("scales", SCALES.stream().map(scale -> "scale " + NumberFormat.getInstance(Locale.ROOT).format(scale)).toList());
        figure.row("noto-v1 red apple", "classifier-free", () -> guided("noto-v1 red apple", LinearGuidance::classifierFree));
        figure.row("fluent-emoji dog face", "classifier-free", () -> guided("fluent-emoji dog face", LinearGuidance::classifierFree));
        figure.row("fluent-emoji dog face", "rescaled, phi 0.7", () -> guided("fluent-emoji dog face", scale -> new Rescaled(LinearGuidance.classifierFree(scale), 0.7)));
        return figure;
    }

    private List<HostArray> guided(String caption, DoubleFunction<Guidance> guidance) {
        List<HostArray> pictures = new ArrayList<>();
        for (double scale : SCALES) {
            pictures.addAll(draw.steps(12).condition(caption).guidance(guidance.apply(scale)).run(network));
        }
        return pictures;
    }

    private GuideFigure seeds() {
        return new GuideFigure("seeds", List.of("seed 42, alone", "first of three", "saved, gone on", "seed 43, alone"))
                .row("CounterNoise", "", () -> seeded(CounterNoise::of, CounterNoise.of(42)))
                .row("TorchNoise", "one generator for three", () -> seeded(TorchNoise::of, TorchNoise.of(42)))
                .row("TorchNoise", "a generator for each", () -> seeded(TorchNoise::of, NoiseSource.perSample(TorchNoise.of(42), TorchNoise.of(43), TorchNoise.of(44))));
    }

    private List<HostArray> seeded(LongFunction<NoiseSource> noise, NoiseSource ofThree) throws IOException {
        Plan plan = draw.scheduler("EulerAncestralDiscreteScheduler").steps(10).plan();
        try (EmojiModel owl = emoji.of("noto owl"); EmojiModel three = emoji.of("noto owl", "noto red heart", "noto cat face")) {
            HostArray alone = owl.draw(plan, EmojiNetwork.noise(noise.apply(42), 1), noise.apply(42));
            HostArray first = three.draw(plan, EmojiNetwork.noise(ofThree, 3), ofThree).part(0, 0, 1);
            HostArray another = owl.draw(plan, EmojiNetwork.noise(noise.apply(43), 1), noise.apply(43));
            return List.of(alone, first, goneOn(plan.on(HostArrays.DIRECT), owl, noise.apply(42)), another);
        }
    }

    private static HostArray goneOn(Runs<HostArray> runs, EmojiModel model, NoiseSource noise) throws IOException {
        ByteArrayOutputStream saved = new ByteArrayOutputStream();
        try (Session<HostArray> run = runs.session(EmojiNetwork.noise(noise, 1), noise)) {
            while (run.evaluation() < 5) {
                run.step(model.outputs(run.input()));
            }
            run.state().write(saved);
        }
        SamplerState<HostArray> read = SamplerState.read(HostArrays.DIRECT, new ByteArrayInputStream(saved.toByteArray()));
        return Sampling.run(runs, model, read, noise, Sampling.Listener.none());
    }

    private GuideFigure twoPlans() {
        List<String> columns = new ArrayList<>(List.of("second alone"));
        BOUNDARIES.forEach(boundary -> columns.add(String.format(Locale.ROOT, "first above %.0f", boundary)));
        columns.add("first alone");
        Plan plan = draw.steps(20).plan();
        return new GuideFigure("two-plans", columns)
                .row("fluent-emoji strawberry", "then fluent-emoji red heart", () -> inTwo(plan, "fluent-emoji strawberry", plan, "fluent-emoji red heart"))
                .row("fluent-emoji moon", "then noto red apple", () -> inTwo(plan, "fluent-emoji moon", plan, "noto red apple"))
                .row("guidance 5", "then 1, fluent-emoji dog face",
                        () -> inTwo(plan.guided(LinearGuidance.classifierFree(5)), "fluent-emoji dog face", plan.guided(LinearGuidance.classifierFree(1)), "fluent-emoji dog face"));
    }

    private List<HostArray> inTwo(Plan first, String firstWords, Plan second, String secondWords) {
        HostArray noise = EmojiNetwork.noise(CounterNoise.of(42), 1);
        try (EmojiModel high = emoji.of(firstWords); EmojiModel low = emoji.of(secondWords)) {
            List<HostArray> pictures = new ArrayList<>(List.of(low.draw(second, noise, NoiseSource.none())));
            for (double boundary : BOUNDARIES) {
                HostArray halfway = high.draw(first.splitAtEdmSigma(boundary).high(), noise, NoiseSource.none());
                Runs<HostArray> rest = second.splitAtEdmSigma(boundary).low().on(HostArrays.DIRECT);
                pictures.add(Sampling.run(rest, low, rest.startFrom(halfway), NoiseSource.none(), Sampling.Listener.none()));
            }
            pictures.add(high.draw(first, noise, NoiseSource.none()));
            return pictures;
        }
    }

    private GuideFigure fewSteps() {
        return new GuideFigure("few-steps", EVALUATIONS.stream().map(count -> count + " steps").toList())
                .row("DDIM", "", () -> inFewSteps("DDIMScheduler", "trailing"))
                .row("UniPC", "", () -> inFewSteps("UniPCMultistepScheduler", "trailing"))
                .row("UniPC", "leading spacing", () -> inFewSteps("UniPCMultistepScheduler", "leading"))
                .row("Euler ancestral", "noise in each step", () -> inFewSteps("EulerAncestralDiscreteScheduler", "trailing"));
    }

    private List<HostArray> inFewSteps(String solver, String spacing) {
        Scheduler scheduler = emoji.config().as(solver).config().with("timestep_spacing", spacing).scheduler();
        List<HostArray> pictures = new ArrayList<>();
        for (int steps : EVALUATIONS) {
            pictures.addAll(draw.scheduler(scheduler).steps(steps).condition("noto cat face").run(network));
        }
        return pictures;
    }
}
