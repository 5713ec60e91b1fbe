package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.kernel.Nucleus;
import io.github.diffusion4j.core.kernel.Question;
import io.github.diffusion4j.core.tokens.Quota;
import io.github.diffusion4j.core.tokens.Rank;
import io.github.diffusion4j.core.tokens.Refinement;
import io.github.diffusion4j.core.tokens.Score;
import io.github.diffusion4j.core.tokens.TokenPlan;
import io.github.diffusion4j.core.tokens.TokenStep;
import io.github.diffusion4j.samplers.solvers.Convention;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * LLaDA 2's sampler of a block: each step commits a quota of the surest positions, or all above {@code threshold}, and may replace tokens that it is sure of ({@code editing_threshold}). With
 * {@code mask_token_id} the others stay masked; without, noise is uniform and they are drawn anew.
 *
 * <p>Steps count from 0 in the order in which they are taken (Diffusers' class lists its timesteps the other way round, and reads its quotas backwards if they are followed). Under
 * {@link Convention#EXACT} the mask is never a candidate, an editing threshold of 0 or less is none in both modes, and unknown values of {@code sampling_method} are refused. A run takes
 * {@code block_length} and the arguments of Diffusers' {@code step}.
 */
public final class BlockRefinementScheduler extends TokenScheduler {

    private static final long serialVersionUID = 1;

    private static final String LENGTH = "block_length";
    private static final String MASK = "mask_token_id";
    private static final String EDITING = "editing_threshold";
    private static final String METHOD = "sampling_method";
    private static final Set<String> METHODS = Set.of("auto", "greedy", "multinomial");

    BlockRefinementScheduler(TokenConfig config, Convention convention) {
        super(config, convention);
        settings().integer(LENGTH, 1, Integer.MAX_VALUE);
        settings().number("threshold");
    }

    @Override
    int mask(Settings run) {
        Settings holder = holder(run, MASK);
        return holder.has(MASK) ? holder.integer(MASK, 0, Integer.MAX_VALUE) : TokenPlan.NO_MASK;
    }

    @Override
    public int[] timesteps(int steps) {
        return IntStream.range(0, steps).map(index -> steps - 1 - index).toArray();
    }

    /**
     * How many positions of a block each step commits at least.
     *
     * @param length the length of the block
     * @param steps the number of steps
     * @return the quotas, which add to the length
     */
    public static int[] quotas(int length, int steps) {
        return Quota.parts(length, steps);
    }

    private Refinement.Candidate candidate(Settings run, int mask) {
        double temperature = holder(run, "temperature").number("temperature", 0);
        Settings holder = holder(run, METHOD);
        String method = holder.has(METHOD) ? holder.text(METHOD) : "auto";
        if (!asDiffusers() && !METHODS.contains(method)) {
            throw new IllegalArgumentException("unknown " + METHOD + " '" + method + "'; known are " + METHODS);
        }
        Refinement.Candidate candidate = Refinement.Candidate.at(method.equals("auto") || method.equals("multinomial") ? temperature : Math.min(0, temperature));
        Refinement.Candidate chosen = candidate.drawn() ? new Refinement.Candidate(filtered(run, candidate.question()), true, 0) : candidate;
        return asDiffusers() ? chosen : chosen.without(mask);
    }

    private Question filtered(Settings run, Question question) {
        Settings top = holder(run, "top_k");
        Settings nucleus = holder(run, "top_p");
        int most = top.has("top_k") ? Math.max(0, top.integer("top_k")) : 0;
        return question.withFilter(most, nucleus.has("top_p") ? new Nucleus(nucleus.number("top_p"), Nucleus.Rule.CROSSING) : Nucleus.ALL);
    }

    private Refinement.Edit edit(Settings run, boolean masks) {
        Settings holder = holder(run, EDITING);
        boolean edits = holder.has(EDITING) && (holder.number(EDITING) > 0 || asDiffusers() && !masks);
        if (!edits) {
            return Refinement.Edit.NEVER;
        }
        int[] prompt = run.has("prompt_mask") && masks ? run.integers("prompt_mask") : new int[0];
        return new Refinement.Edit(holder.number(EDITING), IntStream.range(0, prompt.length).filter(position -> prompt[position] != 0).boxed().toList());
    }

    @Override
    TokenStep step(Settings run, int steps, int timestep) {
        boolean masks = mask(run) != TokenPlan.NO_MASK;
        int[] quotas = quotas(holder(run, LENGTH).integer(LENGTH, 1, Integer.MAX_VALUE), steps);
        if (timestep < (asDiffusers() && masks ? -steps : 0) || timestep >= steps && !asDiffusers()) {
            throw new IllegalArgumentException("timesteps of a run of " + steps + " steps lie in 0 to " + (steps - 1) + ", got " + timestep);
        }
        int index = timestep < 0 ? steps + timestep : Math.min(timestep, steps - 1);
        Quota quota = masks ? new Quota.Fixed(quotas[index]) : new Quota.Reach(timestep + 1, steps);
        Rank rank = new Rank(Score.of(Score.Measure.PROBABILITY), quota, holder(run, "threshold").number("threshold"));
        Refinement.Competing open = timestep == 0 && asDiffusers() ? Refinement.Competing.AFRESH : Refinement.Competing.UNCOMMITTED;
        return new Refinement(timestep, candidate(run, mask(run)), masks ? Refinement.Competing.MASKED : open, Refinement.Window.ALL, rank, masks ? Refinement.Rest.KEEP : Refinement.Rest.RANDOM,
                edit(run, masks));
    }
}
