package io.github.diffusion4j.docs.emoji;

import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.guidance.ChangeRate;
import io.github.diffusion4j.samplers.guidance.Extrapolation;
import io.github.diffusion4j.samplers.guidance.Extrapolation.Coordinate;
import io.github.diffusion4j.samplers.guidance.HeldDirection;
import io.github.diffusion4j.samplers.guidance.LinearGuidance;
import io.github.diffusion4j.samplers.guidance.Pattern;
import io.github.diffusion4j.samplers.guidance.Planned;
import io.github.diffusion4j.samplers.guidance.Scale;
import io.github.diffusion4j.samplers.guidance.TeaCache;
import io.github.diffusion4j.samplers.guidance.Window;
import java.util.ArrayList;
import java.util.List;

/** Guided runs of fewer network calls, and the fine run that they are compared with. */
final class LeavingOut {

    static final double SCALE = 2;

    private static final int STEPS = 25;
    private static final int FINE_STEPS = 50;
    private static final int FINEST_STEPS = 100;
    private static final String DPM = "DPMSolverMultistepScheduler";
    private static final String UNI_PC = "UniPCMultistepScheduler";
    private static final Guidance GUIDANCE = LinearGuidance.classifierFree(SCALE);

    private final DiffusersConfig config;
    private final List<Way> ways = new ArrayList<>();

    private LeavingOut(DiffusersConfig config) {
        this.config = config;
    }

    /** The run that all others approximate. */
    static Plan finest(DiffusersConfig config) {
        return new LeavingOut(config).plan(UNI_PC, FINEST_STEPS).guided(GUIDANCE);
    }

    /** The run that a calibration looks at. */
    static Plan calibrating(DiffusersConfig config) {
        return new LeavingOut(config).plan(DPM, FINE_STEPS).guided(GUIDANCE);
    }

    /** All ways, those of a family one after another. */
    static List<Way> ways(DiffusersConfig config, Calibration calibration) {
        LeavingOut leavingOut = new LeavingOut(config);
        leavingOut.fewerSteps();
        leavingOut.fewerBranches();
        leavingOut.planned();
        leavingOut.decided(calibration);
        return leavingOut.ways;
    }

    private Plan plan(String scheduler, int steps) {
        return config.as(scheduler).config().scheduler().plan(steps);
    }

    private void add(String family, String setting, Plan plan) {
        ways.add(new Way(family, setting, plan));
    }

    private void fewerSteps() {
        for (int steps : new int[] {8, 10, 12, 14, 16, 20, 25, 32, 50}) {
            add("DPM++ 2M", steps + " steps", plan(DPM, steps).guided(GUIDANCE));
        }
        for (int steps : new int[] {8, 10, 12, 14, 16, 20, 25}) {
            add("UniPC", steps + " steps", plan(UNI_PC, steps).guided(GUIDANCE));
        }
    }

    private void fewerBranches() {
        int[][] settings = {{STEPS, 2, 1}, {STEPS, 2, 6}, {STEPS, 4, 10}, {FINE_STEPS, 4, 10}};
        for (int[] s : settings) {
            add("held guidance term", s[0] + " steps, both branches in the first " + s[2] + ", then every " + s[1], plan(DPM, s[0]).guided(new HeldDirection(Scale.of(SCALE), Pattern.every(s[1], s[2], 0))));
        }
        add("guided in a window", STEPS + " steps, from sigma/alpha 0.3 up", window(0.3, Double.MAX_VALUE));
        add("guided in a window", STEPS + " steps, from sigma/alpha 1 up", window(1, Double.MAX_VALUE));
        add("guided in a window", STEPS + " steps, sigma/alpha 0.3 to 10", window(0.3, 10));
    }

    private Plan window(double low, double high) {
        return plan(DPM, STEPS).guided(LinearGuidance.classifierFree(Scale.of(SCALE), Window.edmSigma(low, high)));
    }

    private void planned() {
        int[][] settings = {{STEPS, 2}, {FINE_STEPS, 3}, {FINE_STEPS, 2}};
        for (int[] s : settings) {
            add("planned, last output again", s[0] + " steps, every " + s[1], planned(DPM, s[0], s[1], Extrapolation.reuse()));
        }
        for (int[] s : settings) {
            add("planned, parabola", s[0] + " steps, every " + s[1], planned(DPM, s[0], s[1], new Extrapolation.Polynomial(2, Coordinate.LOG_SNR)));
        }
        for (int steps : new int[] {20, 25, 32}) {
            add("planned, parabola, UniPC", steps + " steps, every 2", planned(UNI_PC, steps, 2, new Extrapolation.Polynomial(2, Coordinate.LOG_SNR)));
        }
    }

    private Plan planned(String scheduler, int steps, int interval, Extrapolation extrapolation) {
        return plan(scheduler, steps).guided(new Planned(GUIDANCE, Pattern.every(interval, 3, 1), extrapolation));
    }

    private void decided(Calibration calibration) {
        for (int most : new int[] {1, 2, 3}) {
            add("MagCache", FINE_STEPS + " steps, at most " + most + " in a row", plan(DPM, FINE_STEPS).guided(
                    new Planned(GUIDANCE, new Pattern.Magnitudes(calibration.ratios(), 0.06, most, 0.2), Extrapolation.reuse())));
        }
        Plan guided = calibrating(config);
        for (double threshold : new double[] {0.05, 0.1, 0.2}) {
            add("EasyCache", FINE_STEPS + " steps, threshold " + threshold, guided.skipping(ChangeRate.easyCache(threshold, 5)));
        }
        for (double threshold : new double[] {0.01, 0.02, 0.05}) {
            double high = guided.level((int) (0.15 * FINE_STEPS)).edmSigma();
            double low = guided.level((int) (0.95 * FINE_STEPS)).edmSigma();
            add("LazyCache", FINE_STEPS + " steps, threshold " + threshold, guided.skipping(ChangeRate.lazyCache(threshold, high, low, 1)));
        }
        for (double threshold : new double[] {0.05, 0.1, 0.2}) {
            add("TeaCache's rule", FINE_STEPS + " steps, threshold " + threshold, guided.skipping(new TeaCache(threshold, calibration.polynomial(), 5, 1)));
        }
    }
}
