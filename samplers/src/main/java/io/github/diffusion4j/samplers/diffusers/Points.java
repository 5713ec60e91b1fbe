package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.schedules.SigmaRamp;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** Rows of times or noise levels as Diffusers makes them with NumPy: noisiest first, rounding half to even. */
final class Points {

    /** A ramp that a config can ask for, by its key. */
    private record NamedRamp(String key, SigmaRamp ramp) {}

    private static final NamedRamp[] RAMPS = {
        new NamedRamp("use_karras_sigmas", SigmaRamp.karras(7)),
        new NamedRamp("use_exponential_sigmas", SigmaRamp.exponential()),
        new NamedRamp("use_beta_sigmas", SigmaRamp.beta(0.6, 0.6))};

    private Points() {}

    static double[] of(int count, IntToDoubleFunction point) {
        return IntStream.range(0, count).mapToDouble(point).toArray();
    }

    static double[] map(double[] values, DoubleUnaryOperator function) {
        return Arrays.stream(values).map(function).toArray();
    }

    static double[] reversed(double[] values) {
        return of(values.length, i -> values[values.length - 1 - i]);
    }

    static double[] append(double[] values, double last) {
        double[] more = Arrays.copyOf(values, values.length + 1);
        more[values.length] = last;
        return more;
    }

    /** NumPy's linspace; a single point is the first end. */
    static double[] linspace(double from, double to, int count) {
        double step = count == 1 ? 0 : (to - from) / (count - 1);
        return of(count, i -> i > 0 && i == count - 1 ? to : from + i * step);
    }

    /** The key of the ramp that a config asks for, or an empty string. */
    static String rampKey(Settings settings) {
        String[] wanted = Arrays.stream(RAMPS).map(NamedRamp::key).filter(key -> settings.flag(key, false)).toArray(String[]::new);
        if (wanted.length > 1) {
            throw new IllegalArgumentException("only one of use_karras_sigmas, use_exponential_sigmas and use_beta_sigmas can be used, got " + Arrays.toString(wanted));
        }
        return wanted.length == 0 ? "" : wanted[0];
    }

    static SigmaRamp ramp(String key) {
        return Arrays.stream(RAMPS).filter(named -> named.key().equals(key)).findFirst().orElseThrow().ramp();
    }

    /** The timesteps of schedulers that start at the chosen points and end beyond them: n of T, or any number where they lie between whole ones. */
    static double[] singleStep(Settings settings, int steps) {
        int size = settings.integer("num_train_timesteps");
        String spacing = settings.text("timestep_spacing");
        if (!spacing.equals("linspace")) {
            checkSteps(steps, size);
        }
        return switch (spacing) {
            case "linspace" -> reversed(linspace(0, size - 1, steps));
            case "leading" -> of(steps, i -> (double) (steps - 1 - i) * (size / steps) + offset(settings));
            case "trailing" -> of(steps, i -> Math.rint(size - i * ((double) size / steps)) - 1);
            default -> throw unknown(spacing);
        };
    }

    /** The timesteps of multistep schedulers: a grid of n + 1 points without its last, over the first {@code used} of T timesteps. */
    static double[] multistep(Settings settings, int steps, int used) {
        int size = settings.integer("num_train_timesteps");
        checkSteps(steps, size);
        String spacing = settings.holds("timestep_spacing") ? settings.text("timestep_spacing") : "linspace";
        return switch (spacing) {
            case "linspace" -> {
                double[] grid = linspace(0, used - 1, steps + 1);
                yield of(steps, i -> Math.rint(grid[steps - i]));
            }
            case "leading" -> of(steps, i -> (double) (steps - i) * (used / (steps + 1)) + offset(settings));
            case "trailing" -> of(steps, i -> Math.rint(used - i * ((double) size / steps)) - 1);
            default -> throw unknown(spacing);
        };
    }

    /** T of a flow whose run is given by its number of steps: times fall from 1 to 1 / T. */
    static double flowTimesteps(Settings settings) {
        double timesteps = settings.number("num_train_timesteps");
        if (!(timesteps > 1)) {
            throw new IllegalArgumentException("num_train_timesteps " + timesteps + " leaves a run by its number of steps no time below 1, so that its steps would change nothing; "
                    + "give the times as sigmas, as the model's pipeline does");
        }
        return timesteps;
    }

    private static int offset(Settings settings) {
        return settings.integer("steps_offset");
    }

    private static void checkSteps(int steps, int size) {
        if (steps < 1 || steps > size) {
            throw new IllegalArgumentException("num_inference_steps must lie in 1 to " + size + " (num_train_timesteps), got " + steps);
        }
    }

    private static IllegalArgumentException unknown(String spacing) {
        return new IllegalArgumentException("unknown timestep_spacing '" + spacing + "'; known are [leading, linspace, trailing]");
    }
}
