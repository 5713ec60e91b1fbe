package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.LevelCurve;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.plan.Combination;
import io.github.diffusion4j.core.plan.Stage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One step of DPM-Solver of order 1, 2 or 3 with all its evaluations inside the step (Lu et al., arXiv:2206.00927, algorithms 1 and 2). In {@code y = x / alpha},
 * {@code s = sigma / alpha}, with {@code h = ln(s / t)} to the target level t, {@code s_r = s e^(-r h)}, slopes e at the levels:
 * <pre>
 *   order 1   y' = y - t (e^h - 1) e
 *   order 2   y1 = y - s_r (e^(r h) - 1) e,   y' = y - t (e^h - 1) (e + (e1 - e) / (2 r))
 *   order 3   y2 = y - s_r2 (e^(r2 h) - 1) e - s_r2 (r2 / r1) r2 h phi2(r2 h) (e1 - e)
 *             y' = y - t (e^h - 1) e - (t / r2) h phi2(h) (e2 - e)
 * </pre>
 *
 * @param from the level the step starts at
 * @param target the level sigma / alpha that the deterministic step goes to
 * @param to the level the step ends at, after noise
 * @param noise the weight of fresh noise at its end
 */
record NestedDpm(NoiseLevel from, double target, NoiseLevel to, double noise) {

    private double h() {
        return Math.log(from.edmSigma() / target);
    }

    private NoiseLevel node(LevelCurve curve, double r) {
        return curve.atEdmSigma(from.edmSigma() * Math.exp(-r * h()));
    }

    List<Stage> stages(LevelCurve curve, int order, double r) {
        return switch (order) {
            case 1 -> List.of(stage(from, end(total()), true));
            case 2 -> second(curve, r);
            default -> third(curve);
        };
    }

    private double total() {
        return -target * Math.expm1(h());
    }

    private List<Stage> second(LevelCurve curve, double r) {
        NoiseLevel node = node(curve, r);
        double share = 1 / (2 * r);
        return List.of(toNode(node, r), stage(node, end(total() * share, total() * (1 - share)), false));
    }

    private List<Stage> third(LevelCurve curve) {
        double r1 = 1 / 3.0;
        double r2 = 2 / 3.0;
        NoiseLevel first = node(curve, r1);
        NoiseLevel second = node(curve, r2);
        double bend = -second.edmSigma() * (r2 / r1) * r2 * h() * Phi.of(2, r2 * h());
        double straight = -second.edmSigma() * Math.expm1(r2 * h());
        Combination atSecond = at(second, bend, straight - bend);
        double last = -target / r2 * h() * Phi.of(2, h());
        List<Stage> stages = new ArrayList<>();
        stages.add(toNode(first, r1));
        stages.add(stage(first, atSecond, false));
        stages.add(stage(second, end(last, 0, total() - last), false));
        return stages;
    }

    private Stage toNode(NoiseLevel node, double r) {
        return stage(from, at(node, -node.edmSigma() * Math.expm1(r * h())), true);
    }

    private Stage stage(NoiseLevel level, Combination next, boolean starts) {
        Stage stage = Stage.of(level, next).withRemember(Prediction.NOISE.remembered(level)).withInterval(from, to);
        return starts ? stage.withAnchor(Combination.SAMPLE) : stage;
    }

    private Combination end(double... slopes) {
        return at(to, slopes).withNoise(noise);
    }

    /** The anchor carried to a level, with slopes of the remembered noise estimates, newest first. */
    private Combination at(NoiseLevel level, double... slopes) {
        double[] scaled = Arrays.stream(slopes).map(w -> w * level.alpha()).toArray();
        return Combination.ZERO.withAnchor(level.alpha() / from.alpha()).withMemory(scaled);
    }
}
