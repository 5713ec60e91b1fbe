package io.github.diffusion4j.samplers.solvers;

import java.io.Serializable;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/** How a multistep method on slopes weighs those that it remembers. */
public sealed interface SlopeWeights extends Serializable {

    /** The integral of the polynomial through the slopes, whatever the steps are (Hairer, Norsett and Wanner, Solving Ordinary Differential Equations I, equation III.5.2). */
    SlopeWeights EXACT = new Exact();

    /** The weights of equal steps, at most four slopes (ibid., table III.1.1). Steps are hardly ever equal, so that the order is 2 at most; as iPNDM good at few steps. */
    SlopeWeights EQUAL_STEPS = new EqualSteps();

    /**
     * The weights of {@code ipndm_v}, at most four slopes, as they were published with code (Zhou et al., arXiv:2405.11326, and ComfyUI). They were meant to be {@link #EXACT}: with three slopes a
     * parenthesis is missing, which costs exactness and, where steps change smoothly, no order; with four a ratio of steps is another one's, so that they do not even sum to 1.
     */
    SlopeWeights IPNDM_V = new Published();

    /**
     * ComfyUI's and diff-sampler's DEIS, "tab": the polynomial through the slopes is one of the time of a variance-preserving process that reaches from sigma 0.002 to 80 (Zhang and Chen,
     * arXiv:2204.13902, equation 13; Zhou et al., arXiv:2405.11326, code), where {@link Deis} has it in ln sigma and {@link #EXACT} in sigma.
     *
     * @param points the points of the Riemann sum for the integrals, 10,000 as published, 0 for the integrals themselves
     * @return the weights
     * @throws IllegalArgumentException if there are less than no points
     */
    static SlopeWeights vpTime(int points) {
        return new VpTime(points);
    }

    /**
     * Gradient estimation, two slopes {@code gamma d + (1 - gamma) d'}, and the newest alone in a step to clean data (Permenter and Yuan, arXiv:2306.04848, algorithm 2).
     *
     * @param gamma 1.5 for Adams-Bashforth with equal steps; 2 is published, which is of order 1 and good at few steps
     * @return the weights
     * @throws IllegalArgumentException if gamma is not finite
     */
    static SlopeWeights gradientEstimation(double gamma) {
        return new Gradient(gamma);
    }

    /**
     * The same weights, but in a step to clean data the newest slope alone, so that the step ends at the estimate: ComfyUI's.
     *
     * @return the weights
     */
    default SlopeWeights endingPlain() {
        return new EndingPlain(this);
    }

    /** Weights of slopes, the newest first, for the way from the newest's time. */
    double[] of(double[] times, double to);

    /** The most slopes that there are weights for. */
    int most();

    /** The order with so many slopes on steps that change smoothly. */
    int order(int slopes);

    /** Where they were published. */
    String citation();

    /** Whether a step to clean data takes the newest slope alone. */
    default boolean endsPlain() {
        return false;
    }

    /** See {@link #EXACT}. */
    record Exact() implements SlopeWeights {

        @Override
        public double[] of(double[] times, double to) {
            return Lagrange.integrals(times, times[0], to);
        }

        @Override
        public String citation() {
            return "Hairer, Norsett and Wanner, Solving ODEs I, section III.5";
        }

        @Override
        public int most() {
            return History.HIGHEST_ORDER;
        }

        @Override
        public int order(int slopes) {
            return slopes;
        }
    }

    /** See {@link #EQUAL_STEPS}. */
    record EqualSteps() implements SlopeWeights {

        @Override
        public double[] of(double[] times, double to) {
            return scaled(to - times[0], AdamsBashforth.weights(times.length));
        }

        @Override
        public String citation() {
            return "Zhang and Chen, arXiv:2204.13902, appendix H";
        }

        @Override
        public int most() {
            return 4;
        }

        @Override
        public int order(int slopes) {
            return Math.min(2, slopes);
        }
    }

    /**
     * See {@link #gradientEstimation}.
     *
     * @param gamma the weight of the newest slope
     */
    record Gradient(double gamma) implements SlopeWeights {

        /** Checks the weight. */
        public Gradient {
            if (!Double.isFinite(gamma)) {
                throw new IllegalArgumentException("gamma must be finite, got " + gamma);
            }
        }

        @Override
        public double[] of(double[] times, double to) {
            return times.length == 1 ? new double[] {to - times[0]} : scaled(to - times[0], gamma, 1 - gamma);
        }

        @Override
        public String citation() {
            return "Permenter and Yuan, arXiv:2306.04848, algorithm 2";
        }

        @Override
        public int most() {
            return 2;
        }

        @Override
        public int order(int slopes) {
            return 1;
        }

        @Override
        public boolean endsPlain() {
            return true;
        }
    }

    /** See {@link #IPNDM_V}. */
    record Published() implements SlopeWeights {

        @Override
        public double[] of(double[] times, double to) {
            double[] h = new double[times.length];
            for (int k = 0; k < h.length; k++) {
                h[k] = (k == 0 ? to : times[k - 1]) - times[k];
            }
            return scaled(h[0], switch (h.length) {
                case 1 -> new double[] {1};
                case 2 -> new double[] {1 + h[0] / h[1] / 2, -h[0] / h[1] / 2};
                case 3 -> three(h);
                default -> four(h);
            });
        }

