package io.github.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Inpainting;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.samplers.diffusers.DiffusersScheduler;
import io.github.diffusion4j.samplers.diffusers.RePaintScheduler;
import io.github.diffusion4j.samplers.diffusers.Run;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** RePaint: steps that keep the known region, and jumps back. A jump is one call; Diffusers undoes it one timestep at a time, with a draw for each. */
final class RePaintCase extends DiffusersCase {

    private int drawn;

    RePaintCase(JsonNode golden, DataType type) {
        super(golden, type);
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
        Inpainting inpainting = new Inpainting(base(3, false), base(4, true));
        SamplerState state = plan.start(comparison.array(golden.path("start_noise")));
        for (int call = 0; call < moves.size(); call++) {
            int evaluation = moves.get(call);
            boolean back = call > 0 && evaluation < moves.get(call - 1);
            state = back ? undone(repaint, plan, evaluation, state) : stepped(inpainting, plan, evaluation, state, call);
            record("prev_samples", call, state.sample());
        }
    }

    private SamplerState stepped(Inpainting inpainting, Plan plan, int evaluation, SamplerState at, int call) {
        SamplerState state = new SamplerState(evaluation, at.sample(), at.sample(), List.of());
        INDArray noise = comparison.array(golden.path("step_noise").path(drawn++));
        NoiseSource source = (request, out) -> out.assign(noise);
        INDArray output = network(plan.timestep(evaluation), Comparison.values(plan.input(evaluation, state).sample()));
        record("pred_original_samples", call, plan.denoised(evaluation, output, state));
        return inpainting.keepKnown(plan, evaluation, plan.step(evaluation, output, state, source), source);
    }

    /** The many small draws of Diffusers' undo as the one of the same variance that they add up to. */
    private SamplerState undone(RePaintScheduler repaint, Plan plan, int evaluation, SamplerState state) {
        int last = (int) plan.timestep(evaluation + 1);
        double[] betas = repaint.schedule().betas();
        int stride = repaint.schedule().size() / plan.steps();
        double[] sum = new double[(int) state.sample().length()];
        for (int i = 0; i < stride; i++) {
            double beta = betas[last + i];
            double[] noise = Comparison.doubles(golden.path("step_noise").path(drawn++));
            for (int k = 0; k < sum.length; k++) {
                sum[k] = Math.sqrt(1 - beta) * sum[k] + Math.sqrt(beta) * noise[k];
            }
        }
        double kept = repaint.kept(last, plan.steps());
        double scale = Math.sqrt((1 - kept) * (1 + kept));
        INDArray noise = comparison.array(java.util.Arrays.stream(sum).map(v -> v / scale).toArray());
        return Inpainting.undo(evaluation, kept, state, (request, out) -> out.assign(noise), NoiseRequest.step(evaluation));
    }

    /** The image and the mask of the recorded cases. */
    private INDArray base(int k, boolean mask) {
        int length = (int) java.util.Arrays.stream(comparison.shape()).reduce(1, (a, b) -> a * b);
        return comparison.array(IntStream.range(0, length).mapToDouble(i -> {
            double value = 1.3 * Math.sin(0.9 * i * (k + 1) + 0.37 * k) + 0.4 * Math.cos(2.3 * i + k);
            return mask ? (value > 0 ? 1 : 0) : value;
        }).toArray());
    }
}
