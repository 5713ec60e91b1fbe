package io.github.diffusion4j.samplers.guidance;

import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.guidance.Skipping;
import io.github.diffusion4j.samplers.solvers.Convention;
import java.util.List;

/** Every guidance of the library, and every way to leave evaluations out, with settings that people use: what the laws are tested on. */
public final class GuidanceCatalog {

    /** Where the interval of limited guidance lies, in {@code sigma / alpha}. */
    private static final Window INTERVAL = Window.edmSigma(0.2, 3);

    /**
     * Guidance with its settings.
     *
     * @param name the name in the literature and the settings
     * @param guidance the guidance
     * @param skipping who decides whether the network is asked
     */
    public record Entry(String name, Guidance guidance, Skipping skipping) {

        private Entry(String name, Guidance guidance) {
            this(name, guidance, Skipping.NEVER);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private GuidanceCatalog() {}

    /**
     * All that asks for branches and weighs them.
     *
     * @return the entries
     */
    public static List<Entry> guidance() {
        LinearGuidance plain = LinearGuidance.classifierFree(4);
        Pair pair = Pair.of(4);
        Pair original = new Pair(Scale.of(3), Window.ALWAYS, true);
        return List.of(
                new Entry("classifier-free", plain),
                new Entry("classifier-free, limited interval", LinearGuidance.classifierFree(Scale.of(3), INTERVAL)),
                new Entry("classifier-free, scale for each step", LinearGuidance.classifierFree(Scale.steps(7, 5, 3, 1), Window.ALWAYS)),
                new Entry("classifier-free, cosine", LinearGuidance.classifierFree(new Scale.Shaped(Scale.Shape.COSINE_DOWN, 8, 1, 1), Window.of(0, 0.8))),
                new Entry("autoguidance", LinearGuidance.auto(2)),
                new Entry("perturbed attention", plain.perturbed(Scale.of(2), Window.of(0.1, 0.5))),
                new Entry("perturbed attention, Diffusers", new Perturbed(pair, 2, new Window.Fraction(0.1, 0.5, true, Convention.DIFFUSERS))),
                new Entry("InstructPix2Pix", LinearGuidance.instructPix2Pix(7.5, 1.5)),
                new Entry("composition", LinearGuidance.composition(3, 0.7, 0.5)),
                new Entry("noise scaled", new NoiseScaled(plain, Scale.of(1 / 1.005))),
                new Entry("temporal score rescaling", new NoiseScaled(plain, new Scale.Temporal(0.95, 1))),
                new Entry("rescaled", new Rescaled(plain, 0.7)),
                new Entry("rescaled data", Space.DATA.of(new Rescaled(plain, 0.7))),
                new Entry("norm limited", new NormLimited(plain, List.of(), false, 1)),
                new Entry("norm limited over channels", Space.DATA.of(new NormLimited(plain, List.of(1), true, 1))),
                new Entry("adaptive projected", AdaptiveProjected.of(4, 2)),
                new Entry("adaptive projected data, original", Space.DATA.of(new AdaptiveProjected(original, 0.3, 5, 0.5, List.of()))),
                new Entry("adaptive projected over channels", new AdaptiveProjected(pair, -0.75, 2.5, 0, List.of(1))),
                new Entry("adaptive projected mix", new AdaptiveProjectedMix(Pair.of(3.5), 1, new AdaptiveProjected(Pair.of(6), -0.5, 10, 0, List.of()), Convention.EXACT)),
                new Entry("zero star", new ZeroStar(pair, 1, Convention.EXACT)),
                new Entry("tangential", new Tangential(pair)),
                new Entry("tangential residual", Space.RESIDUAL.of(new Tangential(pair))),
                new Entry("magnitude aware", new MagnitudeAware(Pair.of(10), 8)),
                new Entry("perpendicular negatives", new PerpNeg(Scale.of(4), List.of(1.0, 0.5))),
                new Entry("frequency decoupled", FrequencyDecoupled.of(6, 3)),
                new Entry("dynamically thresholded", new DynamicallyThresholded(Scale.of(8), Scale.of(4), 0.95, true, true, false, 1)),
                new Entry("Mahiro", Space.DATA.of(new Mahiro(Scale.of(3)))));
    }

    /**
     * All that leaves evaluations out.
     *
     * @return the entries
     */
    public static List<Entry> leavingOut() {
        LinearGuidance plain = LinearGuidance.classifierFree(3);
        Pattern pattern = Pattern.every(2, 2, 1);
        return List.of(
                new Entry("held direction", new HeldDirection(Scale.of(3), pattern)),
                new Entry("reuse", new Planned(plain, pattern, Extrapolation.reuse())),
                new Entry("reuse of the residual", Space.RESIDUAL.of(new Planned(plain, pattern, Extrapolation.reuse()))),
                new Entry("extrapolation", new Planned(plain, new Pattern.OneAfter(2, 2, 1), new Extrapolation.Polynomial(1, Extrapolation.Coordinate.LOG_SNR))),
                new Entry("TaylorSeer", new Planned(Guidance.NONE, new Pattern.Taylor(2, 2, Integer.MAX_VALUE), new Extrapolation.TaylorSeer(1))),
                new Entry("MagCache", Space.RESIDUAL.of(new Planned(plain, new Pattern.Magnitudes(List.of(1.0, 1.02, 0.99, 0.98, 1.0, 0.97), 0.06, 2, 0.2), Extrapolation.reuse()))),
                new Entry("extrapolation of what is projected", new Planned(AdaptiveProjected.of(4, 2), pattern, new Extrapolation.Polynomial(1, Extrapolation.Coordinate.INDEX))),
                new Entry("extrapolation of bands", new Planned(FrequencyDecoupled.of(6, 3), pattern, Extrapolation.reuse())),
                new Entry("EasyCache", plain, ChangeRate.easyCache(0.4, 2)),
                new Entry("EasyCache, what is projected", AdaptiveProjected.of(4, 2), ChangeRate.easyCache(0.4, 2)),
                new Entry("LazyCache", Guidance.NONE, ChangeRate.lazyCache(0.5, Double.POSITIVE_INFINITY, 0, 1)),
                new Entry("LazyCache, what is rescaled", new Rescaled(plain, 0.7), ChangeRate.lazyCache(0.5, 20, 0.05, 2)),
                new Entry("TeaCache", plain, new TeaCache(0.3, List.of(1.0, 0.0), 1, 1)));
    }
}
