package io.github.diffusion4j.core.training;

import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.kernel.Rows;
import io.github.diffusion4j.core.kernel.Term;
import java.io.Serializable;
import java.util.List;

/**
 * A running average of a network's parameters: how much of the mean each update keeps, {@code mean = decay mean + (1 - decay) value}.
 *
 * <p>A rule is a number for each update and never sees an array; {@link #update} is the one operation on arrays. Published rules are compositions:
 *
 * <pre>{@code
 * Average.constant(0.95)                                               // target network of latent consistency distillation
 * Average.ramp().atMost(0.999)                                         // score_sde
 * Average.warmup(1, 1).after(1)                                        // the plain mean of all values
 * Average.warmup(g, p).atMost(0.9999).atLeast(min).after(1 + start)    // Diffusers' EMAModel with use_ema_warmup; without it ramp()
 * Average.warmup(g, p).after(1 + start).atLeast(min).atMost(max)       // k-diffusion's EMAWarmup
 * Average.halfLife(500_000 / batch, 0.05)                              // EDM
 * Average.power(0.05)                                                  // EDM2
 * }</pre>
 */
@FunctionalInterface
public interface Average extends Serializable {

    /**
     * How much of the mean an update keeps.
     *
     * @param step the number of updates with this one, from 1
     * @return the decay, from 0 (the mean becomes the value) to 1 (the mean stays)
     * @throws IllegalArgumentException if the step is below 1
     */
    double decay(long step);

    /**
     * What each value weighs in the mean after some updates: {@code w_i = (1 - decay(i)) decay(i + 1) ... decay(n)}.
     *
     * @param steps the number of updates n, at least 0
     * @return n + 1 weights with sum 1: of what the mean began with, and of the values in their order
     */
    default double[] weights(int steps) {
        double[] weights = new double[steps + 1];
        double kept = 1;
        for (int i = steps; i >= 1; i--) {
            double decay = decay(i);
            weights[i] = kept * (1 - decay);
            kept *= decay;
        }
        weights[0] = kept;
        return weights;
    }

    /**
     * This rule, and no decay above a limit: a memory of about {@code 1 / (1 - limit)} updates.
     *
     * @param limit from 0 to 1
     * @return {@code min(decay, limit)}
     */
    default Average atMost(double limit) {
        return new AtMost(this, limit);
    }

    /**
     * This rule, and no decay below a limit.
     *
     * @param limit from 0 to 1
     * @return {@code max(decay, limit)}
     */
    default Average atLeast(double limit) {
        return new AtLeast(this, limit);
    }

    /**
     * This rule after some updates that copy the value, so that the mean forgets where training began.
     *
     * @param steps the number of copies; a negative number begins in the course of the rule, as a continued training does
     * @return decay 0 up to there, and then this rule from its first update on
     */
    default Average after(long steps) {
        return new After(this, steps);
    }

    /**
     * The same decay for all updates, as target networks have it.
     *
     * @param decay from 0 to 1
     * @return the rule
     */
    static Average constant(double decay) {
        return new Constant(decay);
    }

    /**
     * {@code (1 + n) / (10 + n)} at update n: a memory that grows with what there is to remember (TensorFlow's ExponentialMovingAverage with {@code num_updates}; Song et al.,
     * arXiv:2011.13456, code). Published with {@link #atMost}.
     *
     * @return the rule
     */
    static Average ramp() {
        return new Ramp();
    }

    /**
     * {@code 1 - (1 + n / inverseGamma)^-power} at update n (Diffusers' {@code EMAModel}, k-diffusion's {@code EMAWarmup}). Power 1 and inverseGamma 1 after one copy is the mean of all values;
     * power 2/3 suits a million updates, 3/4 fewer.
     *
     * @param inverseGamma how many updates the growth takes, above 0
     * @param power at least 0
     * @return the rule
     */
    static Average warmup(double inverseGamma, double power) {
        return new Warmup(inverseGamma, power);
    }

    /**
     * {@code 0.5^(1 / min(halfLife, ramp n))} at update n (Karras et al., "EDM", arXiv:2206.00364, code). A half-life in images is divided by the batch, or see
     * {@link HalfLife#decay(double, double)}.
     *
     * @param halfLife after how many updates a value weighs half, at least 0
     * @param ramp the largest half-life as a part of what was trained, above 0; EDM has 0.05, EDM2's comparison 0.09, infinity none
     * @return the rule
     */
    static HalfLife halfLife(double halfLife, double ramp) {
        return new HalfLife(halfLife, ramp);
    }

