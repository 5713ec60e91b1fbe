package io.github.diffusion4j.schedules;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Spacing;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * A schedule in the words of k-diffusion and ComfyUI: the sigmas of a whole run for a network that was trained on given sigmas. Sigma is the flow time of flow
 * networks and {@code sigma / alpha} of all others.
 */
@FunctionalInterface
public interface SigmaRule extends Serializable {

    /**
     * The sigmas of a run, descending, the last one where it ends.
     *
     * @param trained what the network was trained on
     * @param steps the number of steps asked for, at least 1
     * @return usually {@code steps + 1} sigmas that end with 0; some published rules give more or fewer
     */
    double[] sigmas(TrainedSigmas trained, int steps);

    /**
     * A ramp between the network's highest and lowest sigma, and then 0.
     *
     * @param ramp how sigma falls
     * @return the rule
     */
    static SigmaRule ramp(SigmaRamp ramp) {
        return new Ramped(ramp);
    }

    /**
     * The same rule for one more step, without its last sigma before the end: what the user interfaces do for samplers that are rough at low noise.
     *
     * @return the rule
     */
    default SigmaRule withoutLastBeforeEnd() {
        return new Shortened(this);
    }

    /**
     * The same rule with a first sigma that leaves a flow some signal to step from in log SNR: where it is 1, the sigma of 0.9999 of the network's time (ComfyUI).
     *
     * @return the rule
     */
    default SigmaRule offPureNoise() {
        return new OffPureNoise(this);
    }

    /**
     * The levels at which the steps of a run start, with the times the network knows them by.
     *
     * @param trained what the network was trained on
     * @return the spacing; it refuses a number of steps for which the rule gives another number of levels
     */
    default Spacing spacing(TrainedSigmas trained) {
        return new Ruled(this, trained);
    }

    /**
     * A ramp over the whole range, and then 0.
     *
     * @param ramp how sigma falls
     */
    record Ramped(SigmaRamp ramp) implements SigmaRule {
        @Override
        public double[] sigmas(TrainedSigmas trained, int steps) {
            double[] table = trained.table();
            return Arrays.copyOf(ramp.sigmas(table[table.length - 1], table[0], steps), steps + 1);
        }
    }

    /**
     * A rule without its last sigma before the end.
     *
     * @param rule the rule
     */
    record Shortened(SigmaRule rule) implements SigmaRule {
        @Override
        public double[] sigmas(TrainedSigmas trained, int steps) {
            double[] longer = rule.sigmas(trained, steps + 1);
            double[] sigmas = Arrays.copyOf(longer, longer.length - 1);
            sigmas[sigmas.length - 1] = longer[longer.length - 1];
            return sigmas;
        }
    }

    /**
     * A rule that does not start at pure noise.
     *
     * @param rule the rule
     */
    record OffPureNoise(SigmaRule rule) implements SigmaRule {
        private static final double FIRST_TIME = 1 - 1e-4;

        @Override
        public double[] sigmas(TrainedSigmas trained, int steps) {
            double[] sigmas = rule.sigmas(trained, steps);
            if (sigmas[0] == 1) {
                sigmas[0] = trained.sigma(FIRST_TIME * trained.timestep(1));
            }
            return sigmas;
        }
    }

    /**
     * The spacing of a rule.
     *
     * @param rule the rule
     * @param trained what the network was trained on
     */
    record Ruled(SigmaRule rule, TrainedSigmas trained) implements Spacing {
        @Override
        public List<NoiseLevel> levels(NoiseSchedule schedule, int steps) {
            if (steps < 1) {
                throw new IllegalArgumentException("a run needs at least one step, got " + steps);
            }
            double[] sigmas = rule.sigmas(trained, steps);
            if (sigmas.length != steps + 1 || sigmas[steps] != 0) {
                throw new IllegalArgumentException(rule + " has no run of " + steps + " steps to clean data for this network; it gives " + sigmas.length + " sigmas, the last of them "
                        + sigmas[sigmas.length - 1]);
            }
            return Arrays.stream(sigmas, 0, steps).mapToObj(trained::level).toList();
        }
    }
}
