package io.github.diffusion4j.schedules.draws;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.training.LevelDraw;
import io.github.diffusion4j.core.training.LevelSampler;
import java.util.Collections;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** The published draws of noise levels, as laws of {@code rho = ln(sigma / alpha)}. */
public final class LevelDraws {

    private LevelDraws() {}

    /**
     * Normal in rho: EDM's log-normal sigma (Karras et al., arXiv:2206.00364, table 1: mean -1.2, deviation 1.2; EDM2: -0.4, 1; iCT and ECT: -1.1, 2), SD3's logit-normal time (Esser et al.,
     * arXiv:2403.03206, equation 19: 0, 1), TrigFlow's angle {@code atan(e^n / sd)} of data that are divided by sd (mean less ln sd).
     *
     * @param mean of rho; above 0 means more noise than data
     * @param deviation above 0
     * @return the law
     */
    public static LevelDraw normal(double mean, double deviation) {
        return new NormalDraw(mean, deviation);
    }

    /**
     * Normal in rho with another deviation on each side of the mode, continuous there (k-diffusion).
     *
     * @param mode of rho
     * @param below the deviation below the mode, above 0
     * @param above the deviation above it, above 0
     * @return the law
     */
    public static LevelDraw splitNormal(double mode, double below, double above) {
        return new SplitNormalDraw(mode, below, above);
    }

    /**
     * Logistic in rho: k-diffusion's log-logistic sigma (location ln sigma_data, scale 0.5); the uniform time of a flow is that of location 0 and scale 1.
     *
     * @param location the median of rho
     * @param scale above 0
     * @return the law
     */
    public static LevelDraw logistic(double location, double scale) {
        return new LevelDraw.Logistic(location, scale);
    }

    /**
     * Uniform angles {@code atan(e^rho / sd)}: the cosine schedule with uniform times, v-diffusion, SD3's cosmap (Esser et al., arXiv:2403.03206, equation 21, sd = 1).
     *
     * @param sigmaData the level sd in the middle, above 0
     * @return the law, a hyperbolic secant
     */
    public static LevelDraw uniformAngle(double sigmaData) {
        return new UniformAngleDraw(sigmaData);
    }

    /**
     * Uniform in rho between two levels (Karras et al., arXiv:2206.00364, table 1, VE: 0.02 to 100).
     *
     * @param lowest the lowest sigma / alpha, above 0
     * @param highest the highest
     * @return the law
     */
    public static LevelDraw logUniform(double lowest, double highest) {
        return LevelDraw.histogram(List.of(Math.log(lowest), Math.log(highest)), List.of(1.0));
    }

    /**
     * Uniform times of the variance-preserving SDE with a linear rate (Song et al., arXiv:2011.13456; Karras et al., arXiv:2206.00364, table 1): {@code sigma(t)^2 = e^(betaD t^2 / 2 + betaMin t) - 1},
     * t in [first, 1].
     *
     * @param betaD the slope of the rate, 19.9
     * @param betaMin the rate at 0, 0.1
     * @param first the least time, 1e-5
     * @return the law
     */
    public static LevelDraw uniformVpTime(double betaD, double betaMin, double first) {
        return new VpTimeDraw(betaD, betaMin, first);
    }

    /**
     * Uniform times of a cosine schedule whose shift is interpolated between two resolutions (Hoogeboom et al., arXiv:2301.11093, section 3.1): at t = 0, the noisy end, the log SNR is that of a
     * schedule shifted by {@code 2 ln(low / image)}, at t = 1 of one shifted by {@code 2 ln(high / image)}, linear in between.
     *
     * @param image the side of the picture
     * @param low the side whose noise is kept at the noisy end, 32
     * @param high the side whose noise is kept at the clean end
     * @param sigmaData the standard deviation of the data
     * @return the law, between sigma 1e-3 and 1e3 before the shift
     */
    public static LevelDraw interpolatedCosine(double image, double low, double high, double sigmaData) {
        return interpolatedCosine(image, low, high, sigmaData, 1e-3, 1e3);
    }

