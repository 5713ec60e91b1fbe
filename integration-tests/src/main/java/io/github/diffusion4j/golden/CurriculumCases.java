package io.github.diffusion4j.golden;

import io.github.diffusion4j.core.training.Average;
import io.github.diffusion4j.samplers.training.Curriculum;
import io.github.diffusion4j.samplers.rewards.SlidingWindow;
import io.github.diffusion4j.samplers.rewards.SlidingWindow.Stay;
import io.github.diffusion4j.samplers.training.TimePair;
import io.github.diffusion4j.samplers.rewards.Window;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Queue;
import java.util.function.LongFunction;
import java.util.stream.DoubleStream;

/** Recorded settings that change in the course of a training. */
final class CurriculumCases {

    private CurriculumCases() {}

    static <A> void check(TrainingCase<A> golden) {
        switch (golden.recipe()) {
            case "fixed_fixed", "fixed_progressive", "adaptive_progressive", "fixed_progdist" -> consistencyModels(golden);
            case "ict_steps" -> {
                golden.takes("max_train_steps", "s_0", "s_1", "constant");
                int first = whole(golden, "s_0", 10);
                Curriculum curriculum = golden.argument("constant").asBoolean() ? Curriculum.constant(first + 1)
                        : Curriculum.doubling(first, whole(golden, "s_1", 1280), (long) golden.number("max_train_steps"));
                golden.check("N", levels(golden, curriculum));
            }
            case "ect_t_to_r" -> ect(golden);
            case "mixgrpo_window" -> windows(golden);
            default -> throw golden.unknown();
        }
    }

    private static <A> int whole(TrainingCase<A> golden, String name, int otherwise) {
        return golden.argument(name).isNull() ? otherwise : (int) golden.number(name, otherwise);
    }

    private static <A> double[] levels(TrainingCase<A> golden, Curriculum curriculum) {
        return DoubleStream.of(golden.input("steps")).map(step -> curriculum.levels((long) step)).toArray();
    }

    private static <A> void consistencyModels(TrainingCase<A> golden) {
        golden.takes("target_ema_mode", "start_ema", "scale_mode", "start_scales", "end_scales", "total_steps", "distill_steps_per_iter");
        if (!golden.recipe().equals(golden.argument("target_ema_mode").asText() + "_" + golden.argument("scale_mode").asText())) {
            throw golden.unknown();
        }
        int first = whole(golden, "start_scales", 0);
        Curriculum curriculum = switch (golden.argument("scale_mode").asText()) {
            case "fixed" -> Curriculum.constant(first);
            case "progressive" -> Curriculum.squareRoot(first, whole(golden, "end_scales", 0), (long) golden.number("total_steps"));
            default -> Curriculum.halving(first, (long) golden.number("distill_steps_per_iter"));
        };
        Average target = switch (golden.recipe()) {
            case "adaptive_progressive" -> curriculum.target(golden.number("start_ema"), first);
            // a stage's target does not move
            case "fixed_progdist" -> Average.constant(1);
            default -> Average.constant(golden.number("start_ema"));
        };
        golden.check("scales", levels(golden, curriculum));
        golden.check("ema", DoubleStream.of(golden.input("steps")).map(step -> target.decay(1 + (long) step)).toArray());
    }

    private static <A> void ect(TrainingCase<A> golden) {
        golden.takes("adj", "q", "k", "b");
        double k = switch (golden.argument("adj").asText("sigmoid")) {
            case "sigmoid" -> golden.number("k", 8);
            case "const" -> 0;
            default -> throw golden.unknown();
        };
        TimePair pair = new TimePair(golden.number("q", 2), k, golden.number("b", 1));
        for (Iterator<String> names = golden.expected().fieldNames(); names.hasNext();) {
            String name = names.next();
            int stage = Integer.parseInt(name.replaceFirst("^stage_", ""));
            golden.check(name, DoubleStream.of(golden.input("t")).map(t -> pair.earlier(t, stage)).toArray());
        }
    }

    private static <A> void windows(TrainingCase<A> golden) {
        golden.takes("iters_per_group", "group_size", "max_timesteps", "cur_timestep", "sample_strategy", "prog_overlap", "prog_overlap_step", "max_iters_per_group", "min_iters_per_group",
                "roll_back", "exp_decay_thre_timestep", "exp_decay_k");
        int iterations = golden.expected().path("windows").size() / 2;
        boolean anywhere = golden.argument("sample_strategy").asText().equals("random");
        golden.check("windows", windows(iterations, anywhere ? anywhere(golden) : sliding(golden).asPublished()::at));
        if (!golden.correct().path("windows").isMissingNode()) {
            golden.checkCorrect("windows", windows(iterations, sliding(golden)::at));
        }
    }

    /** First step and length of each; -1 and 0 where there is none. */
    private static double[] windows(int iterations, LongFunction<Window> at) {
        double[] windows = new double[2 * iterations];
        for (int i = 0; i < iterations; i++) {
            Window window = at.apply(i);
            windows[2 * i] = window.length() == 0 ? -1 : window.first();
            windows[2 * i + 1] = window.length();
        }
        return windows;
    }

    private static <A> SlidingWindow sliding(TrainingCase<A> golden) {
        int size = whole(golden, "group_size", 0);
        int most = whole(golden, "iters_per_group", 0);
        Stay stay = switch (golden.argument("sample_strategy").asText("progressive")) {
            case "progressive" -> Stay.constant(most);
            case "decay" -> Stay.linear(whole(golden, "max_iters_per_group", most), whole(golden, "min_iters_per_group", Math.max(1, most / 4)));
            case "exp_decay" -> Stay.exponential(most, whole(golden, "exp_decay_thre_timestep", 13), golden.number("exp_decay_k", 0.1));
            default -> throw golden.unknown();
        };
        int stride = golden.argument("prog_overlap").asBoolean() ? whole(golden, "prog_overlap_step", 1) : size;
        SlidingWindow window = SlidingWindow.of(size, whole(golden, "max_timesteps", 0), stay).withStride(stride).withStart(whole(golden, "cur_timestep", 0));
        return golden.argument("roll_back").asBoolean() ? window.rollingBack() : window;
    }

    /** The first window is where the state begins; those after it are drawn. */
    private static <A> LongFunction<Window> anywhere(TrainingCase<A> golden) {
        int size = whole(golden, "group_size", 0);
        int steps = whole(golden, "max_timesteps", 0);
        Queue<Double> drawn = new ArrayDeque<>();
        return iteration -> {
            if (iteration == 0) {
                int first = whole(golden, "cur_timestep", 0);
                return new Window(first, Math.min(size, steps - first));
            }
            if (drawn.isEmpty()) {
                DoubleStream.of(golden.drawn("integers")).forEach(drawn::add);
            }
            return Window.anywhere(size, 0, steps, (drawn.remove() + 0.5) / (steps - size + 1));
        };
    }
}
