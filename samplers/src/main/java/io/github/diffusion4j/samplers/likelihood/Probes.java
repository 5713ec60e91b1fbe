package io.github.diffusion4j.samplers.likelihood;

import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import java.io.Serializable;

/**
 * The directions in which a Jacobian J is looked at to find its trace, as a sum of {@code e^T J e} over directions e. All are pure functions, so that one solve sees the same directions at every
 * noise level, as a deterministic integrand needs (Grathwohl et al., "FFJORD", arXiv:1810.01367, section 3.1).
 */
public sealed interface Probes extends Serializable {

    /**
     * How many directions are asked for.
     *
     * @param dimensions the number of values of a sample
     * @return the number, at least 1
     */
    int count(int dimensions);

    /**
     * The weight of each direction in the sum.
     *
     * @return 1, or one over the number of random directions
     */
    double weight();

    /**
     * Writes a direction for each sample.
     *
     * @param probe the number of the direction, from 0
     * @param out where it goes, samples along the first axis
     */
    void fill(int probe, HostArray out);

    /**
     * Every axis once: the trace itself, for as many evaluations as a sample has values.
     *
     * @return the axes
     */
    static Probes exact() {
        return new Axes();
    }

    /**
     * One direction of random signs (Hutchinson). The estimate of the trace has variance {@code sum over i < j of (J_ij + J_ji)^2}, the least of all independent directions, and none where J is
     * diagonal.
     *
     * @param noise whose signs are taken: those of its training stream
     * @return the probes
     */
    static Probes rademacher(NoiseSource noise) {
        return new Random(noise, true, 1);
    }

    /**
     * One normal direction (Hutchinson). The estimate of the trace has variance {@code sum over all i, j of (J_ij + J_ji)^2 / 2}.
     *
     * @param noise the directions: its training stream
     * @return the probes
     */
    static Probes gaussian(NoiseSource noise) {
        return new Random(noise, false, 1);
    }

    /** The axes of a sample. */
    record Axes() implements Probes {

        @Override
        public int count(int dimensions) {
            return dimensions;
        }

        @Override
        public double weight() {
            return 1;
        }

        @Override
        public void fill(int probe, HostArray out) {
            int dimensions = out.length() / out.samples();
            double[] values = new double[out.length()];
            for (int row = 0; row < out.samples(); row++) {
                values[row * dimensions + probe] = 1;
            }
            out.fill(values);
        }
    }

    /**
     * Random directions with unit covariance.
     *
     * @param noise where they come from
     * @param signs whether only their signs are taken
     * @param number how many are averaged, at least 1
     */
    record Random(NoiseSource noise, boolean signs, int number) implements Probes {

        /** Checks the number. */
        public Random {
            if (number < 1) {
                throw new IllegalArgumentException("a trace needs at least one direction, got " + number);
            }
        }

        @Override
        public int count(int dimensions) {
            return number;
        }

        @Override
        public double weight() {
            return 1.0 / number;
        }

        @Override
        public void fill(int probe, HostArray out) {
            noise.fill(NoiseRequest.forward(probe), out);
            if (signs) {
                double[] values = out.values();
                for (int i = 0; i < values.length; i++) {
                    values[i] = Math.copySign(1, values[i]);
                }
                out.fill(values);
            }
        }
    }
}
