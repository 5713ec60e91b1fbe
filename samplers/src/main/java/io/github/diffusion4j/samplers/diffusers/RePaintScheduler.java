package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.Convention;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import java.util.List;

/**
 * RePaint, inpainting with an unconditional network (Lugmayr et al., arXiv:2201.09865, algorithm 1): DDIM steps, after which {@link io.github.diffusion4j.core.plan.Inpainting} puts
 * the known region back, and jumps towards the noise in between, see {@link RePaintMoves}.
 */
public final class RePaintScheduler extends TableScheduler {

    private static final long serialVersionUID = 1;

    private static final int MOST_JUMPS = 100_000;
    private static final int JUMP_LENGTH = 10;
    private static final int JUMP_SAMPLES = 10;

    RePaintScheduler(DiffusersConfig config) {
        super(config, DiscreteProcess.of(Parts.betas(config.settings())).withCorrection(Parts.clip(config.settings())).withConvention(Convention.DIFFUSERS));
    }

    @Override
    Composition compose(Settings run, int steps) {
        int length = jumps(run, "jump_length", JUMP_LENGTH);
        jumps(run, "jump_n_sample", JUMP_SAMPLES);
        for (String argument : length < steps ? List.<String>of() : List.of("jump_length", "jump_n_sample")) {
            run.refuse(argument, "in " + steps + " steps, which leave no room for a jump of " + length, "give a jump_length below the number of steps");
        }
        return composition(strided(steps), new FirstOrder(new Ancestral(settings().number("eta")), false));
    }

    /**
     * The moves of a run: its steps, and the jumps back between them.
     *
     * @param run the number of steps, and the arguments {@code jump_length} and {@code jump_n_sample}, 10 each unless given
     * @return the moves
     */
    public RePaintMoves moves(Run run) {
        Settings arguments = arguments(run);
        int steps = run.count().orElseThrow(() -> new IllegalArgumentException("the moves of " + name() + " need the number of steps, num_inference_steps"));
        return RePaintMoves.of(steps, jumps(arguments, "jump_length", JUMP_LENGTH), jumps(arguments, "jump_n_sample", JUMP_SAMPLES));
    }

    private static int jumps(Settings run, String argument, int absent) {
        return run.has(argument) ? run.integer(argument, 1, MOST_JUMPS) : absent;
    }

    /**
     * The signal that is kept when a jump undoes a step. As in Diffusers the betas are taken one timestep late.
     *
     * @param timestep the timestep the step ended at
     * @param steps the number of steps of the run
     * @return {@code prod sqrt(1 - beta)} over the undone timesteps
     */
    public double kept(int timestep, int steps) {
        double[] betas = schedule().betas();
        double kept = 1;
        for (int i = 0; i < process().stride(steps); i++) {
            kept *= Math.sqrt(1 - betas[timestep + i]);
        }
        return kept;
    }
}
