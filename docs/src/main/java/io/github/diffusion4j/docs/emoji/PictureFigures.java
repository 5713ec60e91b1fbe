package io.github.diffusion4j.docs.emoji;

import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Mask;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.samplers.Sampling;
import io.github.diffusion4j.samplers.diffusers.DiffusersScheduler;
import io.github.diffusion4j.samplers.pipeline.Pipeline;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Figures of runs that start from a picture, keep a part of one, or go back from one to noise. */
final class PictureFigures {

    private static final int SIDE = EmojiNetwork.SIDE;
    private static final List<Double> STRENGTHS = List.of(0.2, 0.4, 0.5, 0.6, 0.8);
    private static final List<Integer> LATE_STEPS = List.of(1, 2, 3, 4);

    private final EmojiNetwork emoji;
    private final Pipeline<HostArray, String> draw;
    private final Pipeline.Network<HostArray, String> network;
    private final HeldPictures held;

    PictureFigures(EmojiNetwork emoji, Pipeline<HostArray, String> draw, HeldPictures held) {
        this.emoji = emoji;
        this.draw = draw;
        this.network = emoji.forPipelines();
        this.held = held;
    }

    List<GuideFigure> all() {
        return List.of(strengths(), masks(), inversion(), lateStarts());
    }

    private GuideFigure strengths() {
        GuideFigure figure = new GuideFigure("strengths", Stream.concat(Stream.of("the picture"), STRENGTHS.stream().map(strength -> "strength " + strength)).toList());
        String[][] rows = {{"fluent-emoji-flat crown", "fluent-emoji-flat birthday cake"}, {"noto oncoming taxi", "noto police car"}, {"fluent-emoji garlic", "fluent-emoji red apple"}};
        for (String[] row : rows) {
            figure.row(row[0], "to " + row[1], () -> changed(held.picture(row[0]), row[1]));
        }
        return figure;
    }

    private List<HostArray> changed(HostArray picture, String caption) {
        List<HostArray> pictures = new ArrayList<>(List.of(picture));
        for (double strength : STRENGTHS) {
            pictures.addAll(draw.steps(30).condition(caption).from(picture, strength).run(network));
        }
        return pictures;
    }

    private GuideFigure masks() {
        GuideFigure figure = new GuideFigure("masks", List.of("the picture", "hard mask", "drawn with it", "soft mask", "drawn with it"));
        String[][] rows = {{"noto farmer", "noto man cook"}, {"fluent-emoji sandwich", "fluent-emoji strawberry"}, {"fluent-emoji winking face", "fluent-emoji smiling face sunglasses"}};
        for (String[] row : rows) {
            figure.row(row[0], "above: " + row[1], () -> kept(held.picture(row[0]), row[1]));
        }
        return figure;
    }

    private List<HostArray> kept(HostArray picture, String caption) {
        double[] hard = IntStream.range(0, 32).mapToDouble(y -> y < 16 ? 0 : 1).toArray();
        double[] soft = IntStream.range(0, 32).mapToDouble(y -> Math.max(0, Math.min(1, (y - 10) / 12.0))).toArray();
        List<HostArray> pictures = new ArrayList<>(List.of(picture));
        for (double[] lines : List.of(hard, soft)) {
            pictures.add(grey(lines));
            pictures.addAll(draw.steps(15).condition(caption).keeping(picture, Mask.of(lines, 32, 1)).run(network));
        }
        return pictures;
    }

    /** A grey picture with a value from 0 to 1 for each line, or one for all. */
    private static HostArray grey(double... lines) {
        float[] values = new float[EmojiNetwork.CHANNELS * SIDE * SIDE];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (2 * lines[i / SIDE % lines.length] - 1);
        }
        return HostArray.of(values, 1, EmojiNetwork.CHANNELS, SIDE, SIDE);
    }

    private GuideFigure inversion() {
        GuideFigure figure = new GuideFigure("inversion", List.of("the picture", "its noise", "back in 40 steps", "back in 10 steps", "other words"));
        String[][] rows = {{"fluent-emoji winking face", "noto winking face"}, {"fluent-emoji sparkling heart", "fluent-emoji blue heart"}, {"noto-v1 watch", "noto-v1 alarm clock"}};
        for (String[] row : rows) {
            figure.row(row[0], "other words: " + row[1], () -> inverted(held.picture(row[0]), row[0], row[1]));
        }
        return figure;
    }

    private List<HostArray> inverted(HostArray picture, String caption, String other) {
        DiffusersScheduler own = emoji.config().scheduler();
        Plan plan = own.composed(new FirstOrder(new Ancestral(0), true)).withEnd(own.schedule().cleanest()).plan(40);
        try (EmojiModel model = emoji.of(caption); EmojiModel another = emoji.of(other)) {
            HostArray noise = noiseOf(picture, model, plan);
            HostArray back = model.draw(plan, noise, NoiseSource.none());
            HostArray edited = another.draw(plan, noise, NoiseSource.none());
            Plan coarse = plan.withSteps(10);
            return List.of(picture, noise, back, model.draw(coarse, noiseOf(picture, model, coarse), NoiseSource.none()), edited);
        }
    }

    private static HostArray noiseOf(HostArray picture, EmojiModel model, Plan plan) {
        Runs<HostArray> towardsNoise = plan.reversed().on(HostArrays.DIRECT);
        return Sampling.run(towardsNoise, model, towardsNoise.startFrom(picture), NoiseSource.none(), Sampling.Listener.none());
    }

    private GuideFigure lateStarts() {
        Plan plan = draw.steps(12).plan();
        List<String> columns = LATE_STEPS.stream().map(step -> String.format(Locale.ROOT, "from %.1f", plan.level(step).edmSigma())).toList();
        return new GuideFigure("late-starts", Stream.concat(Stream.of("pure noise"), columns.stream()).toList())
                .row("from grey", "noto cat face", () -> late(plan, grey(0.5)))
                .row("from white", "noto cat face", () -> late(plan, grey(1)));
    }

    private List<HostArray> late(Plan plan, HostArray plain) {
        HostArray noise = EmojiNetwork.noise(CounterNoise.of(42), 1);
        try (EmojiModel model = emoji.of("noto cat face")) {
            List<HostArray> pictures = new ArrayList<>(List.of(model.draw(plan, noise, NoiseSource.none())));
            for (int step : LATE_STEPS) {
                Runs<HostArray> late = plan.from(step).on(HostArrays.DIRECT);
                pictures.add(Sampling.run(late, model, late.startFrom(late.addNoise(plain, noise, 0)), NoiseSource.none(), Sampling.Listener.none()));
            }
            return pictures;
        }
    }
}
