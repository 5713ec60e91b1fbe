package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Combination;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.core.plan.Stage;
import java.util.Arrays;
import java.util.List;

/**
 * ER-SDE, order 1 to 3 (Cui et al., arXiv:2309.06169, section 3.3, algorithms 4 to 6). In {@code v = sigma / alpha}, with the scaler phi and {@code r = phi(v') / phi(v)}, the estimate of the data is a
 * Taylor polynomial in v, whose derivatives come from differences of remembered estimates:
 * <pre>
 *   x' = (alpha' / alpha) r x + alpha' ((1 - r) D + (v' - v + phi(v') I0) D' + ((v' - v)^2 / 2 + phi(v') I1) D'') + alpha' sqrt(v'^2 - v^2 r^2) z
 *   I0 = integral_v'^v du / phi(u),   I1 = integral_v'^v (u - v) / phi(u) du
 * </pre>
 *
 * <p>Erratum: as published and in ComfyUI {@code D'} is the divided difference of the last two estimates at all orders, which is the derivative in the middle between them; order 3 then converges with
 * order 2. Corrected, {@code D'} has the second difference too. ComfyUI sums 200 rectangles for the integrals.
 *
 * @param order 1 to 3, the number of estimates
 * @param scaler phi
 * @param corrected whether order 3 is
 * @param rectangles how many rectangles the integrals are, 0 for the integrals themselves
 */
public record ErSde(int order, NoiseScaler scaler, boolean corrected, int rectangles) implements Solver {

    /** The rectangles of ComfyUI. */
    public static final int COMFY_RECTANGLES = 200;

    /** Checks order and rectangles. */
    public ErSde {
        if (order < 1 || order > 3 || rectangles < 0) {
            throw new IllegalArgumentException("ER-SDE has orders 1 to 3 and no negative number of rectangles, got " + order + " and " + rectangles);
        }
    }

    /**
     * The corrected solver with the published noise.
     *
     * @param order 1 to 3
     * @return the solver
     */
    public static ErSde of(int order) {
        return new ErSde(order, NoiseScaler.ER_SDE_5, true, 0);
    }

    private boolean adds() {
        return !scaler.equals(NoiseScaler.ODE);
    }

    @Override
    public SolverTraits traits() {
        int reached = corrected && rectangles == 0 ? order : Math.min(2, order);
        int weak = Math.min(2, order);
        return new SolverTraits(adds() ? weak : reached, adds() ? weak : 0, 1, order - 1, "Cui et al., arXiv:2309.06169, algorithms 4 to 6").withColdOrderAtMost(2);
    }

    @Override
    public List<Stage> stages(TimeGrid grid, int step) {
        NoiseLevel from = grid.from(step);
        Stage stage = PureNoise.touches(grid, step) || grid.still(step) ? PureNoise.step(grid, step, adds() ? 1 : 0) : Stage.of(from, next(grid, step));
        return List.of(stage.withRemember(Prediction.DATA.remembered(from)));
    }

    private Combination next(TimeGrid grid, int step) {
        NoiseLevel from = grid.from(step);
        NoiseLevel to = grid.to(step);
        if (to.sigma() == 0) {
            return Combination.ZERO.withMemory(to.alpha());
        }
        double v = from.edmSigma();
        double end = to.edmSigma();
        if (adds() && end > v) {
            throw new IllegalArgumentException("noise cannot be added in a step towards the noise: from sigma " + v + " to " + end + "; use NoiseScaler.ODE");
        }
        double r = Math.exp(scaler.logarithm(end) - scaler.logarithm(v));
        double kept = Math.exp(Math.log(v) - scaler.logarithm(v) - (Math.log(end) - scaler.logarithm(end)));
        double fresh = adds() ? to.alpha() * end * Math.sqrt(Math.max(0, (1 - kept) * (1 + kept))) : 0;
        History history = History.withSignal(grid, step, order);
        double[] memory = history.memory(weights(history.map(i -> grid.from(i).edmSigma()), end, r));
        for (int k = 0; k < memory.length; k++) {
            memory[k] *= to.alpha();
        }
        return Combination.ZERO.withSample(to.alpha() / from.alpha() * r).withMemory(memory).withNoise(fresh);
    }

    /** The weights of the estimates at some v, newest first. */
    private double[] weights(double[] v, double end, double r) {
        double way = end - v[0];
        return Lagrange.weights(Arrays.stream(v).map(each -> each - v[0]).toArray(), degree -> switch (degree) {
            case 0 -> 1 - r;
            case 1 -> way + integral(v[0], end, 0);
            default -> way * way + 2 * integral(v[0], end, 1) - (corrected ? 0 : (v[0] - v[1]) * (way + integral(v[0], end, 0)));
        });
    }

    /** {@code phi(end) integral_end^v (u - v)^k / phi(u) du}. */
    private double integral(double v, double end, int k) {
        double top = scaler.logarithm(end);
        if (rectangles > 0) {
            double width = (v - end) / rectangles;
            double sum = 0;
            for (int i = 0; i < rectangles; i++) {
                double u = end + i * width;
                sum += Math.pow(u - v, k) * Math.exp(top - scaler.logarithm(u));
            }
            return sum * width;
        }
        return GaussLegendre.integral(Math.log(end), Math.log(v), w -> Math.pow(Math.exp(w) - v, k) * Math.exp(top - scaler.logarithm(Math.exp(w)) + w));
    }
}
