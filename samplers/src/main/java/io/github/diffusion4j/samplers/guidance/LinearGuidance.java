package io.github.diffusion4j.samplers.guidance;

import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.guidance.Guide;
import io.github.diffusion4j.core.guidance.Place;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Guidance whose weights are known before the run, {@code y = start + sum of scale_k (towards_k - away_k)}: classifier-free guidance (Ho and Salimans, arXiv:2207.12598, equation 6) and all that
 * adds a difference of branches. Because the weights sum to 1 it is the same in every parameterization. Branches that no weight reads are not asked for.
 *
 * @param start the branch that the sum begins with
 * @param directions what is added
 */
public record LinearGuidance(Branch start, List<Direction> directions) implements Guidance {

    /** The picture that InstructPix2Pix edits, without words. */
    public static final Branch IMAGE = new Branch("image");

    /** A perturbed network under the condition: skipped layers, perturbed attention, a worse checkpoint. */
    public static final Branch PERTURBED = new Branch("perturbed");

    /** Scales so near to none do nothing. */
    private static final double NEUTRAL = 1e-9;

    /** Copies the list. */
    public LinearGuidance {
        directions = List.copyOf(directions);
    }

    /**
     * Classifier-free guidance, {@code y = u + scale (c - u)} over the conditional branch c and the unconditional u, which may stand for a negative prompt; a scale of 1 is no guidance.
     *
     * @param scale the scale, Diffusers' {@code guidance_scale}
     * @return the guidance
     */
    public static LinearGuidance classifierFree(double scale) {
        return classifierFree(Scale.of(scale), Window.ALWAYS);
    }

    /**
     * Classifier-free guidance with a scale that changes, in a part of the run.
     *
     * @param scale the scale, 1 for none
     * @param window where guidance is on
     * @return the guidance
     */
    public static LinearGuidance classifierFree(Scale scale, Window window) {
        return new LinearGuidance(Branch.CONDITIONAL, List.of(new Direction(scale.plus(-1), window, Branch.CONDITIONAL, Branch.UNCONDITIONAL)));
    }

    /**
     * Autoguidance, {@code y = p + scale (c - p)} with a worse network p under the same condition (Karras et al., arXiv:2406.02507, equation 3).
     *
     * @param scale the scale, 1 for none
     * @return the guidance, which asks for {@link #PERTURBED}
     */
    public static LinearGuidance auto(double scale) {
        return new LinearGuidance(Branch.CONDITIONAL, List.of(new Direction(Scale.of(scale - 1), Window.ALWAYS, Branch.CONDITIONAL, PERTURBED)));
    }

    /**
     * This guidance and one away from a perturbed network, {@code + scale (c - p)}: perturbed attention (Ahn et al., arXiv:2403.17377, equation 15), skipped layers, smoothed energy.
     *
     * @param scale the scale, 0 for none
     * @param window where it is on
     * @return the guidance, which asks for {@link #PERTURBED}
     */
    public LinearGuidance perturbed(Scale scale, Window window) {
        return and(new Direction(scale, window, Branch.CONDITIONAL, PERTURBED));
    }

    /**
     * InstructPix2Pix (Brooks et al., arXiv:2211.09800, equation 3): {@code y = n + imageScale (i - n) + textScale (t - i)} over the branches words and picture (conditional), picture alone
     * ({@link #IMAGE}) and neither (unconditional).
     *
     * @param textScale how far to follow the words
     * @param imageScale how far to keep the picture
     * @return the guidance
     */
    public static LinearGuidance instructPix2Pix(double textScale, double imageScale) {
        return new LinearGuidance(Branch.UNCONDITIONAL, List.of(new Direction(Scale.of(imageScale), Window.ALWAYS, IMAGE, Branch.UNCONDITIONAL),
                new Direction(Scale.of(textScale), Window.ALWAYS, Branch.CONDITIONAL, IMAGE)));
    }

    /**
     * The conjunction of several conditions (Liu et al., arXiv:2206.01714, equation 11): {@code y = u + scale sum of w_k (c_k - u)}. The first condition is the conditional branch, the others
     * are the branches {@code conditional 2}, {@code conditional 3} and so on.
     *
     * @param scale the scale of all
     * @param weights the weight of each condition
     * @return the guidance
     */
    public static LinearGuidance composition(double scale, double... weights) {
        List<Direction> directions = IntStream.range(0, weights.length).mapToObj(k -> new Direction(Scale.of(scale * weights[k]), Window.ALWAYS,
                k == 0 ? Branch.CONDITIONAL : new Branch("conditional " + (k + 1)), Branch.UNCONDITIONAL)).toList();
        return new LinearGuidance(Branch.UNCONDITIONAL, directions);
    }

    /**
     * This guidance with one more term.
     *
     * @param direction the term
     * @return the guidance
     */
    public LinearGuidance and(Direction direction) {
        return new LinearGuidance(start, Stream.concat(directions.stream(), Stream.of(direction)).toList());
    }

    @Override
    public Guide at(Place place) {
        Map<Branch, Double> weights = new LinkedHashMap<>();
        weights.put(Branch.CONDITIONAL, 0.0);
        weights.merge(start, 1.0, Double::sum);
        for (Direction direction : directions) {
            double scale = direction.window().contains(place) ? direction.scale().at(place) : 0;
            if (Math.abs(scale) > NEUTRAL) {
                weights.merge(direction.towards(), scale, Double::sum);
                weights.merge(direction.away(), -scale, Double::sum);
            }
        }
        weights.values().removeIf(weight -> weight == 0);
        List<Branch> branches = new ArrayList<>(weights.keySet());
        double[] terms = new double[1 + branches.size()];
        for (int k = 0; k < branches.size(); k++) {
            terms[k + 1] = weights.get(branches.get(k));
        }
        return Guide.known(branches, terms);
    }
}
