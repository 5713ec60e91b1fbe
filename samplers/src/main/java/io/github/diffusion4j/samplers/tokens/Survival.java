package io.github.diffusion4j.samplers.tokens;

import java.io.Serializable;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * How many tokens have survived at a time t from 0 (data) to 1 (noise), {@code alpha(t) = e^(-sigma(t))}, and how fast they go. Immutable, and equal by value.
 *
 * <p>The schedules of MDLM (Sahoo et al., arXiv:2406.07524) keep a thousandth at t = 1, so that a run or a bound over them ends short of pure noise; runs of this library start from noise all the same.
 */
public interface Survival extends Serializable {

    /** {@code 1 - t}. */
    Survival LINEAR = new Power(1);
    /** {@code 1 - 0.999 t}, MDLM's. */
    Survival LOG_LINEAR = new Resting(LINEAR, Resting.REST);
    /** {@code 0.001 + 0.999 cos(pi t / 2)}, MDLM's. */
    Survival COSINE = new Resting(new Cosine(1), Resting.REST);
    /** {@code 0.001 + 0.999 cos^2(pi t / 2)}, MDLM's. */
    Survival COSINE_SQUARED = new Resting(new Cosine(2), Resting.REST);
    /** {@code 1 - sin(pi t / 2)}: MaskGIT's "cosine", {@code cos(pi r / 2)} masks at r = 1 - t (Chang et al., arXiv:2202.04200). */
    Survival SINE = new Sine();
    /** {@code 1 - arccos(1 - t) / (pi / 2)}: MaskGIT's "arccos". */
    Survival ARCCOS = new Arccos();
    /** {@code sigma = 1e-4^(1 - t) 20^t}, SEDD's over uniform noise (Lou et al., arXiv:2310.16834). */
    Survival GEOMETRIC = geometric(1e-4, 20);

    /**
     * The probability that a token has survived.
     *
     * @param time the time, 0 to 1
     * @return alpha, falling
     * @throws IllegalArgumentException if the time lies outside
     */
    double alpha(double time);

    /**
     * How fast it changes.
     *
     * @param time the time, 0 to 1
     * @return {@code d alpha / dt}, at most 0
     * @throws IllegalArgumentException if the time lies outside
     */
    double slope(double time);

    /**
     * {@code sigma = -ln alpha}, what networks of MDLM and SEDD are told.
     *
     * @param time the time, 0 to 1
     * @return sigma, at least 0
     */
    default double sigma(double time) {
        return -StrictMath.log(alpha(time));
    }

    /**
     * {@code d sigma / dt = -alpha' / alpha}: at which rate tokens are lost.
     *
     * @param time the time, 0 to 1
     * @return the rate, at least 0
     */
    default double rate(double time) {
        return -slope(time) / alpha(time);
    }

    /**
     * The time at which so many have survived, by halving.
     *
     * @param alpha a probability
     * @return the time; 0 or 1 where the schedule does not reach so far
     */
    default double time(double alpha) {
        double low = 0;
        double high = 1;
        while (true) {
            double middle = (low + high) / 2;
            if (middle == low || middle == high) {
                return alpha(low) <= alpha ? low : high;
            }
            if (alpha(middle) > alpha) {
                low = middle;
            } else {
                high = middle;
            }
        }
    }

    /**
     * {@code (1 - t)^n}: discrete flow matching's path {@code kappa = (1 - t)^n} (Gat et al., arXiv:2407.15595, whose time runs the other way).
     *
     * @param power n, above 0
     * @return the schedule
     */
    static Survival power(double power) {
        return new Power(power);
    }

    /**
     * {@code sigma = least^(1 - t) most^t}.
     *
     * @param least sigma at t = 0, above 0
     * @param most sigma at t = 1, at least as much
     * @return the schedule
     */
    static Survival geometric(double least, double most) {
        return new Sigmas(least, most, true);
    }

    /**
     * {@code sigma = least + t (most - least)}.
     *
     * @param least sigma at t = 0, at least 0
     * @param most sigma at t = 1, at least as much
     * @return the schedule
     */
    static Survival linearSigma(double least, double most) {
        return new Sigmas(least, most, false);
    }

    /**
     * A learned or measured schedule: values at equal distances in time, linear between them.
     *
     * @param alphas the values from t = 0 to t = 1, falling
     * @return the schedule
     */
    static Survival table(double... alphas) {
        return new Table(DoubleStream.of(alphas).boxed().toList());
    }

    private static double checked(double time) {
        if (!(time >= 0 && time <= 1)) {
            throw new IllegalArgumentException("times run from 0 (data) to 1 (noise), got " + time);
        }
        return time;
    }

    /**
     * {@code (1 - t)^power}.
     *
     * @param power the power
     */
    record Power(double power) implements Survival {

