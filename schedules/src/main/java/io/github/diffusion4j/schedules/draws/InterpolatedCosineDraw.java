package io.github.diffusion4j.schedules.draws;

import io.github.diffusion4j.core.training.LevelDraw;

/** Uniform times of a cosine schedule whose shift is interpolated linearly; u runs from the clean end. */
record InterpolatedCosineDraw(double image, double low, double high, double sigmaData, double lowest, double highest) implements LevelDraw {

    private static final long serialVersionUID = 1;

    InterpolatedCosineDraw {
        if (!(image > 0 && low > 0 && high > 0 && sigmaData > 0 && lowest > 0 && highest > lowest && Double.isFinite(image + low + high + sigmaData + highest))) {
            throw new IllegalArgumentException("an interpolated cosine schedule needs positive sides and levels, got image " + image + ", noise " + low + " and " + high + ", sigma_data " + sigmaData
                    + ", sigma " + lowest + " to " + highest);
        }
    }

    /** rho less ln sigma_data of a cosine schedule shifted to the noise of a side, at a time that runs from the noisy end, and its derivative by the time. */
    private double[] shifted(double side, double time) {
        double shift = Math.log(side / image);
        double noisy = Math.atan(highest / sigmaData * Math.exp(shift));
        double clean = Math.atan(lowest / sigmaData * Math.exp(shift));
        double angle = noisy + time * (clean - noisy);
        return new double[] {Math.log(Math.tan(angle)) - shift, (clean - noisy) / (Math.sin(angle) * Math.cos(angle))};
    }

    private double rho(double time) {
        return Math.log(sigmaData) + (1 - time) * shifted(low, time)[0] + time * shifted(high, time)[0];
    }

    @Override
    public double logRatio(double u) {
        return rho(1 - u);
    }

    @Override
    public double density(double rho) {
        if (rho > rho(0) || rho < rho(1)) {
            return 0;
        }
        double time = 1 - cdf(rho);
        double[] noisy = shifted(low, time);
        double[] clean = shifted(high, time);
        return -1 / (clean[0] - noisy[0] + (1 - time) * noisy[1] + time * clean[1]);
    }
}
