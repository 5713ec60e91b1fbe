package io.github.diffusion4j.schedules;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;

/**
 * The variance-exploding SDE, {@code x = x0 + sigma eps} with {@code sigma(t) = sigmaMin (sigmaMax / sigmaMin)^t}, t in [0, 1] (Song et al.,
 * arXiv:2011.13456, appendix C).
 *
 * @param sigmaMin the noise level at t = 0, above 0
 * @param sigmaMax the noise level at t = 1
 */
public record GeometricSchedule(double sigmaMin, double sigmaMax) implements NoiseSchedule {

    /** A level of this schedule that was computed elsewhere may pass its ends by this much, in t. */
    private static final double END_ROUNDING = 1e-9;

    /** Checks the range. */
    public GeometricSchedule {
        if (!(sigmaMin > 0 && sigmaMin < sigmaMax && Double.isFinite(sigmaMax))) {
            throw new IllegalArgumentException("noise levels need 0 < sigma_min < sigma_max, got " + sigmaMin + " and " + sigmaMax);
        }
    }

    @Override
    public NoiseLevel at(double time) {
        if (!(time >= 0 && time <= 1)) {
            throw new IllegalArgumentException("time " + time + " is out of range; this process has times 0 to 1");
        }
        return new NoiseLevel(time, 1, time == 1 ? sigmaMax : sigmaMin * Math.pow(sigmaMax / sigmaMin, time));
    }

    @Override
    public NoiseLevel atEdmSigma(double edmSigma) {
        double time = Math.log(edmSigma / sigmaMin) / Math.log(sigmaMax / sigmaMin);
        if (!(time >= -END_ROUNDING && time <= 1 + END_ROUNDING)) {
            throw new IllegalArgumentException("sigma " + edmSigma + " lies outside the schedule's range [" + sigmaMin + ", " + sigmaMax + "]");
        }
        return new NoiseLevel(Math.max(0, Math.min(1, time)), 1, edmSigma);
    }

    @Override
    public NoiseLevel noisiest() {
        return at(1);
    }

    @Override
    public NoiseLevel cleanest() {
        return at(0);
    }
}
