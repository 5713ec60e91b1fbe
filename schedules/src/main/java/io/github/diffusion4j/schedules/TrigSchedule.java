package io.github.diffusion4j.schedules;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;

/**
 * The trigonometric path {@code x = cos(a) x0 + sin(a) eps}, the angle being the time up to a factor (Salimans and Ho, arXiv:2202.00512, section 4;
 * TrigFlow, Lu and Song, arXiv:2410.11081, section 3).
 *
 * @param timePerAngle the factor between angle and time: 1 for TrigFlow, 2 / pi for v-diffusion, whose time runs from 0 to 1
 */
public record TrigSchedule(double timePerAngle) implements NoiseSchedule {

    /** Checks the factor. */
    public TrigSchedule {
        if (!(timePerAngle > 0 && Double.isFinite(timePerAngle))) {
            throw new IllegalArgumentException("the factor between angle and time must be positive and finite, got " + timePerAngle);
        }
    }

    /**
     * The v-diffusion level of a noise coefficient, with its time in [0, 1].
     *
     * @param sigma the noise coefficient, 0 to 1
     * @return the level
     */
    public static NoiseLevel ofSigma(double sigma) {
        double alpha = Math.sqrt(1 - sigma * sigma);
        return new NoiseLevel(Math.atan2(sigma, alpha) * 2 / Math.PI, alpha, sigma);
    }

    @Override
    public NoiseLevel at(double time) {
        double angle = time / timePerAngle;
        if (!(angle >= 0 && angle <= Math.PI / 2 + 1e-4)) {
            throw new IllegalArgumentException("time " + time + " is out of range; this path has times 0 to " + Math.PI / 2 * timePerAngle);
        }
        return new NoiseLevel(time, Math.max(0, Math.cos(angle)), Math.sin(angle));
    }

    @Override
    public NoiseLevel atEdmSigma(double edmSigma) {
        return at(Math.atan(edmSigma) * timePerAngle);
    }

    @Override
    public NoiseLevel noisiest() {
        return at(Math.PI / 2 * timePerAngle);
    }

    @Override
    public NoiseLevel cleanest() {
        return at(0);
    }
}
