package io.github.diffusion4j.schedules;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;

/**
 * The continuous cosine process of Wuerstchen and Stable Cascade (Nichol and Dhariwal, arXiv:2102.09672, equation 17, in continuous time):
 * <pre>
 *   abar(t) = clamp(cos^2((t + s) / (1 + s) pi/2) / cos^2(s / (1 + s) pi/2), 0.0001, 0.9999),   t in [0, 1]
 * </pre>
 * with t warped first: {@code 1 - (1 - t)^scaler} for a scaler above 1, {@code t^scaler} below 1.
 *
 * @param scaler the warp, 1 for none
 * @param s the offset, 0.008
 */
public record CosineSchedule(double scaler, double s) implements NoiseSchedule {

    private static final double LOWEST = 1e-4;
    private static final double HIGHEST = 0.9999;
    private static final int BISECTIONS = 80;

    /** Checks the parameters. */
    public CosineSchedule {
        if (!(scaler > 0 && s >= 0 && Double.isFinite(scaler) && Double.isFinite(s))) {
            throw new IllegalArgumentException("a cosine schedule needs scaler > 0 and s >= 0, got scaler=" + scaler + ", s=" + s);
        }
    }

    @Override
    public NoiseLevel at(double time) {
        if (!(time >= 0 && time <= 1)) {
            throw new IllegalArgumentException("time " + time + " is out of range; this schedule has times 0 to 1");
        }
        double warped = scaler > 1 ? 1 - Math.pow(1 - time, scaler) : scaler < 1 ? Math.pow(time, scaler) : time;
        double first = Math.pow(Math.cos(s / (1 + s) * Math.PI / 2), 2);
        double signal = Math.pow(Math.cos((warped + s) / (1 + s) * Math.PI / 2), 2) / first;
        return NoiseLevel.variancePreserving(time, Math.max(LOWEST, Math.min(HIGHEST, signal)));
    }

    @Override
    public NoiseLevel atEdmSigma(double edmSigma) {
        if (!(edmSigma >= cleanest().edmSigma() && edmSigma <= noisiest().edmSigma())) {
            throw new IllegalArgumentException("sigma " + edmSigma + " lies outside the schedule's range [" + cleanest().edmSigma() + ", " + noisiest().edmSigma() + "]");
        }
        double low = 0;
        double high = 1;
        for (int i = 0; i < BISECTIONS; i++) {
            double middle = (low + high) / 2;
            if (at(middle).edmSigma() < edmSigma) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return at(high);
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
