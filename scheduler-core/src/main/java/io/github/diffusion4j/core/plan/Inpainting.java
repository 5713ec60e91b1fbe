package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.kernel.Rows;
import io.github.diffusion4j.core.kernel.Term;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import java.util.List;

/**
 * A region that is known: after each evaluation it is replaced by the known data at the noise level the step ended at (Lugmayr et al., arXiv:2201.09865,
 * equation 8), {@code x = mask (alpha known + sigma z) + (1 - mask) x}, with noise z of a source of
 * its own. In a session, {@link Session#keeping} does it in place.
 *
 * @param <A> the array of a library
 * @param known the known data, of the sample's type and shape, or one sample for all; values outside the region do not matter
 * @param mask what is known after each evaluation
 */
public record Inpainting<A>(A known, Mask.Schedule mask) {

    /**
     * A region that stays the same.
     *
     * @param known the known data, of the sample's type and shape, or one sample for all; values outside the region do not matter
     * @param mask 1 in the known region, 0 outside, values between blend
     */
    public Inpainting(A known, Mask mask) {
        this(known, new Always(mask));
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
     * @param <A> the array of a library
     * @param known the known data, of the sample's type and shape, or one sample for all
     * @param map values in [0, 1], of a shape that spreads over the sample's
     * @return the region
     */
    public static <A> Inpainting<A> differential(A known, Mask map) {
        return new Inpainting<>(known, new Shrinking(map));
    }

    /**
     * Puts the known region into a state. An anchor of its own, to which a solver goes back within a step or for a correction, and remembered predictions stay as they are.
     *
     * @param run the run: a plan, or {@code plan.on(arrays)}
     * @param evaluation the evaluation whose step led to the state
     * @param after the state after it
     * @param source the noise of the region; another seed than the run's, so that the two are independent
     * @return the state with the known region, a new sample
     * @throws IllegalArgumentException if known data or mask do not fit the sample, naming both
     */
    public SamplerState<A> keepKnown(Runs<A> run, int evaluation, SamplerState<A> after, NoiseSource source) {
        after.checkOpen();
        Arrays<A> arrays = after.arrays();
        A sample = after.sample();
        Mask region = mask(run, evaluation, sample);
        A blended = arrays.copy(sample);
        A noised = arrays.make(arrays.type(sample), arrays.shape(sample));
        boolean complete = false;
        try {
            noise(run, evaluation, noised, source);
            region.blend(arrays, blended, noised);
            complete = true;
        } finally {
            arrays.close(noised);
            if (!complete) {
                arrays.close(blended);
            }
        }
        return new SamplerState<>(arrays, after.index(), blended, after.anchor() == sample ? blended : after.anchor(), after.predictions(), after.plan(), after.held());
    }

    /** The mask after an evaluation, which fits the sample, as do the known data. */
    Mask mask(Runs<A> run, int evaluation, A sample) {
        Arrays<A> arrays = run.arrays();
        Fit.checkOpen(arrays, known, "the known data");
        if (arrays.type(known) != arrays.type(sample) || !Forward.fits(arrays.shape(known), arrays.shape(sample))) {
            throw new IllegalArgumentException("the known data are " + Fit.describe(arrays, known) + " but the sample is " + Fit.describe(arrays, sample)
                    + "; they must agree, or the known data be one sample for all");
        }
        Mask region = mask.at(run.plan(), evaluation);
        region.over(arrays.shape(sample));
        return region;
    }

    /** Writes the known data at the noise level after an evaluation. */
    void noise(Runs<A> run, int evaluation, A out, NoiseSource source) {
        NoiseLevel level = run.plan().levelAfter(evaluation);
        run.arrays().onHost(out, true, host -> source.fill(run.plan().request(evaluation), host, run.rows()));
        Kernels.combine(run.arrays(), run.rows(), out, true, List.of(new Term<>(known, level.alpha()), new Term<>(out, level.sigma())));
    }

    /**
     * Takes a state back towards the noise, to an earlier evaluation: {@code kept x + sqrt(1 - kept^2) z}. What the solver remembered is forgotten.
     *
     * @param <A> the array of a library
     * @param evaluation the evaluation to go back to
     * @param kept the fraction of the signal that is kept, {@code alpha_earlier / alpha}
     * @param state the state
     * @param source the noise
     * @param request which of its noise
     * @return the state before the earlier evaluation
     */
    public static <A> SamplerState<A> undo(int evaluation, double kept, SamplerState<A> state, NoiseSource source, NoiseRequest request) {
        if (!(kept > 0 && kept <= 1)) {
            throw new IllegalArgumentException("the fraction of the signal that is kept must lie in (0, 1], got " + kept);
        }
        state.checkOpen();
        Arrays<A> arrays = state.arrays();
        A sample = arrays.make(arrays.type(state.sample()), arrays.shape(state.sample()));
        arrays.onHost(sample, true, host -> source.fill(request, host));
        Kernels.combine(arrays, Rows.SAMPLES, sample, true, List.of(new Term<>(state.sample(), kept), new Term<>(sample, Math.sqrt((1 - kept) * (1 + kept)))));
        return new SamplerState<>(arrays, evaluation, sample, sample, List.of(), state.plan());
    }
}
