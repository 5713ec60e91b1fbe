package io.github.diffusion4j.samplers.tables;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.samplers.names.Spelling;
import java.util.Arrays;
import java.util.function.ToDoubleFunction;

/**
 * The quantities that noise levels are tabulated by, each with one name everywhere: in the columns of tables, on the axes of figures and in the text. {@code x = alpha x0 + sigma eps}, so
 * {@link #SIGMA} is the coefficient of the noise; what EDM, k-diffusion and Diffusers' {@code scheduler.sigmas} call sigma is {@link #EDM_SIGMA}.
 */
public enum Quantity {

    /** Where the level stands between the cleanest and the noisiest: 0 to 1 in equal steps of the levels that the network was trained on. */
    POSITION("position", "position", "u", "the level's number among those the network was trained on, from 0 (cleanest) to 1 (noisiest)", null),
    /** The time of the level on its own curve; of a run what the network is told. */
    TIME("time", "time", "t", "the timestep of a table, the time of a flow, sigma itself of EDM; of a run what the network is told", NoiseLevel::time),
    /** The coefficient of the data. */
    ALPHA("alpha", "alpha", "\\alpha", "the coefficient of the data in `x = alpha x0 + sigma eps`", NoiseLevel::alpha),
    /** The coefficient of the noise. */
    SIGMA("sigma", "sigma", "\\sigma", "the coefficient of the noise", NoiseLevel::sigma),
    /** The noise level of EDM, {@code sigma / alpha}. */
    EDM_SIGMA("edm_sigma", "sigma / alpha", "\\sigma / \\alpha", "`sigma / alpha`, the sigma of EDM, k-diffusion and Diffusers' `scheduler.sigmas`", NoiseLevel::edmSigma),
    /** The signal-to-noise ratio, {@code alpha^2 / sigma^2}. */
    SNR("snr", "SNR", "\\mathrm{SNR}", "the signal-to-noise ratio `alpha^2 / sigma^2`", NoiseLevel::snr),
    /** The logarithm of the signal-to-noise ratio. */
    LOG_SNR("log_snr", "log SNR", "\\log \\mathrm{SNR}", "`2 ln(alpha / sigma)`, twice DPM-Solver's lambda", NoiseLevel::logSnr),
    /** The variance that a step of a table adds; tables of betas alone have it. */
    BETA("beta", "beta", "\\beta", "the variance that the step of a table adds, of tables of betas only", null),
    /** The signal's share of the variance, {@code alpha^2 / (alpha^2 + sigma^2)}; of a table of betas the product of {@code 1 - beta}. */
    ALPHA_BAR("alpha_bar", "alpha-bar", "\\bar\\alpha", "the signal's share of the variance, `alpha^2 / (alpha^2 + sigma^2)`; of a table the product of `1 - beta`, Diffusers' `alphas_cumprod`",
            level -> 1 / (1 + Math.pow(level.edmSigma(), 2))),
    /** The angle of TrigFlow, {@code atan(sigma / alpha)}. */
    ANGLE("angle", "angle", "\\phi", "`atan(sigma / alpha)`, TrigFlow's time, 0 to pi/2", level -> Math.atan2(level.sigma(), level.alpha())),
    /** How often training draws the level: the density per unit of log SNR. */
    DENSITY("density", "density of training", "p", "how often training draws the level, per unit of log SNR", null),
    /** What an error of eps at the level counts for in training: the density times the weight. */
    EFFECTIVE_WEIGHT("effective_weight", "effective weight", "p\\,w_\\epsilon", "the density times the weight of the squared error of eps (Kingma and Gao, arXiv:2303.00848)", null);

    private final String id;
    private final String label;
    private final String latex;
    private final String definition;
    private final ToDoubleFunction<NoiseLevel> ofLevel;

    Quantity(String id, String label, String latex, String definition, ToDoubleFunction<NoiseLevel> ofLevel) {
        this.id = id;
        this.label = label;
        this.latex = latex;
        this.definition = definition;
        this.ofLevel = ofLevel;
    }

    /**
     * The quantity of a name.
     *
     * @param id the name in columns, for instance {@code log_snr}
     * @return the quantity
     * @throws IllegalArgumentException if there is none, with the nearest
     */
    public static Quantity named(String id) {
        return Arrays.stream(values()).filter(quantity -> quantity.id.equals(id)).findFirst()
                .orElseThrow(() -> Spelling.unknown("quantity", id, Arrays.stream(values()).map(Quantity::id).toList()));
    }

    /**
     * The name in columns and on the command line.
     *
     * @return lower case, words joined by underscores
     */
    public String id() {
        return id;
    }

    /**
     * The name on axes and in text.
     *
     * @return a word or two
     */
    public String label() {
        return label;
    }

    /**
     * The name in formulas.
     *
     * @return LaTeX for math mode
     */
    public String latex() {
        return latex;
    }

    /**
     * What it is.
     *
     * @return half a sentence, formulas in Markdown's code
     */
    public String definition() {
        return definition;
    }

    /**
     * Whether a level alone tells it; else it needs the table, the place in it or the training.
     *
     * @return true if {@link #of} has a value
     */
    public boolean ofLevelAlone() {
        return ofLevel != null;
    }

    /**
     * Its value at a level.
     *
     * @param level the level
     * @return the value, infinite at pure noise and clean data where the formula is
     * @throws IllegalArgumentException if a level alone does not tell it
     */
    public double of(NoiseLevel level) {
        if (ofLevel == null) {
            throw new IllegalArgumentException("a level alone does not tell its " + id + "; use NoiseTable, of a table of betas or of a recipe");
        }
        return ofLevel.applyAsDouble(level);
    }
}
