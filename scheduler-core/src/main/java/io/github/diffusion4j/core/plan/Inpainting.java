package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.kernel.Samples;
import io.github.diffusion4j.core.kernel.Term;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A region that is known: after each evaluation it is replaced by the known data at the noise level the step ended at (Lugmayr et al., arXiv:2201.09865,
 * equation 8), {@code x = mask (alpha known + sigma z) + (1 - mask) x}, with noise z of a source of
 * its own.
 *
 * @param known the known data, of the sample's shape and type; its values outside the region do not matter
 * @param mask 1 in the known region, 0 outside, of the same shape and type; values between blend
 */
public record Inpainting(INDArray known, INDArray mask) {

    /**
     * Puts the known region into a state. An anchor of its own, to which a solver goes back within a step or for a correction, and remembered predictions stay as they are.
     *
     * @param plan the run
     * @param evaluation the evaluation whose step led to the state
     * @param after the state after it
     * @param source the noise of the region; another seed than the run's, so that the two are independent
     * @return the state with the known region, a new sample
     */
    public SamplerState keepKnown(Plan plan, int evaluation, SamplerState after, NoiseSource source) {
        NoiseLevel level = plan.levelAfter(evaluation);
        INDArray noise = source.draw(plan.request(evaluation), after.sample().dataType(), after.sample().shape());
        INDArray difference = Kernels.empty(after.sample().dataType(), after.sample().shape());
        Kernels.combine(difference, Term.of(known, level.alpha()), Term.of(noise, level.sigma()), Term.of(after.sample(), -1));
        Samples.apply(difference, mask, sample -> (d, m) -> d * m);
        INDArray blended = Kernels.empty(after.sample().dataType(), after.sample().shape());
        Kernels.combine(blended, Term.of(after.sample(), 1), Term.of(difference, 1));
        noise.close();
        difference.close();
        return new SamplerState(after.index(), blended, after.anchor() == after.sample() ? blended : after.anchor(), after.predictions());
    }

    /**
     * Takes a state back towards the noise, to an earlier evaluation: {@code kept x + sqrt(1 - kept^2) z}. What the solver remembered is forgotten.
     *
     * @param evaluation the evaluation to go back to
     * @param kept the fraction of the signal that is kept, {@code alpha_earlier / alpha}
     * @param state the state
     * @param source the noise
     * @param request which of its noise
     * @return the state before the earlier evaluation
     */
    public static SamplerState undo(int evaluation, double kept, SamplerState state, NoiseSource source, NoiseRequest request) {
        if (!(kept > 0 && kept <= 1)) {
            throw new IllegalArgumentException("the fraction of the signal that is kept must lie in (0, 1], got " + kept);
        }
        INDArray noise = source.draw(request, state.sample().dataType(), state.sample().shape());
        INDArray sample = Kernels.empty(state.sample().dataType(), state.sample().shape());
        Kernels.combine(sample, Term.of(state.sample(), kept), Term.of(noise, Math.sqrt((1 - kept) * (1 + kept))));
        noise.close();
        return new SamplerState(evaluation, sample, sample, List.of());
    }
}
