package io.github.diffusion4j.samplers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.Convention;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * DDIM inversion: DDIM's deterministic step run from the data towards the noise (Mokady et al., arXiv:2211.09794, section 3).
 * Begin with {@link Plan#startFrom} on clean data. The exact grid is DDIM's reversed, each evaluation at the time of the
 * level it starts from.
 *
 * <p>Diffusers' {@code DDIMInverseScheduler} tells the network the time of the level a step ends at, and starts each step at
 * {@code t - floor(T / n)}; {@link Convention#DIFFUSERS} reproduces that.
 */
public final class DdimInverseScheduler extends BetaScheduler {

    private static final long serialVersionUID = 1;

    private DdimInverseScheduler(DiscreteProcess process, boolean setAlphaToOne) {
        super(process, setAlphaToOne);
    }

    /**
     * Inversion that starts at clean data.
     *
     * @param process the common parts
     * @return the scheduler
     */
    public static DdimInverseScheduler of(DiscreteProcess process) {
        return new DdimInverseScheduler(process, true);
    }

    /**
     * With runs that start at clean data, or at the level of timestep 0.
     *
     * @param clean Diffusers' {@code set_alpha_to_one}
     * @return the scheduler
     */
    public DdimInverseScheduler withAlphaToOne(boolean clean) {
        return new DdimInverseScheduler(process(), clean);
    }

    @Override
    public String name() {
        return "DDIMInverseScheduler";
    }

    @Override
    public Solver solver() {
        return new FirstOrder(new Ancestral(0), false);
    }

    @Override
    public TimeGrid grid(int steps) {
        List<NoiseLevel> ends = new ArrayList<>(process().starts(steps));
        Collections.reverse(ends);
        List<NoiseLevel> starts = new ArrayList<>();
        int stride = schedule().size() / steps;
        for (int i = 0; i < steps; i++) {
            NoiseLevel end = ends.get(i);
            starts.add(process().asDiffusers() ? end(end.time() - stride).withTime(end.time()) : i == 0 ? end(-1) : ends.get(i - 1));
        }
        return new TimeGrid(starts, ends);
    }

    @Override
    public Plan plan(int[] timesteps) {
        throw new UnsupportedOperationException("inversion follows the timesteps of plan(steps); given timesteps are for sampling");
    }
}
