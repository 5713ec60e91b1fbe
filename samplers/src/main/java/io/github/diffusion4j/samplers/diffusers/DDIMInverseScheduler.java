package io.github.diffusion4j.samplers.diffusers;

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
 * DDIM inversion: DDIM's deterministic step run from the data towards the noise (Mokady et al., arXiv:2211.09794, section 3),
 * {@code x' = sqrt(abar') x0^ + sqrt(1 - abar') eps^} with {@code abar' < abar}. Begin with {@link Plan#startFrom} on clean data. The exact grid is DDIM's reversed, each evaluation
 * at the time of the level it starts from.
 *
 * <p>Diffusers tells the network the time of the level a step ends at, and starts each step at {@code t - floor(T / n)}; {@link Convention#DIFFUSERS}, which a config gives,
 * reproduces that.
 */
public final class DDIMInverseScheduler extends TableScheduler {

    private static final long serialVersionUID = 1;

    DDIMInverseScheduler(DiffusersConfig config) {
        super(config, Parts.process(config.settings(), "epsilon", "sample", "v_prediction").withCorrection(Parts.clip(config.settings())));
        if (settings().text("timestep_spacing").equals("linspace")) {
            throw new IllegalArgumentException(name() + " has timestep_spacing leading and trailing, got linspace");
        }
    }

    private DDIMInverseScheduler(DiscreteProcess process, NoiseLevel start) {
        super("DDIMInverseScheduler", process, start);
    }

    /**
     * Inversion that starts at clean data.
     *
     * @param process the common parts
     * @return the scheduler
     */
    public static DDIMInverseScheduler of(DiscreteProcess process) {
        return new DDIMInverseScheduler(process, NoiseLevel.clean(0));
    }

    /**
     * With runs that start at clean data, or at the level of timestep 0.
     *
     * @param clean Diffusers' {@code set_alpha_to_one}
     * @return the scheduler
     */
    public DDIMInverseScheduler withAlphaToOne(boolean clean) {
        return new DDIMInverseScheduler(process(), end(process(), clean));
    }

    @Override
    public Solver solver() {
        return new FirstOrder(new Ancestral(0), false);
    }

    @Override
    Composition compose(Settings run, int steps) {
        List<NoiseLevel> ends = new ArrayList<>(process().starts(steps));
        Collections.reverse(ends);
        List<NoiseLevel> starts = new ArrayList<>();
        int stride = process().stride(steps);
        for (int i = 0; i < steps; i++) {
            NoiseLevel to = ends.get(i);
            starts.add(process().asDiffusers() ? end(to.time() - stride).withTime(to.time()) : i == 0 ? end() : ends.get(i - 1));
        }
        return composition(new TimeGrid(starts, ends), solver());
    }
}