        private static double third(double... h) {
            return (1 - h[0] / (3 * (h[0] + h[1])) * (h[0] * (h[0] + h[1])) / (h[1] * (h[1] + h[2]))) / 2;
        }

        private static double[] three(double... h) {
            double third = third(h);
            return new double[] {1 + h[0] / h[1] / 2 + third, -h[0] / h[1] / 2 - (1 + h[1] / h[2]) * third, third * h[1] / h[2]};
        }

        private static double[] four(double... h) {
            double third = third(h);
            double two = h[0] + h[1];
            double three = two + h[2];
            double fourth = ((1 - h[0] / (3 * two)) / 2 + (1 - h[0] / (2 * two)) * h[0] / (6 * three)) * (h[0] * two * three) / (h[1] * (h[1] + h[2]) * (h[1] + h[2] + h[3]));
            double ratio = h[1] * (h[1] + h[2]) / (h[2] * (h[2] + h[3]));
            double near = h[1] / h[2];
            return new double[] {1 + h[0] / h[1] / 2 + third + fourth, -h[0] / h[1] / 2 - (1 + near) * third - (1 + near + ratio) * fourth,
                third * near + (near + ratio * (1 + h[2] / h[3])) * fourth, -fourth * ratio * near};
        }

        @Override
        public String citation() {
            return "Zhou et al., arXiv:2405.11326, code";
        }

        @Override
        public int most() {
            return 4;
        }

        @Override
        public int order(int slopes) {
            return slopes == 4 ? 1 : slopes;
        }
    }

    /**
     * See {@link #vpTime}.
     *
     * @param points of the sum, 0 for integrals
     */
    record VpTime(int points) implements SlopeWeights {

        private static final double BEGIN = 1e-3;
        private static final double LOWEST = Math.log1p(0.002 * 0.002);
        private static final double HIGHEST = Math.log1p(80 * 80.0);
        private static final double RISE = 2 * (LOWEST / BEGIN - HIGHEST) / (BEGIN - 1);
        private static final double BETA = HIGHEST - RISE / 2;

        /** Checks the points. */
        public VpTime {
            if (points < 0) {
                throw new IllegalArgumentException("the points of a sum are at least 0, got " + points);
            }
        }

        /** {@code ln(1 + sigma^2) = beta_d t^2 / 2 + beta_min t}, solved for t. */
        private static double time(double sigma) {
            return (Math.sqrt(BETA * BETA + 2 * RISE * Math.log1p(sigma * sigma)) - BETA) / RISE;
        }

        /** {@code d sigma / dt}. */
        private static double speed(double t) {
            double alpha = Math.exp(-t * t * RISE / 2 - t * BETA);
            return (t * RISE + BETA) / 2 / Math.sqrt(alpha * (1 - alpha));
        }

        @Override
        public double[] of(double[] times, double to) {
            if (times.length == 1) {
                return new double[] {to - times[0]};
            }
            double[] nodes = Arrays.stream(times).map(VpTime::time).toArray();
            double end = time(to);
            double[] weights = new double[nodes.length];
            for (int j = 0; j < weights.length; j++) {
                int node = j;
                weights[j] = points == 0 ? integral(times[0], to, sigma -> basis(nodes, node, time(sigma))) : sum(nodes, node, end);
            }
            return weights;
        }

        /** Over {@code asinh(sigma)}, in which the time is smooth, also at 0. */
        private static double integral(double from, double to, DoubleUnaryOperator ofSigma) {
            return GaussLegendre.integral(asinh(from), asinh(to), u -> ofSigma.applyAsDouble(Math.sinh(u)) * Math.cosh(u));
        }

        private static double asinh(double x) {
            return Math.log(x + Math.hypot(x, 1));
        }

        private double sum(double[] nodes, int node, double end) {
            double sum = 0;
            for (int i = 0; i < points; i++) {
                double t = nodes[0] + (end - nodes[0]) * i / (points - 1);
                sum += speed(t) * basis(nodes, node, t);
            }
            return sum * (end - nodes[0]) / points;
        }

        private static double basis(double[] nodes, int j, double t) {
            double product = 1;
            for (int m = 0; m < nodes.length; m++) {
                product *= m == j ? 1 : (t - nodes[m]) / (nodes[j] - nodes[m]);
            }
            return product;
        }

        @Override
        public int most() {
            return 4;
        }

        @Override
        public String citation() {
            return "Zhang and Chen, arXiv:2204.13902, equation 13";
        }

        @Override
        public int order(int slopes) {
            return slopes;
        }
    }

    /**
     * See {@link #endingPlain}.
     *
     * @param weights all other steps' weights
     */
    record EndingPlain(SlopeWeights weights) implements SlopeWeights {

        @Override
        public double[] of(double[] times, double to) {
            return weights.of(times, to);
        }

        @Override
        public int most() {
            return weights.most();
        }

        @Override
        public String citation() {
            return weights.citation();
        }

        @Override
        public int order(int slopes) {
            return weights.order(slopes);
        }

        @Override
        public boolean endsPlain() {
            return true;
        }
    }

    private static double[] scaled(double factor, double... weights) {
        double[] result = weights.clone();
        for (int k = 0; k < result.length; k++) {
            result[k] *= factor;
        }
        return result;
    }
}
