package io.github.diffusion4j.schedules;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import java.io.Serializable;
import java.util.stream.IntStream;

/**
 * The sigmas a network was trained on, as ComfyUI keeps them: a table, and a rule between the network's timestep and sigma. In these, schedules such as
 * {@code simple} and {@code ddim_uniform} are written.
 */
public sealed interface TrainedSigmas extends Serializable {

    /**
     * The table.
     *
     * @return the sigmas, ascending; the caller's own
     */
    double[] table();

    /**
     * The sigma of a timestep.
     *
     * @param timestep the network's timestep; beyond the table it means the end
     * @return sigma
     */
    double sigma(double timestep);

    /**
     * The timestep the network is given at a sigma.
     *
     * @param sigma the noise level; beyond the table it means the end
     * @return the timestep
     */
    double timestep(double sigma);

    /**
     * The noise level of a sigma.
     *
     * @param sigma above 0
     * @return the level, with the timestep the network is given there
     */
    NoiseLevel level(double sigma);

    /**
     * The schedule whose levels these are.
     *
     * @return the schedule
     */
    NoiseSchedule schedule();

    /**
     * The sigmas of a network trained on a schedule: every timestep of a discrete one, 1000 equal steps of a flow, 1000 equal steps of ln sigma of EDM's.
     *
     * @param schedule a {@link DiscreteSchedule} or its view {@link VarianceExploding}, a {@link Flow} without shift or an {@link EdmSchedule}
     * @return the sigmas
     * @throws IllegalArgumentException if the schedule is of another kind
     */
    static TrainedSigmas of(NoiseSchedule schedule) {
        if (schedule instanceof DiscreteSchedule discrete) {
            return Discrete.of(discrete);
        }
        if (schedule instanceof VarianceExploding view) {
            return Discrete.of(view.table());
        }
        if (schedule instanceof Flow flow) {
            return new ShiftedFlow(flow, 1, TABLE);
        }
        if (schedule instanceof EdmSchedule edm) {
            return new Edm(edm);
        }
        throw new IllegalArgumentException("the trained sigmas of a discrete schedule, a flow or an EDM schedule are known, got " + schedule);
    }

    /**
     * A flow network trained with a shift, as SD3 (3) and AuraFlow (1.73): 1000 levels, timesteps 0 to 1000.
     *
     * @param shift the shift, above 0
     * @return the sigmas
     */
    static TrainedSigmas shiftedFlow(double shift) {
        return new ShiftedFlow(new Flow(TABLE), shift, TABLE);
    }

    /**
     * Flux with its exponential shift: 10,000 levels, timesteps 0 to 1.
     *
     * @param mu the logarithm of the shift, 1.15 for one megapixel
     * @return the sigmas
     */
    static TrainedSigmas flux(double mu) {
        return new ShiftedFlow(new Flow(1), Math.exp(mu), 10 * TABLE);
    }

    /** The levels of most tables. */
    int TABLE = 1000;

    /**
     * Every timestep of a discrete schedule; a timestep in between has its ln sigma in between, and the timestep of a sigma is the nearest.
     *
     * @param schedule a schedule with signal at its last timestep
     */
    record Discrete(DiscreteSchedule schedule) implements TrainedSigmas {

        /** What stands for no signal at all at zero terminal SNR in ComfyUI. */
        private static final double NO_SIGNAL = 4.8973451890853435e-08;

        static Discrete of(DiscreteSchedule schedule) {
            double[] powers = schedule.alphasCumprod();
            if (powers[powers.length - 1] > 0) {
                return new Discrete(schedule);
            }
            powers[powers.length - 1] = NO_SIGNAL;
            return new Discrete(schedule.withAlphasCumprod(powers));
        }

        @Override
        public double[] table() {
            return schedule.sigmas();
        }

        @Override
        public double sigma(double timestep) {
            return schedule.at(Math.max(0, Math.min(schedule.size() - 1, timestep))).edmSigma();
        }

        @Override
        public double timestep(double sigma) {
            double clean = schedule.cleanest().edmSigma();
            double noisy = schedule.noisiest().edmSigma();
            return sigma <= clean ? 0 : sigma >= noisy ? schedule.size() - 1 : Math.rint(schedule.atEdmSigma(sigma).time());
        }

        @Override
        public NoiseLevel level(double sigma) {
            double alpha = 1 / Math.hypot(1, sigma);
            return new NoiseLevel(timestep(sigma), alpha, alpha * sigma);
        }
    }

    /**
     * Equal steps of a flow's time, shifted.
     *
     * @param schedule the flow
     * @param a the factor of the odds u / (1 - u)
     * @param size the number of levels
     */
    record ShiftedFlow(Flow schedule, double a, int size) implements TrainedSigmas {

        /** Checks the shift. */
        public ShiftedFlow {
            FlowShift.shift(a, 0);
        }

        @Override
        public double[] table() {
            return IntStream.rangeClosed(1, size).mapToDouble(i -> FlowShift.shift(a, (double) i / size)).toArray();
        }

        @Override
        public double sigma(double timestep) {
            return FlowShift.shift(a, timestep / schedule.timesteps());
        }

        @Override
        public double timestep(double sigma) {
            return sigma * schedule.timesteps();
        }

        @Override
        public NoiseLevel level(double sigma) {
            return schedule.at(timestep(sigma));
        }
    }

    /**
     * Equal steps of ln sigma between the ends of an EDM schedule; the timestep of a sigma is {@code ln(sigma) / 4}.
     *
     * @param schedule the range
     */
    record Edm(EdmSchedule schedule) implements TrainedSigmas {

        @Override
        public double[] table() {
            double[] descending = SigmaRamp.exponential().sigmas(schedule.sigmaMax(), schedule.sigmaMin(), TABLE);
            return IntStream.range(0, TABLE).mapToDouble(i -> descending[TABLE - 1 - i]).toArray();
        }

        @Override
        public double sigma(double timestep) {
            return Math.exp(4 * timestep);
        }

        @Override
        public double timestep(double sigma) {
            return Math.log(sigma) / 4;
        }

        @Override
        public NoiseLevel level(double sigma) {
            return schedule.at(sigma);
        }
    }
}
