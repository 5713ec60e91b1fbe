package io.github.diffusion4j.core.training;

import java.io.Serializable;

/**
 * What a loss makes of the squared error of a sample: a function of the sum S of squares over its elements. Its slope turns it into a weighted squared error: with the weight {@code dvalue/dS},
 * taken without gradient, {@code weight S} has the gradient of the loss.
 */
public interface LossNorm extends Serializable {

    /**
     * The loss.
     *
     * @param squares the sum of squared errors, at least 0
     * @return the loss
     */
    double value(double squares);

    /**
     * The derivative of the loss, the weight of the squared error that has its gradient.
     *
     * @param squares the sum of squared errors, at least 0
     * @return the slope
     */
    double slope(double squares);

    /**
     * The sum of squares itself.
     *
     * @return the norm
     */
    static LossNorm squared() {
        return new Power(1, 0);
    }

    /**
     * The pseudo-Huber loss {@code sqrt(S + c^2) - c} (Song and Dhariwal, arXiv:2310.14189, section 3.3). It belongs to the norm of the whole sample; of single elements, S being the square of
     * one, it is what trainers call Huber (times 2 c) and smooth L1 (times 2).
     *
     * @param c the error up to which the loss is quadratic, at least 0; 0 is the Euclidean norm itself
     * @return the norm
     */
    static LossNorm pseudoHuber(double c) {
        return new PseudoHuber(c);
    }

    /**
     * iCT's pseudo-Huber loss, {@code c = 0.00054 sqrt(d)} (Song and Dhariwal, arXiv:2310.14189, section 3.3).
     *
     * @param elements the number d of elements of a sample
     * @return the norm
     */
    static LossNorm improvedConsistency(long elements) {
        return new PseudoHuber(0.00054 * Math.sqrt(elements));
    }

    /**
     * A squared error whose weight falls where it is large, {@code S / (S + c)^p} with the denominator taken without gradient (Geng et al., "MeanFlow", arXiv:2505.13447, equation 22).
     *
     * @param p the power, at least 0; 1 usually
     * @param c above 0; 1e-3 usually
     * @return the norm; its value is what is logged, its slope the weight
     */
    static LossNorm adaptive(double p, double c) {
        return new Power(p, c);
    }

    /**
     * {@code sqrt(S + c^2) - c}.
     *
     * @param c at least 0
     */
    record PseudoHuber(double c) implements LossNorm {

        /** Checks c. */
        public PseudoHuber {
            if (!(c >= 0 && Double.isFinite(c))) {
                throw new IllegalArgumentException("the c of a pseudo-Huber loss must be at least 0 and finite, got " + c);
            }
        }

        /** Without the cancellation of small errors. */
        @Override
        public double value(double squares) {
            double root = Math.sqrt(squares + c * c);
            return root + c == 0 ? 0 : squares / (root + c);
        }

        @Override
        public double slope(double squares) {
            return 0.5 / Math.sqrt(squares + c * c);
        }
    }

    /**
     * {@code S} times a weight {@code (S + c)^-p} that is taken without gradient; {@code S} itself where c is 0.
     *
     * @param p the power
     * @param c the constant
     */
    record Power(double p, double c) implements LossNorm {

        /** Checks the numbers. */
        public Power {
            if (!(p >= 0 && Double.isFinite(p) && c >= 0 && Double.isFinite(c))) {
                throw new IllegalArgumentException("an adaptive weight needs p and c of at least 0, got p=" + p + ", c=" + c);
            }
        }

        @Override
        public double value(double squares) {
            return squares * slope(squares);
        }

        @Override
        public double slope(double squares) {
            return c == 0 ? 1 : Math.pow(squares + c, -p);
        }
    }
}
