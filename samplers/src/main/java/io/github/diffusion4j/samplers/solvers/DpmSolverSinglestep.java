package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Combination;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.core.plan.Stage;
import java.util.List;

/**
 * DPM-Solver and DPM-Solver++ singlestep, spread over the steps of a grid (Lu et al., arXiv:2206.00927, algorithms 1 and 2;
 * arXiv:2211.01095, algorithm 1). A block of p steps starts anew: its k-th step goes from the start of the block to the k-th
 * grid point with order k. With h the half log-SNR distance from the start of the block, h_k that of the k-th estimate,
 * <pre>
 *   order 2   h D' = (m1 - m0) h / h1
 *   order 3   midpoint  h D' = (m2 - m0) h / h2
 *             heun      the line through both differences, and h^2 D''
 * </pre>
 *
 * <p>Erratum: Diffusers' {@code sde-dpmsolver++} of order 3, type heun, has 1/2 with the wrong sign in the weight of {@code D''};
 * {@link Convention#DIFFUSERS} reproduces it.
 *
 * @param orders the order of each step of the whole grid; where the run lacks the history, less
 * @param prediction DATA for DPM-Solver++, NOISE for DPM-Solver
 * @param type the weight of the differences
 * @param eta 0 for the ODE, 1 for the reverse SDE
 * @param convention whose third order
 */
public record DpmSolverSinglestep(List<Integer> orders, Prediction prediction, SolverType type, double eta, Convention convention)
        implements Solver {

    /** Checks the orders. */
    public DpmSolverSinglestep {
        orders = List.copyOf(orders);
        if (orders.isEmpty() || orders.stream().anyMatch(order -> order < 1 || order > 3)) {
            throw new IllegalArgumentException("each step needs an order of 1 to 3, got " + orders);
        }
    }

    @Override
    public SolverTraits traits() {
        int order = orders.stream().mapToInt(Integer::intValue).max().orElseThrow();
        int weak = Math.min(2, order);
        SolverTraits traits = new SolverTraits(eta == 0 ? order : weak, eta == 0 ? 0 : weak, 1, order - 1, "Lu et al., arXiv:2206.00927, algorithms 1 and 2");
        return orders.get(orders.size() - 1) == 1 ? traits : traits.withNoisyEnd();
    }

    @Override
    public List<Stage> stages(TimeGrid grid, int step) {
        if (grid.steps() != orders.size()) {
            throw new IllegalArgumentException("orders were given for " + orders.size() + " steps, the grid has " + grid.steps());
        }
        int order = Math.min(orders.get(step), grid.history(step) + 1);
        NoiseLevel start = grid.from(step - order + 1);
        NoiseLevel to = grid.to(step);
        DpmTerms terms = DpmTerms.of(start, to, prediction, eta);
        double h = to.lambda() - start.lambda();
        double[] weights = switch (order) {
            case 1 -> new double[] {terms.value()};
            case 2 -> second(terms, h / (grid.from(step).lambda() - start.lambda()));
            default -> third(terms, to, h / (grid.from(step).lambda() - start.lambda()), h / (grid.from(step - 1).lambda() - start.lambda()));
        };
        Stage stage = Stage.of(grid.from(step), terms.from(order > 1).withMemory(weights))
                .withRemember(prediction.remembered(grid.from(step))).withInterval(start, to);
        return List.of(order == 1 ? stage.withAnchor(Combination.SAMPLE) : stage);
    }

    private double[] second(DpmTerms terms, double perStep) {
        double slope = (type == SolverType.HEUN ? terms.slope() : terms.value() / 2) * perStep;
        return new double[] {slope, terms.value() - slope};
    }

    /** {@code per0 = h / h2} and {@code per1 = h / h1} turn the differences to the newest and the middle estimate into slopes. */
    private double[] third(DpmTerms terms, NoiseLevel to, double per0, double per1) {
        if (type == SolverType.MIDPOINT) {
            double slope = terms.slope() * per0;
            return new double[] {slope, 0, terms.value() - slope};
        }
        double r0 = 1 / per0;
        double r1 = 1 / per1;
        double curvature = convention == Convention.DIFFUSERS && eta > 0 ? terms.curvature() - to.alpha() : terms.curvature();
        double newest = (-terms.slope() * r1 + 2 * curvature) / (r0 - r1) * per0;
        double middle = (terms.slope() * r0 - 2 * curvature) / (r0 - r1) * per1;
        return new double[] {newest, middle, terms.value() - newest - middle};
    }
}
