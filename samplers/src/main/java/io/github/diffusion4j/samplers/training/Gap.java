package io.github.diffusion4j.samplers.training;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.schedules.SigmaRamp;
import java.io.Serializable;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** The two noise levels at which a consistency model's estimates are to agree, found from the one that was drawn. */
@FunctionalInterface
public interface Gap extends Serializable {

    /**
     * The levels of a sample.
     *
     * @param drawn the level that was drawn
     * @param iteration the training iteration, from 0
     * @return the levels of student and target
     */
    Pair of(NoiseLevel drawn, int iteration);

    /**
     * Two levels of one path.
     *
     * @param noisier where the student stands
     * @param cleaner where the target stands
     */
    record Pair(NoiseLevel noisier, NoiseLevel cleaner) implements Serializable {}

    /**
     * Neighbours on a grid: the drawn level lies between them. A law drawn this way chooses a pair as often as it falls between its levels (Song and Dhariwal, arXiv:2310.14189, equation 10).
     *
     * @param schedule the schedule of the levels
     * @param grids the sigma / alpha of the grid at an iteration, ascending
     * @return the gap
     */
    static Gap grid(NoiseSchedule schedule, Grids grids) {
        return new OnGrid(schedule, grids);
    }

    /**
     * A number of timesteps on a table: from t to {@code max(0, t - skip)} (Luo et al., arXiv:2310.04378, section 4.3).
     *
     * @param schedule the table
     * @param skip the number k of timesteps, at least 1
     * @return the gap
     */
    static Gap timesteps(DiscreteSchedule schedule, int skip) {
        return new OnTable(schedule, skip);
    }

    /**
     * Easy consistency tuning: a gap that closes as training goes on (Geng et al., arXiv:2406.14548, equation 13).
     *
     * @param schedule the schedule of the levels
     * @param times how near the target stands
     * @param iterations how many iterations a stage lasts, at least 1
     * @return the gap, whose cleaner end is clean data where the map gives 0
     */
    static Gap closing(NoiseSchedule schedule, TimePair times, int iterations) {
        return new Closing(schedule, times, iterations);
    }

    /** Grids that change as training goes on. */
    @FunctionalInterface
    interface Grids extends Serializable {

        /**
         * The grid of an iteration.
         *
         * @param iteration from 0
         * @return sigma / alpha, ascending, at least two
         */
        List<Double> at(int iteration);
    }

    /**
     * Karras' grids (arXiv:2206.00364, equation 5) with a number of levels that changes as training goes on.
     *
     * @param levels the number of levels at a step of training
     * @param sigmaMin the lowest sigma / alpha
     * @param sigmaMax the highest
     * @param rho the exponent, 7
     */
    record Karras(Curriculum levels, double sigmaMin, double sigmaMax, double rho) implements Grids {
        @Override
        public List<Double> at(int iteration) {
            int count = levels.levels(iteration);
            double[] places = IntStream.range(0, count).mapToDouble(i -> 1 - i / (count - 1.0)).toArray();
            return DoubleStream.of(SigmaRamp.karras(rho).at(sigmaMax, sigmaMin, places)).boxed().toList();
        }
    }

    /**
     * Neighbours on a grid.
     *
     * @param schedule the schedule of the levels
     * @param grids the grid at an iteration
     */
    record OnGrid(NoiseSchedule schedule, Grids grids) implements Gap {
        @Override
        public Pair of(NoiseLevel drawn, int iteration) {
            List<Double> grid = grids.at(iteration);
            int upper = 1;
            while (upper < grid.size() - 1 && grid.get(upper) <= drawn.edmSigma()) {
                upper++;
            }
            return new Pair(schedule.atEdmSigma(grid.get(upper)), schedule.atEdmSigma(grid.get(upper - 1)));
        }
    }

    /**
     * A number of timesteps.
     *
     * @param schedule the table
     * @param skip the number of timesteps
     */
    record OnTable(DiscreteSchedule schedule, int skip) implements Gap {

        /** Checks the number. */
        public OnTable {
            if (skip < 1) {
                throw new IllegalArgumentException("the target stands at least one timestep before the student, got " + skip);
            }
        }

        @Override
        public Pair of(NoiseLevel drawn, int iteration) {
            return new Pair(drawn, schedule.at(Math.max(0, drawn.time() - skip)));
        }
    }

    /**
     * A closing gap.
     *
     * @param schedule the schedule of the levels
     * @param times how near the target stands
     * @param iterations how many iterations a stage lasts
     */
    record Closing(NoiseSchedule schedule, TimePair times, int iterations) implements Gap {

        /** Checks the number. */
        public Closing {
            if (iterations < 1) {
                throw new IllegalArgumentException("a stage lasts at least one iteration, got " + iterations);
            }
        }

        @Override
        public Pair of(NoiseLevel drawn, int iteration) {
            double cleaner = times.earlier(drawn.edmSigma(), iteration / iterations);
            return new Pair(drawn, cleaner == 0 ? NoiseLevel.clean(0) : schedule.atEdmSigma(cleaner));
        }
    }
}
