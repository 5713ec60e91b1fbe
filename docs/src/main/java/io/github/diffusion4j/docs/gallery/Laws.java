package io.github.diffusion4j.docs.gallery;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.training.LevelDraw;
import io.github.diffusion4j.core.training.LossWeight;
import io.github.diffusion4j.docs.figures.Panel;
import io.github.diffusion4j.docs.figures.Svg;
import io.github.diffusion4j.samplers.tables.Quantity;
import io.github.diffusion4j.samplers.tables.Table;
import io.github.diffusion4j.samplers.training.Recipe;
import io.github.diffusion4j.samplers.training.Recipes;
import io.github.diffusion4j.schedules.BetaSchedule;
import io.github.diffusion4j.schedules.draws.LevelDraws;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Training: how often noise levels are drawn, and what their errors weigh, over log SNR. */
final class Laws {

    private static final double FARTHEST = 14;
    private static final double STEP = 0.5;
    private static final int COLUMNS = 4;
    private static final double CELL = 220;
    private static final double ROW = 150;
    private static final double[] LOG_SNR = IntStream.rangeClosed(0, (int) (2 * FARTHEST / STEP)).mapToDouble(i -> i * STEP - FARTHEST).toArray();

    private Laws() {}

    /** A curve with its name. */
    private record Law(String name, double... values) {

        static Law of(String name, DoubleUnaryOperator byLogSnr) {
            return new Law(name, Arrays.stream(LOG_SNR).map(byLogSnr).toArray());
        }

        static Law of(String name, LevelDraw draw) {
            return of(name, logSnr -> draw.density(-logSnr / 2) / 2);
        }

        /**
         * Of the error of v, which is that of x0 where there is much noise and that of eps where there is little: weights of eps grow without bound towards pure noise. Two recipes have one
         * objective if their curves agree up to a factor, so the largest value is 1.
         */
        static Law of(Recipe recipe) {
            LossWeight weight = LossWeight.of(recipe.parameterization(), recipe.training().weight());
            Law law = of(recipe.name(), logSnr -> recipe.draw().density(-logSnr / 2) == 0 ? 0
                    : weight.effective(recipe.draw(), level(logSnr)) / (1 + Math.exp(-logSnr)));
            double largest = Arrays.stream(law.values).max().orElseThrow();
            return new Law(recipe.name(), Arrays.stream(law.values).map(value -> value / largest).toArray());
        }

        private static NoiseLevel level(double logSnr) {
            return new NoiseLevel(0, 1 / Math.sqrt(1 + Math.exp(-logSnr)), 1 / Math.sqrt(1 + Math.exp(logSnr)));
        }
    }

    static List<Figure> figures() {
        List<Law> draws = List.of(
                Law.of("SD, uniform timesteps", LevelDraws.uniformTimesteps(BetaSchedule.SCALED_LINEAR.schedule(1000, 0.00085, 0.012))),
                Law.of("VP-SDE, uniform time", LevelDraws.uniformVpTime(19.9, 0.1, 1e-5)),
                Law.of("VE, log-uniform", LevelDraws.logUniform(0.02, 100)),
                Law.of("cosine, uniform angle", LevelDraws.uniformAngle(1)),
                Law.of("cosine, 32 to 256", LevelDraws.interpolatedCosine(256, 32, 256, 1)),
                Law.of("EDM", LevelDraws.normal(-1.2, 1.2)),
                Law.of("EDM2", LevelDraws.normal(-0.4, 1)),
                Law.of("iCT, ECT", LevelDraws.normal(-1.1, 2)),
                Law.of("k-diffusion, log-logistic", LevelDraws.logistic(Math.log(0.5), 0.5)),
                Law.of("flow, uniform time", LevelDraw.uniformFlowTime()),
                Law.of("flow, shift 3", LevelDraw.uniformFlowTime().shifted(3)),
                Law.of("logit-normal", LevelDraws.normal(0, 1)),
                Law.of("SD3, normal, shift 3", LevelDraws.normal(0, 1).shifted(3)),
                Law.of("SD3, mode 1.29", LevelDraws.mode(1.29)),
                Law.of("pi0, Beta(1.5, 1)", LevelDraws.powerTime(1.5, 0.001)));
        List<Law> weights = Recipes.all().stream().filter(recipe -> recipe.bootstrap().isEmpty()).map(Law::of).toList();
        return List.of(
                figure("training-draws", "Published draws of noise levels",
                        "The density of each published draw per unit of log SNR, noise on the left and data on the right, all on one scale. Draws of pictures of higher resolution lie further left.",
                        "draw.density(-logSnr / 2) / 2", draws),
                figure("training-weights", "What recipes care about",
                        "The density of the draw times the weight of the error of v for each recipe without a teacher, noise on the left and data on the right, the largest value being 1: "
                                + "recipes whose curves agree have one objective, whatever the network outputs.",
                        "LossWeight.of(recipe.parameterization(), recipe.training().weight()).effective(recipe.draw(), level) * snr / (snr + 1)", weights));
    }

    private static Figure figure(String name, String title, String words, String java, List<Law> laws) {
        int rows = (laws.size() + COLUMNS - 1) / COLUMNS;
        Svg svg = new Svg(COLUMNS * CELL + 20, rows * ROW + 10, title, words);
        double[] all = laws.stream().flatMapToDouble(law -> Arrays.stream(law.values())).toArray();
        for (int k = 0; k < laws.size(); k++) {
            double[] box = {40 + k % COLUMNS * CELL, 30 + k / COLUMNS * ROW, CELL - 50, ROW - 70};
            Panel.over(svg, box, LOG_SNR, all).axes(laws.get(k).name(), Quantity.LOG_SNR.label()).curve(Svg.line(0), LOG_SNR, laws.get(k).values(), laws.get(k).name());
        }
        List<List<Object>> table = new ArrayList<>();
        for (int i = 0; i < LOG_SNR.length; i++) {
            int row = i;
            table.add(Stream.concat(Stream.of(LOG_SNR[row]), laws.stream().map(law -> law.values()[row])).<Object>map(value -> value).toList());
        }
        return new Figure(name, title, words, java, svg, new Table(Stream.concat(Stream.of(Quantity.LOG_SNR.id()), laws.stream().map(law -> law.name().replace(",", ""))).toList(), table));
    }
}
