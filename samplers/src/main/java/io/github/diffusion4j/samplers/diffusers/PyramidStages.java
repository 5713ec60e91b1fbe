package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.schedules.FlowShift;
import java.util.Arrays;

/**
 * The stages of a pyramid flow (Jin et al., arXiv:2410.05954, section 3.2): each stage crosses a part of the flow at its own resolution, and all but the first
 * start at the noise that is left after the sample was enlarged.
 */
final class PyramidStages {

    /** Diffusers keeps times below 1000 and the last stage just short of the end. */
    private static final double LARGEST_TIME = 999;
    private static final double ALMOST_ONE = 0.9999999999999999;

    private final double[] starts;
    private final double[] ends;
    private final double[] ratios;
    private final double[] table;

    PyramidStages(Settings settings) {
        int size = settings.integer("num_train_timesteps");
        double shift = settings.number("shift");
        this.table = Points.of(size, i -> FlowShift.shift(shift, (double) (size - i) / size));
        double[] range = settings.numbers("stage_range");
        int stages = settings.integer("stages");
        if (range.length != stages + 1) {
            throw new IllegalArgumentException("stage_range needs " + (stages + 1) + " entries for " + stages + " stages, got " + range.length);
        }
        for (int i = 0; i < range.length; i++) {
            if (!(range[i] >= 0 && range[i] <= 1 && (i == 0 || range[i] > range[i - 1]))) {
                throw new IllegalArgumentException("stage_range must rise strictly from 0 to 1, got " + Json.shortened(Arrays.toString(range)));
            }
        }
        this.starts = new double[stages];
        this.ends = new double[stages];
        for (int stage = 0; stage < stages; stage++) {
            int end = (int) (range[stage + 1] * size);
            double start = table[(int) (range[stage] * size)];
            starts[stage] = stage == 0 ? start : enlarged(start, settings.number("gamma"));
            ends[stage] = end < size ? table[end] : 0;
        }
        this.ratios = ratios(starts, ends);
    }

    /** The noise of a sample that was enlarged by repetition and noised again so that neighbours are independent. */
    private static double enlarged(double start, double gamma) {
        double clean = 1 - start;
        return 1 - clean / (Math.sqrt(1 + 1 / gamma) * (1 - clean) + clean);
    }

    private static double[] ratios(double[] starts, double[] ends) {
        double[] ratios = new double[starts.length + 1];
        for (int stage = 0; stage < starts.length; stage++) {
            ratios[stage + 1] = ratios[stage] + starts[stage] - ends[stage];
        }
        double total = ratios[starts.length];
        double[] shares = Points.map(ratios, r -> r / total);
        shares[starts.length] = ALMOST_ONE;
        return shares;
    }

    /** The network's times of n steps of a stage. */
    double[] times(int stage, int steps) {
        double highest = Math.min(timeAt(ratios[stage]), LARGEST_TIME);
        double lowest = timeAt(ratios[stage + 1]);
        double[] all = Points.linspace(highest, lowest, table.length + 1);
        return Points.linspace(all[0], all[table.length - 1], steps);
    }

    private double timeAt(double ratio) {
        return table[Math.min((int) (ratio * table.length), table.length - 1)] * table.length;
    }

    int count() {
        return starts.length;
    }
}
