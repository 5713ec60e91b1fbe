package io.github.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.noise.RecordedNoise;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.samplers.diffusers.DiffusersScheduler;
import io.github.diffusion4j.samplers.diffusers.Run;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The loop of Diffusers' pipeline for KarrasVe: a call is a whole step, and the network sees {@code (x + 1) / 2}. */
final class KarrasVeCase extends DiffusersCase {

    KarrasVeCase(JsonNode golden, DataType type) {
        super(golden, type);
    }

    @Override
    void compareTimes(Plan plan) {
        compareGridTimes(plan);
    }

    /** Step by step, since the state between two steps of a plan already holds the churn of the second. */
    @Override
    void reverse(DiffusersScheduler scheduler, Run run, Plan plan) {
        comparison.check("evaluations", exact.path("evaluations").asDouble(), plan.steps());
        SamplerState state = null;
        for (int call = 0; call < plan.steps(); call++) {
            Plan step = plan.slice(call, call + 1);
            NoiseSource noise = RecordedNoise.ofSteps(List.of(comparison.array(golden.path("step_noise").path(call))));
            state = call == 0 ? step.start(comparison.array(golden.path("start_noise")), noise) : step.startFrom(state.sample(), noise);
            for (int i = 0; i < step.evaluations(); i++) {
                double[] input = Arrays.stream(Comparison.values(step.input(i, state).sample())).map(x -> x + 0.5).toArray();
                INDArray output = network(step.timestep(i), input);
                if (i == step.evaluations() - 1) {
                    record("pred_original_samples", call, step.denoised(i, output, state));
                }
                state = step.step(i, output, state, noise);
            }
            record("prev_samples", call, state.sample());
        }
    }
}
