package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.UniPc;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Helios: UniPC or Euler on one stage of a pyramid flow, chosen by the argument {@code stage_index}. No recorded results of Diffusers exist for it here. */
public final class HeliosScheduler extends PyramidScheduler {

    private static final long serialVersionUID = 1;

    private static final double SMALLEST_ALPHA = 1e-8;

    private final Solver solver;

    HeliosScheduler(DiffusersConfig config) {
        super(config);
        boolean unipc = settings().choice("scheduler_type", Map.of("unipc", true, "euler", false));
        this.solver = unipc ? UniPCMultistepScheduler.unipc(settings()) : new FirstOrder(new Ancestral(0), false);
        if (settings().flag("thresholding")) {
            throw new IllegalArgumentException(name() + " has no thresholding (Diffusers' class fails on it)");
        }
    }

    /** Diffusers floors alpha where it takes its logarithm, so that a run in log SNR can start at pure noise. */
    @Override
    Composition compose(Settings run, int steps) {
        Composition composed = super.compose(run, steps);
        TimeGrid grid = composed.grid();
        if (grid.from(0).alpha() > 0 || !(solver instanceof UniPc)) {
            return composed;
        }
        List<NoiseLevel> starts = new ArrayList<>(grid.starts());
        starts.set(0, new NoiseLevel(grid.from(0).time(), SMALLEST_ALPHA, 1));
        return new Composition(new TimeGrid(starts, grid.ends()).withCurve(grid.curve()), composed.solver(), composed.parameterization(), composed.correction(), composed.startScale());
    }

    @Override
    Solver solver(Settings run, int steps) {
        return solver;
    }
}
