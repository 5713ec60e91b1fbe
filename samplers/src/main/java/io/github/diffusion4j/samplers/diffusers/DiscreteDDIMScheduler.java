package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.tokens.Coin;
import io.github.diffusion4j.core.tokens.Correction;
import io.github.diffusion4j.core.tokens.Refinement;
import io.github.diffusion4j.core.tokens.TokenLevel;
import io.github.diffusion4j.core.tokens.TokenPlan;
import io.github.diffusion4j.core.tokens.TokenStep;
import io.github.diffusion4j.samplers.solvers.Convention;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Ancestral sampling of uniform noise, alpha linear from 0 to 1: each token takes its candidate, stays, or is drawn anew by the posterior's routes. With {@code corrector_steps} c, each of the first
 * {@code (n - 1) div (1 + c)} steps is followed by c corrections and the number of evaluations stays n, as in DiffusionGemma's pipeline.
 *
 * <p>Diffusers corrects {@code corrector_k} positions at once that it chooses by how unsure the network is, which does not keep the distribution; under {@link Convention#EXACT} a correction draws one
 * position anew, chosen at random. A run takes {@code temperature}, {@code timesteps}, and {@code corrections}, how many follow each of its steps, if not those.
 */
public final class DiscreteDDIMScheduler extends TokenScheduler {

    private static final long serialVersionUID = 1;

    private static final String TEMPERATURE = "temperature";
    private static final String CORRECTIONS = "corrections";

    private static final Map<String, Correction.Choice> CHOICES = Map.of("random", Correction.Choice.RANDOM, "lowest_maxprob", Correction.Choice.LOWEST_LARGEST, "lowest_current_prob",
            Correction.Choice.LOWEST_CURRENT, "lowest_log_margin", Correction.Choice.LOWEST_MARGIN);

    DiscreteDDIMScheduler(TokenConfig config, Convention convention) {
        super(config, convention);
        settings().choice("corrector_selection", CHOICES);
        settings().integer("corrector_k");
        corrections();
    }

    private int corrections() {
        return settings().integer("corrector_steps", 0, Integer.MAX_VALUE);
    }

    @Override
    int mask(Settings run) {
        return TokenPlan.NO_MASK;
    }

    private static TokenLevel level(int steps, int index) {
        return TokenLevel.uniform(index / (double) steps);
    }

    @Override
    TokenStep step(Settings run, int steps, int timestep) {
        if (timestep < 0 || timestep >= steps) {
            throw new IllegalArgumentException("timesteps of a run of " + steps + " steps lie in 0 to " + (steps - 1) + ", got " + timestep);
        }
        Refinement.Candidate candidate = Refinement.Candidate.at(holder(run, TEMPERATURE).number(TEMPERATURE, 0));
        return new Refinement(timestep, candidate, Refinement.Competing.ALL, Refinement.Window.ALL, Coin.between(level(steps, timestep), level(steps, timestep + 1)), Refinement.Rest.KEEP,
                Refinement.Edit.NEVER);
    }

    private TokenStep correction(int steps, int timestep) {
        TokenLevel level = level(steps, timestep + 1);
        return asDiffusers() ? new Correction(timestep, level, settings().choice("corrector_selection", CHOICES), Math.max(1, settings().integer("corrector_k")), settings().number("corrector_selection_tau"))
                : new Correction(timestep, level, Correction.Choice.RANDOM, 1, 1);
    }

    @Override
    List<TokenStep> steps(Settings run, int evaluations) {
        int each = run.has(CORRECTIONS) ? 0 : corrections();
        int corrected = (evaluations - 1) / (1 + each);
        int steps = evaluations - each * corrected;
        int[] timesteps = timesteps(run, steps);
        int[] counts = run.has(CORRECTIONS) ? run.integers(CORRECTIONS) : new int[0];
        if (run.has(CORRECTIONS) && counts.length != timesteps.length) {
            throw new IllegalArgumentException(CORRECTIONS + " has a number for each of the run's " + timesteps.length + " steps, got " + counts.length);
        }
        List<TokenStep> all = new ArrayList<>();
        for (int k = 0; k < timesteps.length; k++) {
            all.add(step(run, steps, timesteps[k]));
            int count = run.has(CORRECTIONS) ? counts[k] : timesteps[k] < corrected ? each : 0;
            for (int i = 0; i < count; i++) {
                all.add(correction(steps, timesteps[k]));
            }
        }
        return all;
    }

    @Override
    List<String> oddities() {
        boolean exact = settings().integer("corrector_k") <= 1 && settings().choice("corrector_selection", CHOICES) == Correction.Choice.RANDOM;
        return corrections() == 0 || exact ? List.of() : List.of("corrector_selection, corrector_k: a correction keeps the distribution only with one position chosen at random; use corrector_selection random "
                + "and corrector_k 1");
    }
}
