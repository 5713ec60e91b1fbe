package io.github.diffusion4j.core.plan;

/** What happens to the number of steps when a run starts late because the sample already holds an image. */
public enum Strength {
    /** A run of n steps loses its first ones: {@code min(floor(n strength), n)} are taken, as Diffusers' pipelines do. */
    SKIP_STEPS {
        @Override
        Plan plan(Scheduler scheduler, int steps, double strength) {
            int taken = Math.min((int) (steps * strength), steps);
            if (taken == 0) {
                throw new IllegalArgumentException("strength " + strength + " of " + steps + " steps leaves none; raise either, or use KEEP_STEPS");
            }
            Plan whole = scheduler.plan(steps);
            return whole.from(Math.max(0, whole.steps() - taken));
        }
    },
    /** n steps are taken in the part that is left: the last n of a run of {@code floor(n / strength)}, as ComfyUI's denoise does. */
    KEEP_STEPS {
        @Override
        Plan plan(Scheduler scheduler, int steps, double strength) {
            Plan whole = scheduler.plan((int) (steps / strength));
            return whole.from(Math.max(0, whole.steps() - steps));
        }
    };

    abstract Plan plan(Scheduler scheduler, int steps, double strength);
}
