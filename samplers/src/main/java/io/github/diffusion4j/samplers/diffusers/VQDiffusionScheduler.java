package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.tokens.Coin;
import io.github.diffusion4j.core.tokens.Refinement;
import io.github.diffusion4j.core.tokens.TokenLevel;
import io.github.diffusion4j.core.tokens.TokenStep;
import io.github.diffusion4j.samplers.solvers.Convention;
import java.util.stream.IntStream;

/**
 * VQ-Diffusion (Gu et al., arXiv:2111.14822): tokens are masked or drawn anew, with probabilities linear in the timestep, and each step draws from the average of posteriors
 * {@code sum_k q(x_{t-1} | x_t, k) p(k)}. The network gives log probabilities [B, K, L] of the K real classes; the mask is token K.
 *
 * <p>Diffusers takes fewer steps than it was trained on by starting in the middle of the chain, counts 1e-30 for 0, and fills everything with class 0 where the tables leave no such process;
 * {@link Convention#EXACT} spreads the steps over the chain by posteriors between their levels. Tables that are no process are refused under both. A run takes {@code timesteps}.
 */
public final class VQDiffusionScheduler extends TokenScheduler {

    private static final long serialVersionUID = 1;

    private static final int MOST_TIMESTEPS = 1_000_000;

    /** Of probabilities that add to 1. */
    private static final double ROUNDING = 1e-12;

    private final int classes;
    private final int trained;

    VQDiffusionScheduler(TokenConfig config, Convention convention) {
        super(config, convention);
        this.classes = settings().integer("num_vec_classes", 2, Integer.MAX_VALUE) - 1;
        this.trained = settings().integer("num_train_timesteps", 2, MOST_TIMESTEPS);
        IntStream.range(0, trained).forEach(timestep -> level(timestep - 1).to(level(timestep)));
    }

    private double along(String key, int timestep) {
        double start = settings().number(key + "_cum_start");
        double end = settings().number(key + "_cum_end");
        return start + timestep / (trained - 1.0) * (end - start);
    }

    /**
     * The level at a timestep.
     *
     * @param timestep the timestep; -1 is clean data
     * @return the level
     * @throws IllegalArgumentException if the tables leave no such level
     */
    public TokenLevel level(int timestep) {
        if (timestep < -1 || timestep >= trained) {
            throw new IllegalArgumentException("timesteps lie in 0 to num_train_timesteps - 1 = " + (trained - 1) + ", got " + timestep);
        }
        if (timestep == -1) {
            return TokenLevel.masking(1);
        }
        double alpha = along("alpha", timestep);
        double gamma = along("gamma", timestep);
        double rest = 1 - alpha - gamma;
        double random = !asDiffusers() && Math.abs(rest) < ROUNDING ? 0 : rest;
        if (!(alpha > 0 && gamma >= 0 && gamma < 1 && random >= 0)) {
            throw new IllegalArgumentException("alpha_cum and gamma_cum are probabilities that add to at most 1, got " + alpha + " and " + gamma + " at timestep " + timestep);
        }
        return new TokenLevel(alpha, random, gamma);
    }

    /**
     * What happens to a token at a timestep: it is kept, drawn anew or masked.
     *
     * @param timestep the timestep, from 0
     * @return the probabilities
     */
    public TokenLevel transition(int timestep) {
        return level(timestep - 1).to(level(timestep));
    }

    /**
     * The number of real classes.
     *
     * @return K
     */
    public int classes() {
        return classes;
    }

    @Override
    int mask(Settings run) {
        return classes;
    }

    @Override
    boolean classesSecond() {
        return true;
    }

    @Override
    int timestep(int steps, int index) {
        if (steps > trained) {
            throw new IllegalArgumentException("num_inference_steps is at most num_train_timesteps, " + trained + ", got " + steps);
        }
        return asDiffusers() ? steps - 1 - index : (int) Math.rint(trained * (steps - index) / (double) steps) - 1;
    }

    @Override
    TokenStep step(Settings run, int steps, int timestep) {
        if (asDiffusers()) {
            return new VQPosterior(timestep, classes, level(timestep - 1), level(timestep), transition(timestep));
        }
        int[] grid = timesteps(run, steps);
        int next = IntStream.of(grid).filter(other -> other < timestep).max().orElse(-1);
        return new Refinement(timestep, Refinement.Candidate.DRAWN, Refinement.Competing.ALL, Refinement.Window.ALL, Coin.between(level(timestep), level(next)), Refinement.Rest.KEEP, Refinement.Edit.NEVER);
    }

    /**
     * The logarithm of the distribution that a step draws from, with Diffusers' numbers.
     *
     * @param timestep the timestep of the step, from 1
     * @param token the token that stands at the position
     * @param logProbabilities the network's log probabilities of the real classes
     * @return the log probabilities of these and of the mask
     */
    public double[] logPosterior(int timestep, int token, double... logProbabilities) {
        return new VQPosterior(timestep, classes, level(timestep - 1), level(timestep), transition(timestep)).logPosterior(token, logProbabilities);
    }
}
