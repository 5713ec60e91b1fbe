package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.schedules.Flow;
import io.github.diffusion4j.schedules.FlowShift;
import io.github.diffusion4j.schedules.TrainedSigmas;
import io.github.diffusion4j.schedules.VarianceExploding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The exponential-integrator schedulers of Diffusers (DPM-Solver, DEIS, UniPC, SA-Solver): variance-preserving levels over a table of betas, or flow
 * levels, on a grid of whole timesteps or of noise levels between the ends of the table.
 */
abstract class LambdaScheduler extends DiffusersScheduler {

    private static final long serialVersionUID = 1;

    private final VarianceExploding schedule;
    private final Parameterization parameterization;
    private final DataCorrection correction;
    private final boolean flow;

    LambdaScheduler(DiffusersConfig config, DiscreteSchedule betas) {
        super(config);
        this.schedule = VarianceExploding.of(betas);
        this.flow = settings().flag("use_flow_sigmas", false);
        Parameterization prediction = Parts.prediction(settings(), "epsilon", "sample", "v_prediction", "flow_prediction");
        this.parameterization = flow && prediction.equals(Parameterization.velocity()) ? new PlainVelocity() : prediction;
        boolean thresholds = settings().flag("thresholding") && settings().flag("predict_x0", true);
        this.correction = thresholds ? Parts.correction(settings()) : DataCorrection.NONE;
        Points.rampKey(settings());
    }

    /** The velocity taken as on variance-preserving levels, {@code x0 = alpha x - sigma v}, also where alpha^2 + sigma^2 is not 1, as in Diffusers. */
    private record PlainVelocity() implements Parameterization {
        @Override
        public Weights target(NoiseLevel level) {
            return Parameterization.velocity().target(level);
        }

        @Override
        public Weights data(NoiseLevel level) {
            return new Weights(level.alpha(), -level.sigma());
        }
    }

    /** The points of a run: timesteps, and noise levels with the one the last step ends at. */
    record Levels(double[] times, double[] sigmas) {}

    /** The solver of a run. */
    abstract Solver solver(int steps);

    /** The noise level after the last of a respaced or plain grid. */
    abstract double finalSigma(double last, boolean respaced);

    @Override
    SigmasMeaning lastSigma() {
        return finalSigma(1, true) == finalSigma(2, true) ? SigmasMeaning.START : SigmasMeaning.START_AND_END;
    }

    @Override
    List<String> moreArguments() {
        return List.of("timesteps", "sigmas");
    }

