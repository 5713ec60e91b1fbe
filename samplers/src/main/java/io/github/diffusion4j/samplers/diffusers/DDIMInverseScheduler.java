package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import java.util.ArrayList;
import java.util.List;

/** DDIM inversion, from the data towards the noise (Mokady et al., arXiv:2211.09794). As in Diffusers the network is told the time a step ends at. */
public final class DDIMInverseScheduler extends TableScheduler {

    private static final long serialVersionUID = 1;

    DDIMInverseScheduler(DiffusersConfig config) {
        super(config, Parts.betas(config.settings()), Parts.prediction(config.settings(), "epsilon", "sample", "v_prediction"), Parts.clip(config.settings()));
        if (settings().text("timestep_spacing").equals("linspace")) {
            throw new IllegalArgumentException(name() + " has timestep_spacing leading and trailing, got linspace");
        }
    }

    @Override
    Composition compose(Settings run, int steps) {
        double[] times = Points.reversed(Points.singleStep(settings(), steps, true));
        int stride = schedule().size() / steps;
        List<NoiseLevel> starts = new ArrayList<>();
        for (double t : times) {
            NoiseLevel from = t - stride < 0 ? Parts.end(settings(), schedule()) : schedule().at(t - stride);
            starts.add(from.withTime(t));
        }
        return composition(new TimeGrid(starts, Parts.at(schedule(), times)), new FirstOrder(new Ancestral(0), false));
    }
}
