package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.kernel.Term;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A region that is known: after each evaluation it is replaced by the known data at the noise level the step ended at (Lugmayr et al., arXiv:2201.09865,
 * equation 8), {@code x = mask (alpha known + sigma z) + (1 - mask) x}, with noise z of a source of
 * its own. In a session, {@link Session#keeping} does it in place.
 *
 * @param known the known data, of the sample's type and shape, or one sample for all; values outside the region do not matter
 * @param mask what is known after each evaluation
 */
public record Inpainting(INDArray known, Mask.Schedule mask) {

    /**
     * A region that stays the same.
     *
     * @param known the known data, of the sample's type and shape, or one sample for all; values outside the region do not matter
     * @param mask 1 in the known region, 0 outside, values between blend; numbers of any type or truth values, of a shape that spreads over the sample's, see {@link Mask}; copied
     * @throws IllegalArgumentException if a value of the mask lies outside [0, 1]
     */
    public Inpainting(INDArray known, INDArray mask) {
        this(known, new Always(Mask.of(mask)));
    }

    private record Always(Mask mask) implements Mask.Schedule {
        @Override
        public Mask at(Plan plan, int evaluation) {
            return mask;
        }
    }

    private record Shrinking(Mask strengths) implements Mask.Schedule {
        @Override
        public Mask at(Plan plan, int evaluation) {
            return strengths.above((double) evaluation / plan.evaluations());
        }
    }

    /**
     * A region that shrinks, so that each position is changed as much as a map says (Levin and Fried, "Differential Diffusion", arXiv:2306.00950): after evaluation i of n what is
     * known is where {@code i / n < map}. 1 keeps a position to the end, 0 makes it anew from the start.
     *
     * @param known the known data, of the sample's type and shape, or one sample for all
     * @param map values in [0, 1], of a shape that spreads over the sample's; copied
     * @return the region
     * @throws IllegalArgumentException if a value of the map lies outside [0, 1]
     */
    public static Inpainting differential(INDArray known, INDArray map) {
        return new Inpainting(known, new Shrinking(Mask.of(map)));
    }

    /**
     * Puts the known region into a state. An anchor of its own, to which a solver goes back within a step or for a correction, and remembered predictions stay as they are.
     *
     * @param plan the run
     * @param evaluation the evaluation whose step led to the state
     * @param after the state after it
     * @param source the noise of the region; another seed than the run's, so that the two are independent
     * @return the state with the known region, a new sample
     * @throws IllegalArgumentException if known data or mask do not fit the sample, naming both
     */
    public SamplerState keepKnown(Plan plan, int evaluation, SamplerState after, NoiseSource source) {
        after.checkOpen();
        INDArray sample = after.sample();
        Mask region = mask(plan, evaluation, sample);
        INDArray blended = Kernels.copy(sample);
        try (INDArray noised = Kernels.empty(sample.dataType(), sample.shape())) {
            noise(plan, evaluation, noised, source);
            region.blend(blended, noised);
        } catch (RuntimeException e) {
            blended.close();
            throw e;
        }
        return new SamplerState(after.index(), blended, after.anchor() == sample ? blended : after.anchor(), after.predictions(), after.plan());
    }

    /** The mask after an evaluation, which fits the sample, as do the known data. */
    Mask mask(Plan plan, int evaluation, INDArray sample) {
        Fit.checkOpen(known, "the known data");
        if (known.dataType() != sample.dataType() || !Forward.fits(known.shape(), sample.shape())) {
            throw new IllegalArgumentException("the known data are " + known.dataType() + Arrays.toString(known.shape()) + " but the sample is " + sample.dataType()
                    + Arrays.toString(sample.shape()) + "; they must agree, or the known data be one sample for all");
        }
        Mask region = mask.at(plan, evaluation);
        region.checkFits(sample);
        return region;
    }

    /** Writes the known data at the noise level after an evaluation. */
    void noise(Plan plan, int evaluation, INDArray out, NoiseSource source) {
        NoiseLevel level = plan.levelAfter(evaluation);
        source.fill(plan.request(evaluation), out);
        Forward.mix(out, known, out, List.of(new Parameterization.Weights(level.alpha(), level.sigma())));
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
        state.checkOpen();
        INDArray noise = source.draw(request, state.sample().dataType(), state.sample().shape());
        INDArray sample = Kernels.empty(state.sample().dataType(), state.sample().shape());
        Kernels.combine(sample, Term.of(state.sample(), kept), Term.of(noise, Math.sqrt((1 - kept) * (1 + kept))));
        noise.close();
        return new SamplerState(evaluation, sample, sample, List.of(), state.plan());
    }
}
