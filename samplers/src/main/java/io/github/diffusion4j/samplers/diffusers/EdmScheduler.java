package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.schedules.EdmSchedule;
import io.github.diffusion4j.schedules.SigmaRamp;
import io.github.diffusion4j.schedules.networks.EdmNetwork;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The schedulers of EDM networks in Diffusers: noise levels of a ramp between {@code sigma_min} and {@code sigma_max}, preconditioned networks. */
abstract class EdmScheduler extends DiffusersScheduler {

    private static final long serialVersionUID = 1;

    private final EdmSchedule schedule;
    private final Parameterization parameterization;
    private final EdmNetwork.Time time;
    private final boolean exponential;
    private final boolean zero;

    EdmScheduler(DiffusersConfig config, EdmNetwork.Time time) {
        super(config);
        this.schedule = new EdmSchedule(settings().number("sigma_min"), settings().number("sigma_max"));
        this.parameterization = new EdmNetwork(settings().number("sigma_data"), settings().choice("prediction_type", Map.of("epsilon", 1, "v_prediction", -1)), time);
        this.time = time;
        this.exponential = settings().choice("sigma_schedule", Map.of("karras", false, "exponential", true));
        this.zero = settings().choice("final_sigmas_type", Map.of("zero", true, "sigma_min", false));
    }

    /** The solver of a run. */
    abstract Solver solver(Settings run, int steps);

    /** The level after the last one, where a run does not end at 0. */
    double floor(double[] sigmas) {
        return schedule.sigmaMin();
    }

    @Override
    SigmasMeaning lastSigma() {
        return SigmasMeaning.PLACES;
    }

    @Override
    Composition compose(Settings run, int steps) {
        if (exponential) {
            run.refuse("sigmas", "where sigma_schedule exponential of the config picks the noise levels", "give the number of steps");
        }
        double[] sigmas = run.has("sigmas") ? ofRamp(run.numbers("sigmas")) : ofRamp(Points.linspace(0, 1, steps));
        List<NoiseLevel> starts = Arrays.stream(sigmas).mapToObj(schedule::at).toList();
        TimeGrid grid = TimeGrid.contiguous(starts, schedule.at(zero ? 0 : floor(sigmas))).withCurve(schedule);
        return new Composition(grid, solver(run, sigmas.length), parameterization, correction(), Math.hypot(schedule.sigmaMax(), 1));
    }

    /** The noise levels at given places of the ramp, from 0 (sigma_max) to 1 (sigma_min); the exponential ramp ignores the places, as in Diffusers. */
    private double[] ofRamp(double[] places) {
        if (exponential) {
            return SigmaRamp.exponential().sigmas(schedule.sigmaMax(), schedule.sigmaMin(), places.length);
        }
        return SigmaRamp.karras(settings().number("rho")).at(schedule.sigmaMax(), schedule.sigmaMin(), places);
    }

    /** Its timesteps are what the network is told, not sigma. */
    @Override
    public final NoiseLevel level(double timestep) {
        return time.level(schedule, timestep);
    }

    @Override
    public final EdmSchedule schedule() {
        return schedule;
    }

    @Override
    public final Parameterization parameterization() {
        return parameterization;
    }

    @Override
    public DataCorrection correction() {
        return settings().flag("thresholding", false) ? Parts.correction(settings()) : DataCorrection.NONE;
    }
}