    /**
     * Uniform times of an interpolated cosine schedule with other ends.
     *
     * @param image the side of the picture
     * @param low the side whose noise is kept at the noisy end
     * @param high the side whose noise is kept at the clean end
     * @param sigmaData the standard deviation of the data
     * @param lowest the lowest sigma before the shift
     * @param highest the highest
     * @return the law
     */
    public static LevelDraw interpolatedCosine(double image, double low, double high, double sigmaData, double lowest, double highest) {
        return new InterpolatedCosineDraw(image, low, high, sigmaData, lowest, highest);
    }

    /**
     * SD3's draw with heavy tails (Esser et al., arXiv:2403.03206, equation 20): {@code t = 1 - u - s (cos^2(pi u / 2) - 1 + u)}.
     *
     * @param scale s, -1 to {@code 2 / (pi - 2)}; positive favours the middle, the paper uses 1.29
     * @return the law
     */
    public static LevelDraw mode(double scale) {
        return new ModeDraw(scale);
    }

    /**
     * A power law of a flow's time, {@code t = first + (1 - first) u^(1/a)}: pi0's Beta(1.5, 1) with first 0.001 (Black et al., arXiv:2410.24164, appendix B).
     *
     * @param power a, above 0; above 1 favours noise
     * @param first the least time, in [0, 1)
     * @return the law
     */
    public static LevelDraw powerTime(double power, double first) {
        return new PowerTimeDraw(power, first);
    }

    /**
     * Uniform timesteps of a table as a law of rho, for densities and effective weights: between two timesteps rho is linear in time, and each gap has an equal share. What is trained on are the
     * timesteps themselves, {@link LevelSampler#uniform}.
     *
     * @param schedule the table, of at least three timesteps; one without signal at its end is left out
     * @return the law
     */
    public static LevelDraw uniformTimesteps(DiscreteSchedule schedule) {
        List<Double> edges = IntStream.range(0, schedule.size()).mapToObj(t -> -schedule.at(t).lambda()).filter(Double::isFinite).toList();
        return LevelDraw.histogram(edges, Collections.nCopies(edges.size() - 1, 1.0));
    }

    /**
     * Timesteps of which some are drawn more often: Diffusers' timestep bias, which changes the objective since nothing is weighted back.
     *
     * @param schedule the table
     * @param from the first timestep of the range
     * @param to the timestep after the last
     * @param multiplier how much more often, above 0
     * @return the sampler
     */
    public static LevelSampler biased(DiscreteSchedule schedule, int from, int to, double multiplier) {
        if (!(from >= 0 && to > from && to <= schedule.size() && multiplier > 0 && Double.isFinite(multiplier))) {
            throw new IllegalArgumentException("a bias needs a range of timesteps 0 to " + schedule.size() + " and a positive multiplier, got " + from + " to " + to + " and " + multiplier);
        }
        return timesteps(schedule, t -> t >= from && t < to ? multiplier : 1);
    }

    /**
     * Timesteps of which the noisy ones are drawn more often, {@code t = floor((1 - U^3) T)} (Mou et al., "T2I-Adapter", arXiv:2302.08453, section 3.4).
     *
     * @param schedule the table
     * @return the sampler
     */
    public static LevelSampler cubic(DiscreteSchedule schedule) {
        CubicTime time = new CubicTime(schedule.size());
        return timesteps(schedule, t -> time.cdf(t + 1) - time.cdf(t));
    }

    private static LevelSampler timesteps(DiscreteSchedule schedule, IntToDoubleFunction share) {
        return LevelSampler.table(IntStream.range(0, schedule.size()).mapToObj(schedule::at).toList(), IntStream.range(0, schedule.size()).mapToDouble(share).toArray());
    }
}
