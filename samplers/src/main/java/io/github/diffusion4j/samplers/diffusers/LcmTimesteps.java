package io.github.diffusion4j.samplers.diffusers;

import java.util.Arrays;

/** The timesteps of consistency models distilled from latent diffusion: some of the timesteps that distillation visited. */
final class LcmTimesteps {

    private LcmTimesteps() {}

    /** n of the {@code original_inference_steps} timesteps {@code j T / O - 1}, of which {@code strength} is used. */
    static double[] of(Settings settings, Settings run, int steps) {
        int size = settings.integer("num_train_timesteps");
        int original = run.has("original_inference_steps") ? run.integer("original_inference_steps") : settings.integer("original_inference_steps");
        if (original < 1 || original > size) {
            throw new IllegalArgumentException("original_inference_steps must lie in 1 to " + size + " (num_train_timesteps), got " + original);
        }
        int stride = size / original;
        return pick(Points.of((int) (original * strength(run)), j -> (j + 1.0) * stride - 1), steps);
    }

    /** n of all timesteps below {@code strength T}. */
    static double[] ofAll(Settings settings, Settings run, int steps) {
        return pick(Points.of((int) (settings.integer("num_train_timesteps") * strength(run)), j -> j), steps);
    }

    private static double[] pick(double[] ascending, int steps) {
        if (steps > ascending.length) {
            throw new IllegalArgumentException("a run of " + steps + " steps needs as many timesteps to pick from, there are " + ascending.length
                    + "; raise original_inference_steps or strength");
        }
        double[] descending = Points.reversed(ascending);
        return Points.of(steps, i -> descending[(int) Math.floor(i * ((double) descending.length / steps))]);
    }

    /** Given timesteps, of which the first are skipped by strength. */
    static double[] given(Settings run) {
        run.refuse("original_inference_steps", "beside timesteps", "leave one of the two out");
        double[] times = run.numbers("timesteps");
        int kept = Math.min((int) (times.length * strength(run)), times.length);
        return Arrays.copyOfRange(times, times.length - kept, times.length);
    }

    static double strength(Settings run) {
        double strength = run.number("strength", 1);
        if (!(strength > 0 && strength <= 1)) {
            throw new IllegalArgumentException("strength must lie in (0, 1], got " + strength);
        }
        return strength;
    }
}
