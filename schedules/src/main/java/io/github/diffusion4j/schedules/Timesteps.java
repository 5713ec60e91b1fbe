package io.github.diffusion4j.schedules;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Spacing;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Spacings that pick n timesteps out of T, whole ones unless they are given, noisiest first (Lin et al., arXiv:2305.08891, table 2). They always
 * give exactly n timesteps; rounding is half to even, as in NumPy.
 */
public final class Timesteps {

    private Timesteps() {}

    /**
     * {@code i * floor(T / n) + offset}: never the noisiest timestep unless n = T.
     *
     * @param offset added to every timestep (Diffusers' {@code steps_offset}), at least 0
     * @return the spacing
     */
    public static Spacing leading(int offset) {
        return new Leading(offset);
    }

    /**
     * {@code round(i (T - 1) / (n - 1))}: both ends included; a single step starts at the noisiest timestep.
     *
     * @return the spacing
     */
    public static Spacing linspace() {
        return new Linspace();
    }

    /**
     * {@code round(T - i T / n) - 1}: from the noisiest timestep, the last one above the end.
     *
     * @return the spacing
     */
    public static Spacing trailing() {
        return new Trailing();
    }

    /**
     * The given timesteps.
     *
     * @param timesteps strictly descending, each at least 0
     * @return the spacing
     */
    public static Spacing explicit(double... timesteps) {
        return new Explicit(Arrays.stream(timesteps).boxed().toList());
    }

    /** The number of timesteps of a schedule that has them. */
    private static int timesteps(NoiseSchedule schedule) {
        if (schedule instanceof DiscreteSchedule discrete) {
            return discrete.size();
        }
        throw new IllegalArgumentException("spacing by timesteps needs a discrete schedule, got " + schedule);
    }

    private static List<NoiseLevel> levels(NoiseSchedule schedule, int steps, String spacing, IntToDoubleFunction timestep) {
        int size = timesteps(schedule);
        if (steps < 1 || steps > size) {
            throw new IllegalArgumentException("steps must lie in 1 to " + size + " (the schedule's timesteps), got " + steps);
        }
        double[] times = IntStream.range(0, steps).mapToDouble(timestep).toArray();
        if (times[0] > size - 1 || times[steps - 1] < 0) {
            throw new IllegalArgumentException(spacing + " of " + steps + " steps reaches from timestep " + times[0] + " to " + times[steps - 1]
                    + ", outside 0 to " + (size - 1) + "; use fewer steps or another offset");
        }
        return Arrays.stream(times).mapToObj(schedule::at).toList();
    }

    private record Leading(int offset) implements Spacing {
        Leading {
            if (offset < 0) {
                throw new IllegalArgumentException("steps_offset must be at least 0, got " + offset);
            }
        }

        @Override
        public List<NoiseLevel> levels(NoiseSchedule schedule, int steps) {
            return Timesteps.levels(schedule, steps, "leading spacing with offset " + offset,
                    i -> (double) (steps - 1 - i) * (timesteps(schedule) / Math.max(1, steps)) + offset);
        }
    }

    private record Linspace() implements Spacing {
        @Override
        public List<NoiseLevel> levels(NoiseSchedule schedule, int steps) {
            int last = timesteps(schedule) - 1;
            return Timesteps.levels(schedule, steps, "linspace spacing",
                    i -> steps == 1 ? last : Math.rint((steps - 1 - i) * ((double) last / (steps - 1))));
        }
    }

    private record Trailing() implements Spacing {
        @Override
        public List<NoiseLevel> levels(NoiseSchedule schedule, int steps) {
            double size = timesteps(schedule);
            return Timesteps.levels(schedule, steps, "trailing spacing", i -> Math.rint(size - i * (size / steps)) - 1);
        }
    }

    private record Explicit(List<Double> timesteps) implements Spacing {
        Explicit {
            for (int i = 1; i < timesteps.size(); i++) {
                if (!(timesteps.get(i) < timesteps.get(i - 1))) {
                    throw new IllegalArgumentException("timesteps must descend strictly, got " + timesteps.get(i) + " after " + timesteps.get(i - 1));
                }
            }
        }

        @Override
        public List<NoiseLevel> levels(NoiseSchedule schedule, int steps) {
            if (steps != timesteps.size()) {
                throw new IllegalArgumentException("these " + timesteps.size() + " explicit timesteps cannot make a run of " + steps + " steps");
            }
            return Timesteps.levels(schedule, steps, "explicit spacing", timesteps::get);
        }
    }
}
