package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.noise.TokenDraw;
import io.github.diffusion4j.core.noise.TokenNoise;
import io.github.diffusion4j.core.noise.TokenRequest;
import io.github.diffusion4j.core.tokens.Quota;
import io.github.diffusion4j.core.tokens.Rank;
import io.github.diffusion4j.core.tokens.Refinement;
import io.github.diffusion4j.core.tokens.Score;
import io.github.diffusion4j.core.tokens.TokenStep;
import io.github.diffusion4j.core.tokens.Tokens;
import io.github.diffusion4j.core.tokens.Verdict;
import io.github.diffusion4j.samplers.solvers.Convention;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;

/**
 * MaskGIT's sampler as aMUSEd has it (Chang et al., arXiv:2202.04200; Patil et al., arXiv:2401.01808): candidates are drawn everywhere, and all but the {@code floor(L rho)} least sure stay,
 * {@code rho = cos(r pi / 2)} or {@code 1 - r} with {@code r = (i + 1) / n}, by {@code ln p + T g}.
 *
 * <p>In Diffusers a given token may be masked where nothing else is, equal scores leave too few masks, and a run of one token fails; {@link Convention#EXACT} never touches given tokens and always meets its
 * number. A run takes {@code temperature} (a pair for both ends, or a number that falls to 0.01), {@code starting_mask_ratio} and {@code timesteps}.
 */
public final class AmusedScheduler extends TokenScheduler {

    private static final long serialVersionUID = 1;

    private static final String MASK = "mask_token_id";
    private static final String TEMPERATURE = "temperature";
    private static final String RATIO = "starting_mask_ratio";
    private static final double USUAL_TEMPERATURE = 2;
    private static final double LEAST_TEMPERATURE = 0.01;

    private static final Map<String, DoubleUnaryOperator> SCHEDULES = Map.of("cosine", r -> StrictMath.cos(r * Math.PI / 2), "linear", r -> 1 - r);

    private final int mask;

    AmusedScheduler(TokenConfig config, Convention convention) {
        super(config, convention);
        this.mask = settings().integer(MASK, 0, Integer.MAX_VALUE);
        settings().choice("masking_schedule", SCHEDULES);
    }

    @Override
    int mask(Settings run) {
        return mask;
    }

    @Override
    int timestep(int steps, int index) {
        return steps - 1 - index;
    }

    /** The part of the positions that is masked after the step at a timestep. */
    private double ratio(int steps, int timestep) {
        if (timestep < 0 || timestep >= steps) {
            throw new IllegalArgumentException("timesteps of a run of " + steps + " steps lie in 0 to " + (steps - 1) + ", got " + timestep);
        }
        return settings().choice("masking_schedule", SCHEDULES).applyAsDouble((steps - timestep) / (double) steps);
    }

    private double temperature(Settings run, int steps, int timestep) {
        boolean pair = !run.has(TEMPERATURE) || run.isList(TEMPERATURE);
        double[] ends = !run.has(TEMPERATURE) ? new double[] {USUAL_TEMPERATURE, 0} : pair ? run.numbers(TEMPERATURE) : new double[] {run.number(TEMPERATURE), LEAST_TEMPERATURE};
        if (ends.length != 2) {
            throw new IllegalArgumentException(TEMPERATURE + " is a number or a pair, got " + ends.length + " numbers");
        }
        return steps == 1 ? ends[0] : ends[0] + (ends[1] - ends[0]) * (steps - 1 - timestep) / (steps - 1);
    }

    /**
     * The temperatures of a run, from its first step on.
     *
     * @param run the run
     * @return the temperatures, of each timestep that Diffusers' class lists
     */
    public double[] temperatures(Run run) {
        Settings arguments = run.settings(name(), List.copyOf(runArguments()), List.of());
        int steps = run.count().orElseThrow(() -> new IllegalArgumentException("the temperatures of a run need num_inference_steps"));
        return java.util.Arrays.stream(timesteps(steps)).mapToDouble(timestep -> temperature(arguments, steps, timestep)).toArray();
    }

    /**
     * How many positions of a sample go on masked after a step.
     *
     * @param steps the number of steps of the run
     * @param timestep the timestep of the step
     * @param startingRatio the part of the positions that is masked at the start of the run
     * @param length the number of positions
     * @param masked how many are masked before the step
     * @return the number
     */
    public int maskLength(int steps, int timestep, double startingRatio, int length, int masked) {
        double part = startingRatio * ratio(steps, timestep);
        return asDiffusers() ? AmusedRanking.length(part, length, masked) : masked - new Quota.AllBut(part).of(masked, length, 0);
    }

    @Override
    TokenStep step(Settings run, int steps, int timestep) {
        double part = run.number(RATIO, 1) * ratio(steps, timestep);
        double temperature = temperature(run, steps, timestep);
        Refinement.Candidate candidate = asDiffusers() ? Refinement.Candidate.DRAWN : Refinement.Candidate.DRAWN.without(mask);
        return new Refinement(timestep, candidate, Refinement.Competing.MASKED, Refinement.Window.ALL, timestep == 0 ? Verdict.ALL : verdict(part, temperature), Refinement.Rest.MASK, Refinement.Edit.NEVER);
    }

    private Verdict verdict(double part, double temperature) {
        return asDiffusers() ? new AmusedRanking(part, temperature) : Rank.of(new Score(Score.Measure.LOG_PLAIN, temperature), new Quota.AllBut(part));
    }

    /**
     * The forward process: masks positions. The result is the state after the step at the timestep, so that a run from index j of its timesteps starts with what {@code timesteps[j - 1]} leaves, and one
     * from index 0 with masks alone.
     *
     * @param tokens clean tokens
     * @param steps the number of steps of the run
     * @param timestep the timestep
     * @param noise the random numbers
     * @return the tokens, some masked
     */
    public Tokens addNoise(Tokens tokens, int steps, int timestep, TokenNoise noise) {
        TokenDraw draw = TokenDraw.uniform(TokenDraw.Purpose.MASK);
        double[] uniforms = noise.forRun(List.of(List.of(draw))).uniforms(new TokenRequest(0, draw, mask + 1, tokens.batch(), tokens.length()));
        double part = ratio(steps, timestep);
        int[] values = tokens.values();
        for (int place = 0; place < values.length; place++) {
            values[place] = uniforms[place] < part ? mask : values[place];
        }
        return tokens.with(values);
    }
}