        /** Checks the power. */
        public Power {
            if (!(power > 0 && power < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("the power of a schedule is finite and above 0, got " + power);
            }
        }

        @Override
        public double alpha(double time) {
            return StrictMath.pow(1 - checked(time), power);
        }

        @Override
        public double slope(double time) {
            return -power * StrictMath.pow(1 - checked(time), power - 1);
        }
    }

    /**
     * {@code cos^power(pi t / 2)}.
     *
     * @param power the power, at least 1
     */
    record Cosine(int power) implements Survival {

        @Override
        public double alpha(double time) {
            return StrictMath.pow(StrictMath.cos(Math.PI / 2 * checked(time)), power);
        }

        @Override
        public double slope(double time) {
            double angle = Math.PI / 2 * checked(time);
            return -power * Math.PI / 2 * StrictMath.pow(StrictMath.cos(angle), power - 1) * StrictMath.sin(angle);
        }
    }

    /** {@code 1 - sin(pi t / 2)}. */
    record Sine() implements Survival {

        @Override
        public double alpha(double time) {
            return 1 - StrictMath.sin(Math.PI / 2 * checked(time));
        }

        @Override
        public double slope(double time) {
            return -Math.PI / 2 * StrictMath.cos(Math.PI / 2 * checked(time));
        }
    }

    /** {@code 1 - arccos(1 - t) / (pi / 2)}; its slope is infinite at t = 0. */
    record Arccos() implements Survival {

        @Override
        public double alpha(double time) {
            return 1 - StrictMath.acos(1 - checked(time)) / (Math.PI / 2);
        }

        @Override
        public double slope(double time) {
            return -1 / (Math.PI / 2 * Math.sqrt(checked(time) * (2 - time)));
        }
    }

    /**
     * A schedule that keeps a rest: {@code rest + (1 - rest) alpha(t)}.
     *
     * @param full the schedule without a rest
     * @param rest what it keeps, in [0, 1)
     */
    record Resting(Survival full, double rest) implements Survival {

        private static final double REST = 1e-3;

        /** Checks the rest. */
        public Resting {
            if (!(rest >= 0 && rest < 1)) {
                throw new IllegalArgumentException("a schedule keeps a part of at least 0 and below 1, got " + rest);
            }
        }

        @Override
        public double alpha(double time) {
            return rest + (1 - rest) * full.alpha(time);
        }

        @Override
        public double slope(double time) {
            return (1 - rest) * full.slope(time);
        }
    }

    /**
     * A schedule of sigmas between two, in equal ratios or at equal distances.
     *
     * @param least the first
     * @param most the last
     * @param geometric whether in equal ratios
     */
    record Sigmas(double least, double most, boolean geometric) implements Survival {

        /** Checks the ends. */
        public Sigmas {
            if (!(geometric ? least > 0 : least >= 0) || !(most >= least && most < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("sigma rises from its least value, " + (geometric ? "above" : "at least") + " 0, to its largest, got " + least + " and " + most);
            }
        }

        @Override
        public double sigma(double time) {
            return geometric ? StrictMath.pow(least, 1 - checked(time)) * StrictMath.pow(most, time) : least + checked(time) * (most - least);
        }

        @Override
        public double rate(double time) {
            return geometric ? sigma(time) * StrictMath.log(most / least) : most - least;
        }

        @Override
        public double alpha(double time) {
            return StrictMath.exp(-sigma(time));
        }

        @Override
        public double slope(double time) {
            return -rate(time) * alpha(time);
        }
    }

    /**
     * Values at equal distances in time.
     *
     * @param alphas the values
     */
    record Table(List<Double> alphas) implements Survival {

        /** Checks the values. */
        public Table {
            alphas = List.copyOf(alphas);
            boolean falling = alphas.size() >= 2 && alphas.get(0) <= 1 && alphas.get(alphas.size() - 1) >= 0;
            for (int k = 1; k < alphas.size(); k++) {
                falling &= alphas.get(k) <= alphas.get(k - 1);
            }
            if (!falling) {
                throw new IllegalArgumentException("a table of survivors has at least two values that fall within 1 and 0, got " + alphas);
            }
        }

        private int interval(double time) {
            return Math.min(alphas.size() - 2, (int) (checked(time) * (alphas.size() - 1)));
        }

        @Override
        public double alpha(double time) {
            int before = interval(time);
            return alphas.get(before) + (time * (alphas.size() - 1) - before) * (alphas.get(before + 1) - alphas.get(before));
        }

        @Override
        public double slope(double time) {
            int before = interval(time);
            return (alphas.get(before + 1) - alphas.get(before)) * (alphas.size() - 1);
        }
    }
}