    @Override
    Composition compose(Settings run, int steps) {
        Levels levels = levels(run, steps);
        int count = levels.times().length;
        List<NoiseLevel> starts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            starts.add(level((long) levels.times()[i], levels.sigmas()[i]));
        }
        TimeGrid grid = TimeGrid.contiguous(starts, level(0, levels.sigmas()[count])).withCurve(schedule());
        Solver solver = solver(count);
        return new Composition(grid, forNetwork(solver), parameterization, correction, 1);
    }

    /** The points of a run. On a flow, given sigmas are unshifted times, as in the flow-matching classes. */
    Levels levels(Settings run, int steps) {
        String ramp = ramp();
        if (!flow || !ramp.isEmpty() && !run.has("sigmas")) {
            run.refuse("mu", flow ? "where " + ramp + " of the config picks the noise levels" : "without use_flow_sigmas in the config", "leave it out");
        }
        if (flow) {
            run.refuse("timesteps", "where use_flow_sigmas of the config picks the times", "give sigmas, which are times of the flow from 1 to 0");
        }
        if (run.has("sigmas")) {
            double[] sigmas = flow ? shifted(run, run.numbers("sigmas")) : run.numbers("sigmas");
            return ended(flow ? flowTimes(sigmas) : Points.map(sigmas, schedule::time), sigmas, true);
        }
        if (!ramp.isEmpty()) {
            run.refuse("timesteps", "where " + ramp + " of the config picks the noise levels", "leave out one of the two, or give sigmas");
            double[] sigmas = ramp(ramp, steps);
            double[] times = Points.map(sigmas, schedule::time);
            return ended(rounds(ramp) ? rounded(times) : times, sigmas, true);
        }
        if (flow) {
            double[] sigmas = shifted(run, flowTimes(steps));
            return ended(flowTimes(sigmas), sigmas, true);
        }
        double[] times = run.has("timesteps") ? run.numbers("timesteps") : Points.multistep(settings(), steps, usedTimesteps());
        return ended(times, Points.map(times, schedule::sigma), false);
    }

    private Levels ended(double[] times, double[] sigmas, boolean respaced) {
        double last = sigmas[sigmas.length - 1];
        double end = finalSigma(last, respaced);
        if (flow && end > last) {
            throw new IllegalArgumentException("final_sigmas_type sigma_min of a flow ends at " + end + ", the lowest sigma of the betas, which lies above the time " + last
                    + " at which the last step starts; use final_sigmas_type zero, or fewer steps");
        }
        return new Levels(times, Points.append(sigmas, end));
    }

    double[] rounded(double[] times) {
        return Points.map(times, Math::rint);
    }

    /** The key of the ramp that picks the noise levels, or an empty string. */
    String ramp() {
        return Points.rampKey(settings());
    }

    /** Whether the times of a ramp are rounded to timesteps. */
    boolean rounds(String ramp) {
        return ramp.equals("use_karras_sigmas");
    }

    double[] ramp(String ramp, int steps) {
        double highest = settings().number("sigma_max", highestSigma());
        double lowest = settings().number("sigma_min", lowestSigma());
        return Points.ramp(ramp).sigmas(highest, lowest, steps);
    }

    double highestSigma() {
        return schedule.noisiest().sigma();
    }

    double lowestSigma() {
        return schedule.cleanest().sigma();
    }

    final double[] flowTimes(double[] sigmas) {
        return Points.map(sigmas, u -> u * settings().integer("num_train_timesteps"));
    }

    /** Flow times in equal steps from 1 - 1/T down to above 0. */
    double[] flowTimes(int steps) {
        double[] grid = Points.linspace(1, 1 / Points.flowTimesteps(settings()), steps + 1);
        return Points.of(steps, i -> 1 - grid[steps - i]);
    }

    /** Flow times shifted towards the noise. */
    double[] shifted(Settings run, double[] times) {
        double shift = shift(run);
        return Points.map(times, u -> FlowShift.shift(shift, u));
    }

    /** The flow shift of a run: {@code e^mu} where the argument is given, otherwise the config's. */
    final double shift(Settings run) {
        return run.has("mu") ? factor(run.number("mu")) : settings().number("flow_shift");
    }

    private double factor(double mu) {
        if (settings().holds("time_shift_type")) {
            settings().choice("time_shift_type", Map.of("exponential", true));
        }
        return Shifting.dynamic(settings(), name(), mu);
    }

    @Override
    public TrainedSigmas trainedSigmas() {
        return flow ? trained(Shifting.fixed(settings(), name(), settings().number("flow_shift"))) : super.trainedSigmas();
    }

    @Override
    public TrainedSigmas trainedSigmas(double mu) {
        return flow ? trained(factor(mu)) : super.trainedSigmas(mu);
    }

    private TrainedSigmas trained(double factor) {
        return new TrainedSigmas.ShiftedFlow(new Flow(settings().integer("num_train_timesteps")), factor, TrainedSigmas.TABLE);
    }

    /** How many of the T timesteps a run may visit: those whose half log-SNR is at least {@code lambda_min_clipped}. */
    final int usedTimesteps() {
        double lowest = settings().number("lambda_min_clipped", Double.NEGATIVE_INFINITY);
        return (int) Arrays.stream(schedule.table().sigmas()).filter(sigma -> -Math.log(sigma) >= lowest).count();
    }

    @Override
    final String shifting() {
        return !flow ? "" : settings().flag("use_dynamic_shifting", false) ? Shifting.EXPONENTIAL : Shifting.named(settings(), settings().number("flow_shift"));
    }

    final boolean flow() {
        return flow;
    }

    final VarianceExploding sigmas() {
        return schedule;
    }

    private NoiseLevel level(double time, double sigma) {
        if (flow) {
            if (sigma > 1) {
                throw new IllegalArgumentException("use_flow_sigmas of " + name() + " has no level at sigma " + sigma + ": times of a flow lie in 0 to 1" + (ramp().isEmpty() ? ""
                        : ", and " + ramp() + " runs over sigma / alpha; set sigma_min and sigma_max below 1, leave out one of the two keys, or use UniPCMultistepScheduler, which converts"));
            }
            return new NoiseLevel(time, 1 - sigma, sigma);
        }
        double alpha = 1 / Math.hypot(1, sigma);
        return new NoiseLevel(time, alpha, alpha * sigma);
    }

    @Override
    public final Optional<DiscreteSchedule> table() {
        return Optional.of(schedule.table());
    }

    @Override
    public final NoiseSchedule schedule() {
        return flow ? new Flow(settings().integer("num_train_timesteps")) : schedule.table();
    }

    @Override
    public final Parameterization parameterization() {
        return parameterization;
    }

    @Override
    public final DataCorrection correction() {
        return correction;
    }
}
