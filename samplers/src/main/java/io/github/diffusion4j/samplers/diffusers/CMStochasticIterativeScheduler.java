package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.FullRenoise;
import io.github.diffusion4j.schedules.EdmSchedule;
import io.github.diffusion4j.schedules.SigmaRamp;
import io.github.diffusion4j.schedules.networks.ConsistencyNetwork;
import java.util.Arrays;
import java.util.List;

/**
 * Multistep consistency sampling (Song et al., arXiv:2303.01469, algorithm 1): the network's estimate, noised anew up to the next level,
 * {@code x' = D + s_noise sqrt(sigma'^2 - sigma_min^2) z}. The argument {@code timesteps} holds places of a ramp of T levels.
 */
public final class CMStochasticIterativeScheduler extends DiffusersScheduler {

    private static final long serialVersionUID = 1;

    private final EdmSchedule schedule;
    private final Parameterization parameterization;

    CMStochasticIterativeScheduler(DiffusersConfig config) {
        super(config);
        this.schedule = new EdmSchedule(settings().number("sigma_min"), settings().number("sigma_max"));
        this.parameterization = new ConsistencyNetwork(settings().number("sigma_data"), schedule.sigmaMin());
    }

    @Override
    Composition compose(Settings run, int steps) {
        int size = settings().integer("num_train_timesteps");
        if (steps > size) {
            throw new IllegalArgumentException("steps must lie in 1 to " + size + " (num_train_timesteps), got " + steps);
        }
        double[] places = run.has("timesteps") ? Points.reversed(run.numbers("timesteps")) : Points.of(steps, i -> (double) i * (size / steps));
        for (int i = 0; i < places.length; i++) {
            if (!(places[i] >= 0 && places[i] < size && (i == 0 || places[i] > places[i - 1]))) {
                throw new IllegalArgumentException("timesteps of " + name() + " are places that fall strictly, from " + (size - 1) + " at most to 0 at least, got "
                        + Json.shortened(Arrays.toString(Points.reversed(places))));
            }
        }
        double[] sigmas = SigmaRamp.karras(settings().number("rho")).at(schedule.sigmaMax(), schedule.sigmaMin(), Points.map(places, place -> size == 1 ? 0 : place / (size - 1)));
        List<NoiseLevel> starts = Arrays.stream(sigmas).mapToObj(schedule::at).toList();
        TimeGrid grid = TimeGrid.contiguous(starts, schedule.cleanest()).withCurve(schedule);
        FirstOrder solver = new FirstOrder(new FullRenoise(settings().number("s_noise"), schedule.sigmaMin()), true);
        return new Composition(grid, solver, parameterization, correction(), schedule.sigmaMax());
    }

    /** Its timesteps are what the network is told, {@code 250 ln sigma}. */
    @Override
    public NoiseLevel level(double timestep) {
        return schedule.at(Math.exp(timestep / 250));
    }

    @Override
    public EdmSchedule schedule() {
        return schedule;
    }

    @Override
    public Parameterization parameterization() {
        return parameterization;
    }

    @Override
    public DataCorrection correction() {
        return settings().flag("clip_denoised") ? DataCorrection.clip(1) : DataCorrection.NONE;
    }
}
