package io.github.diffusion4j.schedules;

/** How pipelines choose the shift {@code mu} of a flow from the size of what they make. */
public final class DynamicShift {

    private DynamicShift() {}

    /**
     * A line through two sizes (FLUX.1, Diffusers' {@code calculate_shift}).
     *
     * @param tokens the length of the image's token sequence
     * @param baseTokens the length at which the shift is {@code baseShift}, 256 in FLUX
     * @param maxTokens the length at which it is {@code maxShift}, 4096 in FLUX
     * @param baseShift 0.5 in FLUX
     * @param maxShift 1.15 in FLUX
     * @return mu
     */
    public static double linear(int tokens, int baseTokens, int maxTokens, double baseShift, double maxShift) {
        double slope = (maxShift - baseShift) / (maxTokens - baseTokens);
        return tokens * slope + baseShift - slope * baseTokens;
    }

    /**
     * CogView4's rule, {@code sqrt(tokens / 256) maxShift + baseShift}.
     *
     * @param tokens the length of the image's token sequence
     * @param baseShift 0.25 in CogView4
     * @param maxShift 0.75 in CogView4
     * @return mu
     */
    public static double squareRoot(int tokens, double baseShift, double maxShift) {
        return Math.sqrt(tokens / 256.0) * maxShift + baseShift;
    }

    /**
     * FLUX.2's empirical rule: linear in the number of steps between fits for 10 and 200 steps, constant in it above 4300 tokens.
     *
     * @param tokens the length of the image's token sequence
     * @param steps the number of steps
     * @return mu
     */
    public static double empirical(int tokens, int steps) {
        double at200 = 0.00016927 * tokens + 0.45666666;
        if (tokens > 4300) {
            return at200;
        }
        double at10 = 8.73809524e-5 * tokens + 1.89833333;
        return at200 + (at10 - at200) / (10 - 200) * (steps - 200);
    }
}