    /**
     * The power function average of a given width, {@code (1 - 1/n)^(gamma + 1)} at update n (Karras et al., "EDM2", arXiv:2312.02696, equations 121 to 127).
     *
     * @param std the standard deviation of the profile as a part of what was trained, above 0 and at most 0.30028; EDM2 tracks 0.05 and 0.1
     * @return the rule
     * @throws IllegalArgumentException if no profile has this deviation
     */
    static Power power(double std) {
        return new Power(Power.gamma(std));
    }

    /**
     * Takes values into means, in place, each in one pass. Means should be FLOAT or DOUBLE: in HALF and BFLOAT16 a decay near 1 changes nothing, because the change is below their rounding.
     *
     * @param <A> the array of a library
     * @param arrays the library
     * @param means the means so far
     * @param values the values that come in, in the same order and of the same shapes
     * @param decay how much of the means is kept, from 0 to 1
     * @throws IllegalArgumentException if the lists or shapes differ, or the decay is none, naming it
     */
    static <A> void update(Arrays<A> arrays, List<A> means, List<A> values, double decay) {
        checkDecay("a decay", decay);
        if (means.size() != values.size()) {
            throw new IllegalArgumentException("each mean takes one value, got " + means.size() + " means and " + values.size() + " values");
        }
        for (int k = 0; k < means.size(); k++) {
            A mean = means.get(k);
            A value = values.get(k);
            // Before anything is changed by a value that would be repeated along an axis.
            if (!java.util.Arrays.equals(arrays.shape(mean), arrays.shape(value))) {
                throw new IllegalArgumentException("mean and value " + k + " must have one shape, got " + java.util.Arrays.toString(arrays.shape(mean)) + " and "
                        + java.util.Arrays.toString(arrays.shape(value)));
            }
            Kernels.combine(arrays, Rows.SAMPLES, mean, true, List.of(new Term<>(mean, decay), new Term<>(value, 1 - decay)));
        }
    }

    /**
     * The same decay for all updates.
     *
     * @param decay from 0 to 1
     */
    record Constant(double decay) implements Average {

        /** Checks the decay. */
        public Constant {
            checkDecay("a decay", decay);
        }

        @Override
        public double decay(long step) {
            checkStep(step);
            return decay;
        }
    }

    /** {@code (1 + n) / (10 + n)}. */
    record Ramp() implements Average {

        @Override
        public double decay(long step) {
            checkStep(step);
            return (1.0 + step) / (10.0 + step);
        }
    }

    /**
     * {@code 1 - (1 + n / inverseGamma)^-power}.
     *
     * @param inverseGamma above 0
     * @param power at least 0
     */
    record Warmup(double inverseGamma, double power) implements Average {

        /** Checks the numbers. */
        public Warmup {
            if (!(inverseGamma > 0 && Double.isFinite(inverseGamma) && power >= 0 && Double.isFinite(power))) {
                throw new IllegalArgumentException("a warmup needs inverseGamma above 0 and a power of at least 0, both finite, got " + inverseGamma + " and " + power);
            }
        }

        @Override
        public double decay(long step) {
            checkStep(step);
            return -Math.expm1(-power * Math.log1p(step / inverseGamma));
        }
    }

    /**
     * A half-life that grows with the training up to a limit.
     *
     * @param halfLife the limit, in updates, or in images where {@link #decay(double, double)} is asked; at least 0
     * @param ramp the half-life as a part of what was trained, above 0, infinite for the limit alone
     */
    record HalfLife(double halfLife, double ramp) implements Average {

        /** Checks the numbers. */
        public HalfLife {
            if (!(halfLife >= 0 && ramp > 0)) {
                throw new IllegalArgumentException("a half-life is at least 0 and its ramp above 0 (infinite for none), got " + halfLife + " and " + ramp);
            }
        }

        @Override
        public double decay(long step) {
            checkStep(step);
            return decay(step, 1);
        }

        /**
         * {@code 0.5^(batch / min(halfLife, ramp images))}, for batches of any sizes.
         *
         * @param images what was trained with this update
         * @param batch what this update added, above 0 and at most all images
         * @return the decay
         */
        public double decay(double images, double batch) {
            checkImages(images, batch);
            return Math.pow(0.5, batch / Math.min(halfLife, ramp * images));
        }
    }

    /**
     * The average whose values weigh like {@code t^gamma}, t from the start of the training: {@code (1 - 1/n)^(gamma + 1)}. Its profile keeps its form and grows with the training; the first
     * update copies the value.
     *
     * @param gamma the exponent, above -1
     */
    record Power(double gamma) implements Average {

