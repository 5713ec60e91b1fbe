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
 * SA-Solver, stochastic Adams-Bashforth prediction and Adams-Moulton correction (Xue et al., arXiv:2309.05019, equations 14 to 17). With
 * {@code T = 1 + tau^2} and the estimates as a polynomial in half log-SNR through the last points,
 * <pre>
 *   data   x' = (sigma' / sigma) e^(-tau^2 h) x + T alpha' sum_j m_j integral e^(T (l - lambda')) L_j(l) dl + sigma' sqrt(1 - e^(-2 tau^2 h)) z
 *   noise  x' = (alpha' / alpha) x - T alpha' sum_j m_j integral e^(-l) L_j(l) dl + tau sigma' sqrt(e^(2h) - 1) z
 * </pre>
 * The corrector repeats the step with the estimate at its end among the points and the same noise z.
 *
 * <p>The authors' code adds a term of third order to the second-order data formulas, {@code +-T alpha' h^2 (1/2 - phi2(-T h)) / (l0 - l1)}, which makes the weight of the difference that of the
 * middle of the step; {@link Convention#DIFFUSERS} has it. ComfyUI, {@link Convention#K_DIFFUSION}, takes tau from the end of a step instead of its start, and orders near clean data that are lower by one (predictor) or
 * two (corrector).
 *
 * @param predictorOrder the number of estimates the predictor uses, 1 to 16
 * @param correctorOrder the number the corrector uses, the newest included; 0 for no corrector
 * @param tau how the noise level of the SDE depends on time
 * @param prediction DATA or NOISE
 * @param lowerOrderFinal whether the orders fall in the last steps
 * @param convention whether the second-order formulas hold the additional term
 * @param type the weight of the second estimate where there are two: exact (HEUN), or by the middle of the step (MIDPOINT), ComfyUI's {@code simple_order_2}
 * @param twice whether the corrected sample is evaluated again (PECE), at twice the cost
 */
public record SaSolver(int predictorOrder, int correctorOrder, Tau tau, Prediction prediction, boolean lowerOrderFinal,
        Convention convention, SolverType type, boolean twice) implements Solver {

    /**
     * The solver with exact weights and one evaluation for each step.
     *
     * @param predictorOrder the number of estimates the predictor uses, 1 to 16
     * @param correctorOrder the number the corrector uses, the newest included; 0 for no corrector
     * @param tau how the noise level of the SDE depends on time
     * @param prediction DATA or NOISE
     * @param lowerOrderFinal whether the orders fall in the last steps
     * @param convention whether the second-order formulas hold the additional term
     */
    public SaSolver(int predictorOrder, int correctorOrder, Tau tau, Prediction prediction, boolean lowerOrderFinal, Convention convention) {
        this(predictorOrder, correctorOrder, tau, prediction, lowerOrderFinal, convention, SolverType.HEUN, false);
    }

    /**
     * The stochasticity: a value inside a stretch of network times, 0 outside.
     *
     * @param value tau, 0 for the ODE, 1 for the reverse SDE
     * @param from the lowest time at which it holds
     * @param to the highest time at which it holds
     */
    public record Tau(double value, double from, double to) implements java.io.Serializable {

        /** Checks the value. */
        public Tau {
            if (!(value >= 0 && Double.isFinite(value))) {
                throw new IllegalArgumentException("tau must be at least 0 and finite, got " + value);
            }
        }

        /**
         * The same value at all times.
         *
         * @param value tau
         * @return the function
         */
        public static Tau constant(double value) {
            return new Tau(value, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
        }

        double at(NoiseLevel level) {
            return level.time() >= from && level.time() <= to ? value : 0;
        }
    }

    /** Checks the orders. */
    public SaSolver {
        History.checkOrder("predictor order (predictor_order)", predictorOrder, 1);
        History.checkOrder("corrector order (corrector_order)", correctorOrder, 0);
        if (twice && correctorOrder == 0) {
            throw new IllegalArgumentException("the second evaluation is of the corrected sample; without a corrector (corrector_order 0) there is none");
        }
    }

    @Override
    public SolverTraits traits() {
        int order = Math.max(predictorOrder, correctorOrder);
        boolean stochastic = tau.value() > 0;
        return new SolverTraits(stochastic ? Math.min(2, order) : order, stochastic ? Math.min(2, order) : 0, twice ? 2 : 1, order - 1,
                "Xue et al., arXiv:2309.05019, equations 14 to 17").withColdOrderAtMost(correctorOrder > 0 ? 3 : 2);
    }

    @Override
    public List<Stage> stages(TimeGrid grid, int step) {
        NoiseLevel from = grid.from(step);
        if (twice) {
            return twice(grid, step);
        }
        boolean corrects = History.follows(grid, step) && correctorOrder > 0;
        Combination sample = corrects ? corrected(grid, step - 1) : Combination.SAMPLE;
        Stage stage = PureNoise.touches(grid, step)
                ? Stage.of(from, PureNoise.fromAnchor(grid, step, tau(grid, step) > 0 ? 1 : 0)).withAnchor(sample)
                : Stage.of(from, Combination.ANCHOR.withMemory(weights(grid, step, limited(predictorOrder, grid, step, 0), 0))).withAnchor(start(grid, step, sample));
        return List.of(stage.withRemember(prediction.remembered(from)));
    }

    /** Predict, evaluate, correct, and evaluate again as the first of the next step. */
    private List<Stage> twice(TimeGrid grid, int step) {
        NoiseLevel from = grid.from(step);
        NoiseLevel to = grid.to(step);
        Combination remembered = prediction.remembered(from);
        if (PureNoise.touches(grid, step) || grid.still(step)) {
            return List.of(PureNoise.step(grid, step, tau(grid, step) > 0 ? 1 : 0).withRemember(remembered));
        }
        Combination predicted = Combination.ANCHOR.withMemory(weights(grid, step, limited(predictorOrder, grid, step, 0), 0));
        Stage predict = Stage.of(from, predicted).withAnchor(start(grid, step, Combination.SAMPLE)).withRemember(remembered);
        if (to.sigma() == 0 || step == grid.steps() - 1) {
            return List.of(predict);
        }
        double[] weights = weights(grid, step, limited(correctorOrder, grid, step, 1), 1);
        Combination atEnd = prediction.remembered(to);
        Combination corrected = Combination.ANCHOR.withSample(weights[0] * atEnd.sample()).withData(weights[0] * atEnd.data()).withEpsilon(weights[0] * atEnd.epsilon())
                .withMemory(Arrays.copyOfRange(weights, 1, weights.length));
        return List.of(predict, Stage.of(to, corrected));
    }

    private double tau(TimeGrid grid, int step) {
        return tau.at(convention == Convention.K_DIFFUSION ? grid.to(step) : grid.from(step));
    }

    /** The estimates a step may use besides the one at its end: less history at the start, less order at the end. */
    private History limited(int order, TimeGrid grid, int step, int atEnd) {
        int left = grid.steps() - step + (convention == Convention.K_DIFFUSION ? -1 : atEnd);
        int limit = lowerOrderFinal ? Math.min(order, left) : order;
        return History.withSignal(grid, step, grid.to(step).sigma() == 0 || grid.still(step) ? 1 - atEnd : limit - atEnd);
    }

    /** The corrected end of a step: its anchor, which holds start and noise, and the estimates with the newest at the end. */
    private Combination corrected(TimeGrid grid, int step) {
        return Combination.ANCHOR.withMemory(weights(grid, step, limited(correctorOrder, grid, step, 1), 1));
    }

    /** What a step starts from: the given sample carried to the end of the step, with the step's noise. */
    private Combination start(TimeGrid grid, int step, Combination sample) {
        DpmTerms terms = terms(grid, step);
        double[] memory = sample.memory().stream().mapToDouble(w -> w * terms.sample()).toArray();
        return Combination.ZERO.withSample(sample.sample() * terms.sample()).withAnchor(sample.anchor() * terms.sample())
                .withMemory(memory).withNoise(terms.noise());
    }

    private DpmTerms terms(TimeGrid grid, int step) {
        double t = tau(grid, step);
        NoiseLevel from = grid.from(step);
        NoiseLevel to = grid.to(step);
        DpmTerms terms = DpmTerms.of(from, to, prediction, t * t);
        double noise = prediction == Prediction.DATA || t == 0 ? terms.noise() : t * to.sigma() * Math.sqrt(Math.expm1(2 * grid.h(step)));
        return new DpmTerms(terms.sample(), terms.value(), terms.factor(), terms.z(), noise);
    }

    /** The weights of all remembered estimates; with one at the step's end, {@code atEnd} 1, that is the newest. */
    private double[] weights(TimeGrid grid, int step, History history, int atEnd) {
        DpmTerms terms = terms(grid, step);
        double[] nodes = history.nodes(grid, atEnd);
        boolean halves = nodes.length == 2 && (type == SolverType.MIDPOINT || prediction == Prediction.DATA && convention == Convention.DIFFUSERS);
        return history.memory(terms.weights(nodes, halves ? terms.factor() * terms.z() / 2 : terms.moment(1)));
    }
}
