package io.github.diffusion4j.golden;

import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.training.Average;
import io.github.diffusion4j.samplers.training.Reconstruction;
import io.github.diffusion4j.samplers.training.Reconstruction.Profile;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.LongToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;

/** Recorded averages of parameters: a parameter that takes values one after the other, decays by step, and coefficients of averages made afterwards. */
final class AverageCases {

    /** Images in a batch of EDM2's recorded averages. */
    private static final double BATCH = 8;

    private AverageCases() {}

    static <A> void check(TrainingCase<A> golden) {
        switch (golden.recipe()) {
            case "diffusers_ema" -> {
                golden.takes("decay", "min_decay", "update_after_step", "use_ema_warmup", "inv_gamma", "power");
                Average rule = golden.argument("use_ema_warmup").asBoolean() ? Average.warmup(golden.number("inv_gamma", 1), golden.number("power", 2.0 / 3)) : Average.ramp();
                average(golden, rule.atMost(golden.number("decay", 0.9999)).atLeast(golden.number("min_decay", 0)).after(1 + (long) golden.number("update_after_step", 0)));
            }
            case "score_sde_ema" -> {
                golden.takes("decay", "use_num_updates");
                double decay = golden.number("decay");
                average(golden, golden.argument("use_num_updates").asBoolean(true) ? Average.ramp().atMost(decay) : Average.constant(decay));
            }
            case "kdiffusion_ema_warmup" -> {
                golden.takes("inv_gamma", "power", "min_value", "max_value", "start_at");
                Average rule = Average.warmup(golden.number("inv_gamma", 1), golden.number("power", 1)).after(1 + (long) golden.number("start_at", 0))
                        .atLeast(golden.number("min_value", 0)).atMost(golden.number("max_value", 1));
                // asked before the update is counted
                golden.check("decay", DoubleStream.of(golden.input("at")).map(at -> rule.decay(1 + (long) at)).toArray());
            }
            case "power_ema" -> {
                golden.takes("std");
                Average.Power rule = Average.power(golden.number("std"));
                average(golden, rule, step -> rule.decay(step * BATCH, BATCH));
            }
            case "halflife_ema" -> {
                golden.takes("halflife_Mimg", "rampup_ratio");
                double ramp = golden.argument("rampup_ratio").isNull() ? Double.POSITIVE_INFINITY : golden.number("rampup_ratio", 0.09);
                Average.HalfLife rule = Average.halfLife(1e6 * golden.number("halflife_Mimg", Double.POSITIVE_INFINITY), ramp);
                average(golden, rule, step -> rule.decay(step * BATCH, BATCH));
            }
            case "posthoc" -> posthoc(golden);
            default -> throw golden.unknown();
        }
    }

    private static <A> void average(TrainingCase<A> golden, Average rule) {
        average(golden, rule, rule::decay);
    }

    private static <A> void average(TrainingCase<A> golden, Average rule, LongToDoubleFunction decay) {
        int steps = golden.input("parameters").length;
        double[] decays = LongStream.rangeClosed(1, steps).mapToDouble(decay).toArray();
        for (Iterator<String> names = golden.expected().fieldNames(); names.hasNext();) {
            String name = names.next();
            switch (name) {
                case "decay", "beta" -> golden.check(name, decays);
                case "average" -> golden.check(name, means(golden, decays));
                case "decay_at" -> golden.check(name, DoubleStream.of(Comparison.doubles(golden.expected().path("at"))).map(at -> decay.applyAsDouble((long) at)).toArray());
                case "at" -> { /* the steps of decay_at */ }
                default -> {
                    if (!name.equals("weights_after_" + steps)) {
                        throw new UnsupportedOperationException("this result of an average is not known: " + name);
                    }
                    golden.check(name, java.util.Arrays.copyOfRange(rule.weights(steps), 1, steps + 1));
                }
            }
        }
    }

    /** The mean after each value; it begins with the first. */
    private static <A> double[] means(TrainingCase<A> golden, double... decays) {
        Arrays<A> arrays = golden.comparison().arrays();
        double[] values = golden.input("parameters");
        double[] means = new double[values.length];
        A mean = golden.comparison().array(new double[] {values[0]}, 1);
        for (int i = 0; i < values.length; i++) {
            A value = golden.comparison().array(new double[] {values[i]}, 1);
            Average.update(arrays, List.of(mean), List.of(value), decays[i]);
            means[i] = arrays.values(mean)[0];
            arrays.close(value);
        }
        arrays.close(mean);
        return means;
    }

    private static <A> void posthoc(TrainingCase<A> golden) {
        golden.takes("out_time", "out_std");
        double[] times = golden.input("time");
        double[] deviations = golden.input("std");
        List<Profile> snapshots = new ArrayList<>();
        for (int i = 0; i < times.length; i++) {
            snapshots.add(new Profile(times[i], deviations[i]));
        }
        golden.check("coefficients", Reconstruction.of(snapshots, new Profile(golden.number("out_time"), golden.number("out_std"))).toArray());
        golden.check("correlation_first_row", snapshots.stream().mapToDouble(snapshots.get(0)::inner).toArray());
    }
}
