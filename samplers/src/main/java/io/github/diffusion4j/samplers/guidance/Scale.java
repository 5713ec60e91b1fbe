package io.github.diffusion4j.samplers.guidance;

import io.github.diffusion4j.core.guidance.Place;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/** How strong guidance is at each evaluation of a run. */
@FunctionalInterface
public interface Scale extends Serializable {

    /**
     * The scale at an evaluation.
     *
     * @param place the evaluation
     * @return the scale
     */
    double at(Place place);

    /**
     * One scale for the whole run.
     *
     * @param value the scale
     * @return the scale
     */
    static Scale of(double value) {
        return new Constant(value);
    }

    /**
     * A scale for each step of the grid.
     *
     * @param values one for each step, the last one also for all steps after it
     * @return the scale
     */
    static Scale steps(double... values) {
        return new Listed(Arrays.stream(values).boxed().toList());
    }

    /**
     * The scale with which classifier-free guidance is the first-order CFG++ (Chung et al., arXiv:2406.08070, algorithm 2): renoising by the unconditional estimate at a scale
     * {@code s} is guidance at {@code w = s / (1 - r)} with {@code r = (sigma'/alpha') / (sigma/alpha)}, the noise that a step keeps. For solvers of first order; twice the steps are twice the
     * guidance.
     *
     * @param scale s, usually in 0 to 1
     * @return the scale w
     */
    static Scale plusPlus(double scale) {
        return new PlusPlus(scale, 0);
    }

    /**
     * The scale with another number added.
     *
     * @param offset what is added
     * @return the scale
     */
    default Scale plus(double offset) {
        return offset == 0 ? this : new Shifted(this, offset);
    }

    /** Refuses a number that is no scale. */
    private static void checkFinite(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("a guidance scale must be finite, got " + value);
        }
    }

    /**
     * One scale.
     *
     * @param value the scale
     */
    record Constant(double value) implements Scale {

        /** Checks the number. */
        public Constant {
            checkFinite(value);
        }

        @Override
        public double at(Place place) {
            return value;
        }
    }

    /**
     * A scale for each step.
     *
     * @param values one for each step, the last one also for all after it
     */
    record Listed(List<Double> values) implements Scale {

        /** Checks the numbers. */
        public Listed {
            values = List.copyOf(values);
            if (values.isEmpty()) {
                throw new IllegalArgumentException("scales for steps need at least one, got none");
            }
            values.forEach(Scale::checkFinite);
        }

        @Override
        public double at(Place place) {
            return values.get(Math.min(place.step(), values.size() - 1));
        }
    }

    /**
     * A scale and a number.
     *
     * @param scale the scale
     * @param offset what is added
     */
    record Shifted(Scale scale, double offset) implements Scale {

        @Override
        public double at(Place place) {
            return scale.at(place) + offset;
        }
    }

    /**
     * The scale of {@link Scale#plusPlus}.
     *
     * @param scale s
     * @param eta how much of the noise an ancestral solver makes anew, 0 for none
     */
    record PlusPlus(double scale, double eta) implements Scale {

        /** Checks the numbers. */
        public PlusPlus {
            checkFinite(scale);
            checkFinite(eta);
        }

        @Override
        public double at(Place place) {
            if (place.order() > 1) {
                throw new IllegalArgumentException("a scale makes CFG++ of a solver of first order only, this one has order " + place.order()
                        + "; use the solver's variant of CFG++ with classifier-free guidance");
            }
            double from = place.level().edmSigma();
            double to = place.to().edmSigma();
            double up = eta == 0 ? 0 : Math.min(to, eta * to * Math.sqrt(1 - to * to / (from * from)));
            double kept = Double.isInfinite(from) ? 0 : Math.sqrt(to * to - up * up) / from;
            return scale / (1 - kept);
        }
    }

    /**
     * The factor of the noise estimate in temporal score rescaling (arXiv:2510.01184, equation 9): {@code r = (snr v + 1) / (snr v / k + 1)} with {@code v = sigma^2} of the data and
     * {@code snr = alpha^2 / sigma^2}; k at infinite snr.
     *
     * @param k how strongly scores are rescaled where there is little noise, above 0, 1 for not at all
     * @param deviation sigma of the data
     */
    record Temporal(double k, double deviation) implements Scale {

        /** Checks the numbers. */
        public Temporal {
            if (!(k > 0 && Double.isFinite(k)) || !(deviation > 0 && Double.isFinite(deviation))) {
                throw new IllegalArgumentException("temporal score rescaling takes k and deviation above 0, got k " + k + " and deviation " + deviation);
            }
        }

        @Override
        public double at(Place place) {
            double sigma = place.level().edmSigma();
            double share = deviation * deviation / (sigma * sigma);
            return Double.isInfinite(share) ? k : (share + 1) / (share / k + 1);
        }
    }

    /**
     * Scales that change along the run, as Dynamic Thresholding draws them: {@code minimum + (scale - minimum) g(f)} with f from 0 at the first step to 1 at the last.
     *
     * @param shape g
     * @param scale the scale where g is 1
     * @param minimum the scale where g is 0
     * @param value the exponent, or the number of repeats, of shapes that have one
     */
    record Shaped(Shape shape, double scale, double minimum, double value) implements Scale {

        /** Checks the numbers. */
        public Shaped {
            checkFinite(scale);
            checkFinite(minimum);
            checkFinite(value);
        }

        @Override
        public double at(Place place) {
            double f = place.steps() == 1 ? 0 : (double) place.step() / (place.steps() - 1);
            return minimum + (scale - minimum) * shape.at(f, value);
        }
    }

    /** The shapes of {@link Shaped}, f from 0 to 1 along the run. */
    enum Shape {
        /** 1. */
        CONSTANT,
        /** 1 - f. */
        LINEAR_DOWN,
        /** cos f. */
        HALF_COSINE_DOWN,
        /** cos(1.5707 f). */
        COSINE_DOWN,
        /** f. */
        LINEAR_UP,
        /** 1 - cos f. */
        HALF_COSINE_UP,
        /** 1 - cos(1.5707 f). */
        COSINE_UP,
        /** f to the power of the value. */
        POWER_UP,
        /** 1 - f to the power of the value. */
        POWER_DOWN,
        /** |1 - 2 frac(value f)|. */
        LINEAR_REPEATING,
        /** (1 + cos(6.28318 value f)) / 2. */
        COSINE_REPEATING,
        /** frac(value f). */
        SAWTOOTH;

        private static final double QUARTER = 1.5707;
        private static final double WHOLE = 6.28318;

        double at(double f, double value) {
            double repeated = value * f - Math.floor(value * f);
            return switch (this) {
                case CONSTANT -> 1;
                case LINEAR_DOWN -> 1 - f;
                case HALF_COSINE_DOWN -> Math.cos(f);
                case COSINE_DOWN -> Math.cos(QUARTER * f);
                case LINEAR_UP -> f;
                case HALF_COSINE_UP -> 1 - Math.cos(f);
                case COSINE_UP -> 1 - Math.cos(QUARTER * f);
                case POWER_UP -> Math.pow(f, value);
                case POWER_DOWN -> 1 - Math.pow(f, value);
                case LINEAR_REPEATING -> Math.abs(1 - 2 * repeated);
                case COSINE_REPEATING -> (1 + Math.cos(WHOLE * value * f)) / 2;
                case SAWTOOTH -> repeated;
            };
        }
    }
}
