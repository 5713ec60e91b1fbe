package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.kernel.Rows;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.FullRenoise;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Euler's method for flow matching (Esser et al., arXiv:2403.03206): {@code x' = x + (u' - u) v}, or with {@code stochastic_sampling} the data estimate noised anew. The churn
 * arguments have no effect, as in Diffusers.
 */
public final class FlowMatchEulerDiscreteScheduler extends FlowScheduler {

    private static final long serialVersionUID = 1;

    /** Times closer than this are the same. */
    private static final double SAME_TIME = 1e-3;

    private final Solver solver;

    FlowMatchEulerDiscreteScheduler(DiffusersConfig config) {
        super(config);
        this.solver = settings().flag("stochastic_sampling") ? new FirstOrder(FullRenoise.STANDARD, false) : new FirstOrder(new Ancestral(0), false);
    }

    @Override
    Solver solver(Settings run, int steps) {
        return solver;
    }

    /**
     * One step of a sample whose tokens stand at different times, each to the next lower time of a run: {@code x' = x + (u' - u) v} per token. Diffusers steps by
     * {@code u - u'}, so that its callers have to negate the velocity; here the sign is right.
     *
     * @param <A> the array of a library
     * @param run the run: a plan, or {@code plan.on(arrays)}
     * @param output what the network returned, of shape (batch, tokens, ...)
     * @param sample the sample, of the same shape
     * @param timesteps the time of each token, by batch and token; 0 for one that is done
     * @return the sample after the step, a new array
     */
    public <A> A stepTokens(Runs<A> run, A output, A sample, double[][] timesteps) {
        double[] from = Arrays.stream(timesteps).flatMapToDouble(Arrays::stream).toArray();
        long[] shape = run.arrays().shape(sample);
        if (shape.length < 3 || from.length != shape[0] * shape[1]) {
            throw new IllegalArgumentException("tokens need a sample of shape (batch, tokens, ...) and a time each, got shape " + Arrays.toString(shape) + " and " + from.length
                    + " times");
        }
        double[] to = Arrays.stream(from).map(time -> below(run.plan(), time)).toArray();
        return on(run.arrays(), Rows.of(0, 1)).step(output, from, to, sample, NoiseSource.none());
    }

    private static double below(Plan plan, double time) {
        return IntStream.range(0, plan.evaluations()).mapToDouble(plan::timestep).filter(other -> other < time - SAME_TIME).max().orElse(0);
    }
}
