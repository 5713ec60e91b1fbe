package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Combination;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.core.plan.Stage;
import java.util.ArrayList;
import java.util.List;

/**
 * Exponential Runge-Kutta methods of two and three evaluations on the estimate of the data: SEEDS as SDE (Gonzalez et al., arXiv:2305.14267, algorithms 2 and 3), RES as ODE (Zhang et al.,
 * arXiv:2308.02157, table 2; Hochbruck and Ostermann, Acta Numerica 2010, equation 2.34). With {@code h} the step of half log-SNR, {@code z = -(1 + eta) h}, nodes {@code c_i} and the estimates
 * {@code D_i} at {@code lambda + c_i h},
 * <pre>
 *   X_i = S(c_i) x - alpha_i (z c_i phi1(z c_i) D + z sum_(1 &lt; j &lt; i) a_ij (D_j - D)),   x' = S(1) x - alpha' (z phi1(z) D + z sum_j b_j (D_j - D))
 *   two:    b_2 = phi2(z) / c2 (RES) or phi1(z) / (2 c2) (SEEDS)
 *   three:  gamma = (3 c3^2 - 2 c3) / (c2 (2 - 3 c2)) (RES) or 0 (SEEDS),  a_32 = gamma c2 phi2(z c2) + c3^2 / c2 phi2(z c3),  b_3 = phi2(z) / (gamma c2 + c3),  b_2 = gamma b_3
 * </pre>
 * {@code S(c) x} is the exact solution without data: the sample carried to the node, with noise of its own for each stretch between two nodes, which do not overlap. A step to clean data is Euler's.
 *
 * <p>Three evaluations are of order 3; with the weights of SEEDS they are so at c3 = 2/3 alone, where both are the same, and else of order 2.
 *
 * <p>Erratum: RES4LYF has {@code 3 c3^3} in gamma, which is of order 2 unless c3 is 1.
 *
 * @param nodes c2, or c2 and c3, ascending in (0, 1]
 * @param weights the weights of the second estimate
 * @param eta 0 for the ODE, 1 for the reverse SDE
 */
public record Seeds(List<Double> nodes, Weights weights, double eta) implements Solver {

    /** The weights of the second estimate. */
    public enum Weights {
        /** SEEDS: {@code phi1(z) / (2 c2)} of two, which ComfyUI calls phi_1, none in the end of three. */
        SEEDS,
        /** RES: {@code phi2(z) / c2} of two, which ComfyUI calls phi_2, {@code gamma b_3} of three. */
        RES
    }

    /** Checks nodes and eta. */
    public Seeds {
        nodes = List.copyOf(nodes);
        if (nodes.isEmpty() || nodes.size() > 2 || !(nodes.get(0) > 0 && nodes.get(nodes.size() - 1) <= 1) || nodes.size() == 2 && !(nodes.get(0) < nodes.get(1))) {
            throw new IllegalArgumentException("the nodes are c2, or c2 and c3, ascending in (0, 1], got " + nodes);
        }
        if (!(eta >= 0 && Double.isFinite(eta))) {
            throw new IllegalArgumentException("eta must be at least 0 and finite, got " + eta);
        }
        if (nodes.size() == 2 && weights == Weights.RES && Math.abs(2 - 3 * nodes.get(0)) < 1e-9) {
            throw new IllegalArgumentException("with c2 = 2/3 the third-order weights do not exist; take another, for instance 1/2");
        }
    }

    /**
     * RES of two evaluations, order 2.
     *
     * @param c2 the second node, 1/2 for {@code res_2s}, 1 for {@code res_2s_stable}
     * @return the solver
     */
    public static Seeds res2(double c2) {
        return new Seeds(List.of(c2), Weights.RES, 0);
    }

    /**
     * RES of three evaluations, order 3.
     *
     * @param c2 the second node, 1/2 for {@code res_3s}
     * @param c3 the third node, 1 for {@code res_3s}
     * @return the solver
     */
    public static Seeds res3(double c2, double c3) {
        return new Seeds(List.of(c2, c3), Weights.RES, 0);
    }

    @Override
    public SolverTraits traits() {
        int evaluations = nodes.size() + 1;
        int order = weights == Weights.RES || Math.abs(nodes.get(nodes.size() - 1) - 2 / 3.0) < 1e-9 ? evaluations : 2;
        return new SolverTraits(eta > 0 ? 2 : order, eta > 0 ? 2 : 0, evaluations, 0, eta > 0 ? "Gonzalez et al., arXiv:2305.14267, algorithms 2 and 3" : "Zhang et al., arXiv:2308.02157, table 2");
    }

    @Override
    public List<Stage> stages(TimeGrid grid, int step) {
        NoiseLevel from = grid.from(step);
        NoiseLevel to = grid.to(step);
        if (PureNoise.touches(grid, step) || grid.still(step) || to.sigma() == 0) {
            return List.of(PureNoise.step(grid, step, to.sigma() == 0 || eta == 0 ? 0 : 1));
        }
        double z = -(1 + eta) * grid.h(step);
        List<NoiseLevel> levels = new ArrayList<>(List.of(from));
        nodes.forEach(c -> levels.add(c == 1 ? to : grid.curve().atEdmSigma(Math.exp(-(from.lambda() + c * grid.h(step))))));
        levels.add(to);
        List<Stage> stages = new ArrayList<>();
        for (int i = 0; i + 1 < levels.size(); i++) {
            double c = i < nodes.size() ? nodes.get(i) : 1;
            Combination next = estimates(levels.get(i + 1).alpha(), z * c * Phi.of(1, z * c), weights(z, i), z).withAnchor(1);
            stages.add(Stage.of(levels.get(i), next).withAnchor(carried(levels.get(i), levels.get(i + 1), i)).withRemember(Combination.ZERO.withData(1)).withInterval(levels.get(i), levels.get(i + 1)));
        }
        return stages;
    }

    /** The sample without data, one stretch further. */
    private Combination carried(NoiseLevel from, NoiseLevel to, int stage) {
        DpmTerms terms = DpmTerms.of(from, to, Prediction.DATA, eta);
        Combination kept = stage == 0 ? Combination.ZERO.withSample(terms.sample()) : Combination.ZERO.withAnchor(terms.sample());
        return kept.withNoise(terms.noise());
    }

    /** The weights of {@code D_j - D} for the end of a stage, the second estimate first. */
    private double[] weights(double z, int stage) {
        double c2 = nodes.get(0);
        if (stage == 0) {
            return new double[0];
        }
        if (nodes.size() == 1) {
            return new double[] {weights == Weights.RES ? Phi.of(2, z) / c2 : Phi.of(1, z) / (2 * c2)};
        }
        double c3 = nodes.get(1);
        double gamma = weights == Weights.SEEDS ? 0 : (3 * c3 * c3 - 2 * c3) / (c2 * (2 - 3 * c2));
        if (stage == 1) {
            return new double[] {gamma * c2 * Phi.of(2, z * c2) + c3 * c3 / c2 * Phi.of(2, z * c3)};
        }
        double b3 = Phi.of(2, z) / (gamma * c2 + c3);
        return new double[] {gamma * b3, b3};
    }

    /** Estimates are remembered with the newest, the last of them, first. */
    private static Combination estimates(double alpha, double whole, double[] others, double z) {
        double[] memory = new double[others.length + 1];
        memory[others.length] = -alpha * whole;
        for (int j = 0; j < others.length; j++) {
            double weight = -alpha * z * others[j];
            memory[others.length - 1 - j] += weight;
            memory[others.length] -= weight;
        }
        return Combination.ZERO.withMemory(memory);
    }
}
