package io.github.diffusion4j.samplers.names;

import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.guidance.Guide;
import io.github.diffusion4j.core.guidance.Place;
import io.github.diffusion4j.samplers.guidance.AdaptiveProjected;
import io.github.diffusion4j.samplers.guidance.LinearGuidance;
import io.github.diffusion4j.samplers.guidance.Mahiro;
import io.github.diffusion4j.samplers.guidance.NoiseScaled;
import io.github.diffusion4j.samplers.guidance.NormLimited;
import io.github.diffusion4j.samplers.guidance.Pair;
import io.github.diffusion4j.samplers.guidance.PerpNeg;
import io.github.diffusion4j.samplers.guidance.Scale;
import io.github.diffusion4j.samplers.guidance.Space;
import io.github.diffusion4j.samplers.guidance.Tangential;
import io.github.diffusion4j.samplers.guidance.Window;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * ComfyUI's guidance nodes by their names, with its numbers for one sample; where a node sums over the whole batch, every sample is a batch of its own here.
 */
public final class ComfyGuidance {

    private interface Node {
        Guidance of(Options options, double scale);
    }

    private static final Map<String, Node> NODES = new TreeMap<>(Map.of(
            "APG", (options, scale) -> Space.DATA.of(new AdaptiveProjected(new Pair(Scale.of(scale), Window.ALWAYS, true), options.number("momentum", 0),
                    options.number("norm_threshold", 5), options.number("eta", 1), List.of())),
            "TCFG", (options, scale) -> Space.RESIDUAL.of(new Tangential(Pair.of(scale))),
            "CFGZeroStar", (options, scale) -> Space.RESIDUAL.of(new ZeroStarOfData(scale)),
            "PerpNeg", (options, scale) -> new PerpNeg(Scale.of(scale), List.of(options.number("neg_scale", 1))),
            "Mahiro", (options, scale) -> Space.DATA.of(new Mahiro(Scale.of(scale))),
            "CFGNorm", (options, scale) -> Space.DATA.of(new NormLimited(LinearGuidance.classifierFree(scale), List.of(1), true, options.number("strength", 1))),
            "EpsilonScaling", (options, scale) -> new NoiseScaled(LinearGuidance.classifierFree(scale), Scale.of(1 / options.number("scaling_factor", 1.005))),
            "TemporalScoreRescaling", (options, scale) -> new NoiseScaled(LinearGuidance.classifierFree(scale), new Scale.Temporal(options.number("tsr_k", 0.95), options.number("tsr_sigma", 1)))));

    private ComfyGuidance() {}

    private record Options(Map<String, Double> given) {
        double number(String name, double absent) {
            return given.getOrDefault(name, absent);
        }
    }

    /**
     * The names of the nodes.
     *
     * @return the names, sorted
     */
    public static Set<String> names() {
        return new TreeSet<>(NODES.keySet());
    }

    /**
     * The guidance of a node.
     *
     * @param node the name
     * @param options what the node takes, by ComfyUI's names; what is left out has its default
     * @param scale the guidance scale of the sampler, {@code cfg}
     * @return the guidance
     * @throws IllegalArgumentException if there is no such node, naming those that are known
     */
    public static Guidance of(String node, Map<String, Double> options, double scale) {
        if (!NODES.containsKey(node)) {
            throw new IllegalArgumentException("ComfyUI has no guidance node '" + node + "' that is known here; known are " + names());
        }
        return NODES.get(node).of(new Options(options), scale);
    }

    /** The fit is taken of {@code x - x0^}, but applied to {@code x0^}, against the paper. */
    private record ZeroStarOfData(double scale) implements Guidance {

        @Override
        public Guide at(Place place) {
            return Guide.measured(List.of(Branch.CONDITIONAL, Branch.UNCONDITIONAL), List.of(), List.of(), moments -> {
                double square = moments.product(2, 2);
                double fit = square == 0 ? 1 : moments.product(1, 2) / square;
                return new double[][] {{(1 - scale) * (1 - fit), scale, (1 - scale) * fit}};
            });
        }
    }
}
