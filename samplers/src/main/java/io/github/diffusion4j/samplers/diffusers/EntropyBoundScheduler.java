package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.kernel.Question;
import io.github.diffusion4j.core.tokens.Prefix;
import io.github.diffusion4j.core.tokens.Refinement;
import io.github.diffusion4j.core.tokens.TokenPlan;
import io.github.diffusion4j.core.tokens.TokenStep;
import io.github.diffusion4j.core.tokens.Verdict;
import io.github.diffusion4j.samplers.solvers.Convention;
import java.util.List;

/**
 * DiffusionGemma's sampler: every step draws all tokens anew at a falling temperature, keeps the surest as long as their entropies add to no more than a bound, and replaces the others by random tokens.
 *
 * <p>Diffusers leaves random tokens in the last step too, and its temperature never reaches {@code t_min}; under {@link Convention#EXACT} the last step, at {@code t_min}, takes every candidate. A run
 * takes {@code entropy_bound} and {@code timesteps}.
 */
public final class EntropyBoundScheduler extends TokenScheduler {

    private static final long serialVersionUID = 1;

    private static final String BOUND = "entropy_bound";

    EntropyBoundScheduler(TokenConfig config, Convention convention) {
        super(config, convention);
        settings().number(BOUND);
        temperature(1, 0);
    }

    @Override
    int mask(Settings run) {
        return TokenPlan.NO_MASK;
    }

    /**
     * The temperature of a step.
     *
     * @param steps the number of steps of the run
     * @param timestep the step, from 0; beyond the last one the temperature falls on
     * @return the temperature
     */
    public double temperature(int steps, int timestep) {
        double hot = settings().number("t_max");
        double cold = settings().number("t_min");
        if (!Double.isFinite(hot) || !Double.isFinite(cold)) {
            throw new IllegalArgumentException("t_max and t_min are finite, got " + hot + " and " + cold);
        }
        if (asDiffusers()) {
            return cold + (hot - cold) * (steps - timestep) / steps;
        }
        return steps == 1 ? cold : hot + (cold - hot) * timestep / (steps - 1);
    }

    @Override
    TokenStep step(Settings run, int steps, int timestep) {
        if (!asDiffusers() && (timestep < 0 || timestep >= steps)) {
            throw new IllegalArgumentException("timesteps of a run of " + steps + " steps lie in 0 to " + (steps - 1) + ", got " + timestep);
        }
        Refinement.Candidate candidate = new Refinement.Candidate(Question.PLAIN.withTemperature(temperature(steps, timestep)), true, 0);
        boolean all = !asDiffusers() && timestep == steps - 1;
        return new Refinement(timestep, candidate, Refinement.Competing.ALL, Refinement.Window.ALL, all ? Verdict.ALL : new Prefix(holder(run, BOUND).number(BOUND)),
                all ? Refinement.Rest.KEEP : Refinement.Rest.RANDOM, Refinement.Edit.NEVER);
    }

    @Override
    List<String> oddities() {
        return settings().number(BOUND) < 0 ? List.of("entropy_bound " + settings().number(BOUND) + ": no step takes a token, and the result is random; use 0 for one token a step")
                : List.of("random tokens stay where the last step takes no candidate; use scheduler(Convention.EXACT)");
    }
}
