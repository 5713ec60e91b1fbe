package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;

/**
 * How an ancestral step divides the noise of its end: a deterministic step to {@code down}, then fresh noise {@code up},
 * {@code down^2 + up^2 = to^2}, in the coordinate {@code s = sigma / alpha}:
 * {@code up = min(to, eta to sqrt(1 - to^2 / from^2))}.
 *
 * @param down the level the deterministic step goes to
 * @param up the standard deviation of the noise that leads back up
 */
record AncestralStep(double down, double up) {

    static void checkEta(double eta) {
        if (!(eta >= 0 && eta <= 1)) {
            throw new IllegalArgumentException("eta must lie in [0, 1], got " + eta);
        }
    }

    static AncestralStep of(double from, double to, double eta) {
        if (eta == 0) {
            return new AncestralStep(to, 0);
        }
        double q = to / from;
        if (!(q <= 1)) {
            throw new IllegalArgumentException("eta " + eta + " adds noise, which a step towards the noise cannot: from sigma " + from + " to " + to
                    + "; use eta 0");
        }
        double up = Math.min(to, eta * to * Math.sqrt((1 - q) * (1 + q)));
        return new AncestralStep(eta == 1 ? to * q : Math.sqrt((to - up) * (to + up)), up);
    }

    /** The time of a flow that a step of rectified flows goes to, before noise leads back up. */
    static double rectifiedTime(NoiseLevel from, NoiseLevel to, double eta) {
        double t = Coordinate.FLOW.time(to);
        return t * (1 + (t / Coordinate.FLOW.time(from) - 1) * eta);
    }

    /** The split of rectified flows, in the same coordinate: the step goes to {@code t' (1 + (t' / t - 1) eta)} in {@code t = sigma / (alpha + sigma)}. See {@link RectifiedAncestral}. */
    static AncestralStep rectified(NoiseLevel from, NoiseLevel to, double eta) {
        double time = rectifiedTime(from, to, eta);
        double down = eta == 0 ? to.edmSigma() : time / (1 - time);
        double end = to.edmSigma();
        return new AncestralStep(down, Math.sqrt(Math.max(0, (end - down) * (end + down))));
    }
}
