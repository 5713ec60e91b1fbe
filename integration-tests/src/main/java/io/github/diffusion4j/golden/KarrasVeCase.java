package io.github.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.noise.RecordedNoise;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.samplers.diffusers.DiffusersScheduler;
import io.github.diffusion4j.samplers.diffusers.Run;
import java.util.List;

/**
 * The loop of Diffusers' pipeline for KarrasVe: a call is a whole step, and the network sees {@code (x + 1) / 2}.
 *
 * @param <A> the array of a library
 */
final class KarrasVeCase<A> extends DiffusersCase<A> {

    KarrasVeCase(JsonNode golden, Arrays<A> arrays, ElementType type) {
        super(golden, arrays, type);
    }

    @Override
    void compareTimes(Plan plan) {
        compareGridTimes(plan);
    }

    /** Step by step, since the state between two steps of a plan already holds the churn of the second. */
    @Override
    void reverse(DiffusersScheduler scheduler, Run run, Plan plan) {
        comparison.check("evaluations", exact.path("evaluations").asDouble(), plan.steps());
        SamplerState<A> state = null;
        for (int call = 0; call < plan.steps(); call++) {
            Plan slice = plan.slice(call, call + 1);
            Runs<A> step = slice.on(comparison.arrays());
            NoiseSource noise = RecordedNoise.ofSteps(HostArrays.HEAP, List.of(comparison.host(golden.path("step_noise").path(call))));
            state = call == 0 ? step.start(comparison.array(golden.path("start_noise")), noise) : step.startFrom(state.sample(), noise);
            for (int i = 0; i < slice.evaluations(); i++) {
                double[] input = java.util.Arrays.stream(comparison.values(step.input(i, state).sample())).map(x -> x + 0.5).toArray();
                A output = network(slice.timestep(i), input);
                if (i == slice.evaluations() - 1) {
                    record("pred_original_samples", call, step.denoised(i, output, state));
                }
                state = step.step(i, output, state, noise);
            }
            record("prev_samples", call, state.sample());
        }
    }
}
