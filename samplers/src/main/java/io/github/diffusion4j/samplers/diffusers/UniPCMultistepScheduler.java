package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.solvers.Prediction;
import io.github.diffusion4j.samplers.solvers.UniPc;
import io.github.diffusion4j.schedules.FlowShift;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** UniPC, predictor and corrector of any order (Zhao et al., arXiv:2302.04867), on variance-preserving or flow levels. */
public final class UniPCMultistepScheduler extends LambdaScheduler {

    private static final long serialVersionUID = 1;

    /** A flow run starts this far from pure noise, where half log-SNR is finite. */
    private static final double NUDGE = 1e-6;

    private final UniPc solver;
    private final boolean zero;

    UniPCMultistepScheduler(DiffusersConfig config) {
        super(config, Parts.finiteBetas(config.settings()));
        this.solver = unipc(settings());
        this.zero = settings().choice("final_sigmas_type", Map.of("zero", true, "sigma_min", false));
    }

    static UniPc unipc(Settings settings) {
        Set<Integer> disabled = Arrays.stream(settings.integers("disable_corrector")).boxed().collect(Collectors.toSet());
        return new UniPc(settings.integer("solver_order"), settings.flag("predict_x0") ? Prediction.DATA : Prediction.NOISE,
                settings.choice("solver_type", Map.of("bh1", UniPc.Variant.BH1, "bh2", UniPc.Variant.BH2)), settings.flag("lower_order_final"), disabled,
                List.of());
    }

    @Override
    Solver solver(int steps) {
        return solver;
    }

    /** On a flow a ramp over sigma / alpha is converted to times. */
    @Override
    Levels levels(Settings run, int steps) {
        if (!flow() || ramp().isEmpty()) {
            return super.levels(run, steps);
        }
        for (String points : List.of("timesteps", "sigmas", "mu")) {
            run.refuse(points, "where " + ramp() + " of the config picks the noise levels", "leave out one of the two");
        }
        double[] sigmas = Points.map(ramp(ramp(), steps), sigma -> sigma / (1 + sigma));
        return new Levels(flowTimes(sigmas), Points.append(sigmas, finalSigma(sigmas[sigmas.length - 1], true)));
    }

    /** Unlike its siblings it starts at pure noise. */
    @Override
    double[] flowTimes(int steps) {
        return Arrays.copyOf(Points.linspace(1, 1 / Points.flowTimesteps(settings()), steps + 1), steps);
    }

    /** Shifted, stretched, and off pure noise, where half log-SNR is infinite. */
    @Override
    double[] shifted(Settings run, double[] times) {
        if (settings().flag("use_dynamic_shifting") && !run.has("mu")) {
            throw new IllegalArgumentException(name() + " with use_dynamic_shifting needs the argument mu");
        }
        double[] shifted = super.shifted(run, times);
        double[] sigmas = settings().holds("shift_terminal") ? FlowShift.stretch(shifted, settings().number("shift_terminal")) : shifted;
        sigmas[0] = Math.abs(sigmas[0] - 1) < NUDGE ? sigmas[0] - NUDGE : sigmas[0];
        return sigmas;
    }

    @Override
    double finalSigma(double last, boolean respaced) {
        return zero ? 0 : respaced ? last : sigmas().sigma(0);
    }
}
