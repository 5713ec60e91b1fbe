package io.github.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Inpainting;
import io.github.diffusion4j.core.plan.Mask;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.samplers.diffusers.DiffusersScheduler;
import io.github.diffusion4j.samplers.diffusers.RePaintScheduler;
import io.github.diffusion4j.samplers.diffusers.Run;
import java.util.List;
import java.util.stream.IntStream;

/**
 * RePaint: steps that keep the known region, and jumps back. A jump is one call; Diffusers undoes it one timestep at a time, with a draw for each.
 *
 * @param <A> the array of a library
 */
final class RePaintCase<A> extends DiffusersCase<A> {

    private int drawn;

    RePaintCase(JsonNode golden, Arrays<A> arrays, ElementType type) {
        super(golden, arrays, type);
    }

    @Override
    void compareTimes(Plan plan) {
        // Compared with the moves.
    }

    @Override
    void reverse(DiffusersScheduler scheduler, Run run, Plan plan) {
        RePaintScheduler repaint = (RePaintScheduler) scheduler;
        List<Integer> moves = repaint.moves(run).evaluations();
        comparison.check("timesteps", Comparison.doubles(exact.path("timesteps")), moves.stream().mapToDouble(plan::timestep).toArray());
        comparison.check("evaluations", exact.path("evaluations").asDouble(), moves.size());
        Inpainting<A> inpainting = new Inpainting<>(base(3, false), Mask.of(comparison.values(base(4, true)), comparison.shape()));
        SamplerState<A> state = plan.on(comparison.arrays()).start(comparison.array(golden.path("start_noise")));
        for (int call = 0; call < moves.size(); call++) {
            int evaluation = moves.get(call);
            boolean back = call > 0 && evaluation < moves.get(call - 1);
            state = back ? undone(repaint, plan, evaluation, state) : stepped(inpainting, plan, evaluation, state, call);
            record("prev_samples", call, state.sample());
        }
    }

    private SamplerState<A> stepped(Inpainting<A> inpainting, Plan plan, int evaluation, SamplerState<A> at, int call) {
        SamplerState<A> state = new SamplerState<>(comparison.arrays(), evaluation, at.sample(), at.sample(), List.of());
        HostArray noise = comparison.host(golden.path("step_noise").path(drawn++));
        Runs<A> runs = plan.on(comparison.arrays());
        NoiseSource source = (request, out) -> out.assign(noise);
        A output = network(plan.timestep(evaluation), comparison.values(runs.input(evaluation, state).sample()));
        record("pred_original_samples", call, runs.denoised(evaluation, output, state));
        return inpainting.keepKnown(runs, evaluation, runs.step(evaluation, output, state, source), source);
    }

    /** The many small draws of Diffusers' undo as the one of the same variance that they add up to. */
    private SamplerState<A> undone(RePaintScheduler repaint, Plan plan, int evaluation, SamplerState<A> state) {
        int last = (int) plan.timestep(evaluation + 1);
        double[] betas = repaint.schedule().betas();
        int stride = repaint.schedule().size() / plan.steps();
        double[] sum = new double[comparison.values(state.sample()).length];
        for (int i = 0; i < stride; i++) {
            double beta = betas[last + i];
            double[] noise = Comparison.doubles(golden.path("step_noise").path(drawn++));
            for (int k = 0; k < sum.length; k++) {
                sum[k] = Math.sqrt(1 - beta) * sum[k] + Math.sqrt(beta) * noise[k];
            }
        }
        double kept = repaint.kept(last, plan.steps());
        double scale = Math.sqrt((1 - kept) * (1 + kept));
        double[] noise = java.util.Arrays.stream(sum).map(v -> v / scale).toArray();
        return Inpainting.undo(evaluation, kept, state, (request, out) -> out.fill(noise), NoiseRequest.step(evaluation));
    }

    /** The image and the mask of the recorded cases. */
    private A base(int k, boolean mask) {
        int length = (int) java.util.Arrays.stream(comparison.shape()).reduce(1, (a, b) -> a * b);
        return comparison.array(IntStream.range(0, length).mapToDouble(i -> {
            double value = 1.3 * Math.sin(0.9 * i * (k + 1) + 0.37 * k) + 0.4 * Math.cos(2.3 * i + k);
            return mask ? (value > 0 ? 1 : 0) : value;
        }).toArray());
    }
}
