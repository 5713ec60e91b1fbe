package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.schedules.Flow;
import java.util.ArrayList;
import java.util.List;

/** What Diffusers computes and hardly anybody means: a line each, with what to use instead. */
final class Oddities {

    /** Sigma / alpha from which on a table holds nothing but noise. */
    private static final double FAR = 200;

    private Oddities() {}

    static List<String> of(DiffusersScheduler scheduler) {
        Settings settings = scheduler.settings();
        List<String> odd = new ArrayList<>();
        boolean flow = scheduler.schedule() instanceof Flow;
        if (scheduler instanceof LambdaScheduler lambda) {
            lambda(lambda, flow, settings, odd);
        }
        if (scheduler instanceof FlowScheduler family) {
            flow(family, settings, odd);
        }
        if (scheduler instanceof EulerDiscreteScheduler && settings.text("interpolation_type").equals("log_linear")) {
            odd.add("interpolation_type log_linear has one noise level more than a run reaches, so that runs end above 0; use use_exponential_sigmas");
        }
        far(scheduler, Points.rampKey(settings), odd);
        return List.copyOf(odd);
    }

    /** Cosine tables and those of zero terminal SNR. */
    private static void far(DiffusersScheduler scheduler, String ramp, List<String> odd) {
        double highest = scheduler.table().isPresent() && !ramp.isEmpty() ? scheduler.schedule().noisiest().edmSigma() : 0;
        if (highest > FAR) {
            odd.add(ramp + " on a table that begins at sigma " + Math.round(highest) + ": most steps go where there is nothing but noise; use timestep_spacing trailing, a ramp from sigma 80, "
                    + "Sigmas.ramp(ramp, 80, lowest), or a grid fitted to the network, FittedGrid");
        }
    }

    private static void lambda(LambdaScheduler scheduler, boolean flow, Settings settings, List<String> odd) {
        boolean ends = scheduler.lastSigma() == SigmasMeaning.START_AND_END;
        if (flow && scheduler instanceof DPMSolverMultistepInverseScheduler) {
            odd.add("use_flow_sigmas of " + scheduler.name() + ": times fall as in sampling, so that the run never gets back to the noise; reverse a plan of a flow scheduler, plan.reversed()");
        } else if (flow && ends) {
            odd.add("use_flow_sigmas of " + scheduler.name() + ": runs end at the time their last step starts at, with noise left; use final_sigmas_type zero where the class has it, "
                    + "DPMSolverMultistepScheduler, or scheduler.composed(solver)");
        } else if (ends && !scheduler.ramp().isEmpty()) {
            odd.add(scheduler.ramp() + " of " + scheduler.name() + ": the last step of a run changes nothing and costs a network evaluation");
        }
        if (flow && !settings.text("prediction_type").equals("flow_prediction")) {
            odd.add("use_flow_sigmas with prediction_type " + settings.text("prediction_type") + ": flow networks predict the flow, flow_prediction");
        }
        if (flow && !scheduler.ramp().isEmpty() && !(scheduler instanceof UniPCMultistepScheduler)) {
            odd.add("use_flow_sigmas with " + scheduler.ramp() + ": the ramp runs over sigma / alpha, beyond the times of a flow; use UniPCMultistepScheduler, which converts");
        }
    }

    private static void flow(FlowScheduler scheduler, Settings settings, List<String> odd) {
        if (!(settings.number("num_train_timesteps") > 1)) {
            odd.add("num_train_timesteps " + settings.number("num_train_timesteps") + ": the times of a run must be given as sigmas, as the model's pipeline does");
        }
        if (scheduler.shiftsTwice()) {
            odd.add("shift " + scheduler.shift() + ": a run by its number of steps is shifted twice, as in Diffusers; give sigmas, which are shifted once");
        }
    }
}