        /** Where the deviation is largest: {@code g^2 + 3 g + 1 = 0}. */
        private static final double WIDEST = (Math.sqrt(5) - 3) / 2;

        /** Checks the exponent. */
        public Power {
            if (!(gamma > -1 && Double.isFinite(gamma))) {
                throw new IllegalArgumentException("the exponent of a power function average is above -1 and finite, got " + gamma);
            }
        }

        /**
         * The exponent of a profile: the largest root of {@code g^3 + 7 g^2 + (16 - std^-2) g + 12 - std^-2 = 0} (EDM2, equations 121 to 127), by the formula for three real roots.
         *
         * @param std the standard deviation as a part of what was trained, above 0 and at most 0.30028
         * @return gamma
         */
        static double gamma(double std) {
            if (!(std > 0 && std <= deviation(WIDEST))) {
                throw new IllegalArgumentException("the deviation of a power function profile is above 0 and at most " + deviation(WIDEST) + ", got " + std);
            }
            // with g = x - 7/3: x^3 - 3 r^2 x + c = 0
            double s = 1 / (std * std);
            double r = Math.sqrt((s + 1.0 / 3) / 3);
            double c = 2.0 / 27 + 4 * s / 3;
            return 2 * r * Math.cos(Math.acos(Math.max(-1, -c / (2 * r * r * r))) / 3) - 7.0 / 3;
        }

        private static double deviation(double gamma) {
            return Math.sqrt((gamma + 1) / (gamma + 3)) / (gamma + 2);
        }

        /**
         * The standard deviation of the profile as a part of what was trained, {@code sqrt((g + 1) / ((g + 2)^2 (g + 3)))}.
         *
         * @return the deviation
         */
        public double std() {
            return deviation(gamma);
        }

        @Override
        public double decay(long step) {
            checkStep(step);
            return decay(step, 1);
        }

        /**
         * {@code (1 - batch / images)^(gamma + 1)}, for batches of any sizes.
         *
         * @param images what was trained with this update
         * @param batch what this update added, above 0 and at most all images
         * @return the decay
         */
        public double decay(double images, double batch) {
            checkImages(images, batch);
            return Math.exp((gamma + 1) * Math.log1p(-batch / images));
        }

        /** In closed form, {@code (i^(gamma + 1) - (i - 1)^(gamma + 1)) / n^(gamma + 1)}. */
        @Override
        public double[] weights(int steps) {
            double[] weights = new double[steps + 1];
            weights[0] = steps == 0 ? 1 : 0;
            for (int i = 1; i <= steps; i++) {
                weights[i] = Math.pow((double) i / steps, gamma + 1) * (1 - decay(i));
            }
            return weights;
        }
    }

    /**
     * A rule below a limit.
     *
     * @param rule the rule
     * @param limit the largest decay
     */
    record AtMost(Average rule, double limit) implements Average {

        /** Checks the limit. */
        public AtMost {
            checkDecay("the largest decay", limit);
        }

        @Override
        public double decay(long step) {
            return Math.min(rule.decay(step), limit);
        }
    }

    /**
     * A rule above a limit.
     *
     * @param rule the rule
     * @param limit the smallest decay
     */
    record AtLeast(Average rule, double limit) implements Average {

        /** Checks the limit. */
        public AtLeast {
            checkDecay("the smallest decay", limit);
        }

        @Override
        public double decay(long step) {
            return Math.max(rule.decay(step), limit);
        }
    }

    /**
     * A rule after some copies.
     *
     * @param rule the rule
     * @param steps the number of copies
     */
    record After(Average rule, long steps) implements Average {

        @Override
        public double decay(long step) {
            checkStep(step);
            return step > steps ? rule.decay(step - steps) : 0;
        }
    }

    private static void checkDecay(String what, double decay) {
        if (!(decay >= 0 && decay <= 1)) {
            throw new IllegalArgumentException(what + " of an average is from 0 to 1, got " + decay);
        }
    }

    private static void checkStep(long step) {
        if (step < 1) {
            throw new IllegalArgumentException("the updates of an average count from 1, got " + step);
        }
    }

    private static void checkImages(double images, double batch) {
        if (!(batch > 0 && batch <= images && Double.isFinite(images))) {
            throw new IllegalArgumentException("an update adds a batch above 0 to the images that it counts with, got " + batch + " of " + images + " images");
        }
    }
}
