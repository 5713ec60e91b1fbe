package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.plan.ArrayScaling;

/**
 * The stochastic step of policies on a flow: the reverse SDE of the path {@code x = (1 - t) x0 + t eps} with diffusion g,
 * <pre>
 *   dx = (v + g^2 / (2t) eps^) dt + g dw,      v = eps^ - x0^,  dt below 0
 * </pre>
 * in one of two ways. {@link Method#EXACT} solves it with the estimate of the data held over the step, which keeps the noise of the path at every length of step:
 * <pre>
 *   keep = t' exp(-integral from t' to t of g^2 / (2 s^2) ds),      keep^2 + fresh^2 = t'^2
 *   g = a sqrt(t / (1 - t)):  keep = t' q^(a^2 / 2),  q = t' (1 - t) / (t (1 - t'))        g = eta:  keep = t' exp(-eta^2 (1/t' - 1/t) / 2)
 * </pre>
 * {@link Method#EULER_MARUYAMA} is what Flow-GRPO and DanceGRPO compute, one and the same step with another g:
 * <pre>
 *   keep = t' - g^2 |dt| / (2t),  fresh = g sqrt|dt|,      keep^2 + fresh^2 - t'^2 = g^2 dt^2 / t (1 + g^2 / (4t))
 * </pre>
 * Its noise is more than the path has at t', by what the last line says, and at t' = 0 it is left in the image. At t = 1, where {@code t / (1 - t)} is infinite, it puts {@code 1 - t'} for
 * {@code 1 - t}. {@code a = sqrt 2} of the exact step is DDPM's posterior. On other paths the same step in the flow's coordinate, {@code x / (alpha + sigma)} at
 * {@code t = sigma / (alpha + sigma)}. Sources: Liu et al., Flow-GRPO, arXiv:2505.05470, and Xue et al., DanceGRPO, arXiv:2505.07818, and their code.
 *
 * @param diffusion how g depends on time
 * @param scale a, or eta, at least 0; 0 is the flow's ODE
 * @param method how the SDE is solved
 */
public record FlowSde(Diffusion diffusion, double scale, Method method) implements Renoise {

    /** How the diffusion depends on time. */
    public enum Diffusion {

        /** {@code g = a sqrt(t / (1 - t))}, Flow-GRPO. */
        RATIO,
        /** {@code g = eta}, DanceGRPO. */
        CONSTANT
    }

    /** How a step is taken. */
    public enum Method {

        /** With the estimate of the data held over the step: the noise of the path is kept. */
        EXACT,
        /** The Euler-Maruyama step of the published code, which adds noise. */
        EULER_MARUYAMA
    }

    /** Checks the scale. */
    public FlowSde {
        if (!(scale >= 0 && Double.isFinite(scale))) {
            throw new IllegalArgumentException("the diffusion of a flow SDE needs a scale of at least 0 and finite, got " + scale);
        }
    }

    /**
     * The SDE of Flow-GRPO, {@code g = a sqrt(t / (1 - t))}, solved exactly.
     *
     * @param a the noise level, 0.7 in the paper
     * @return the rule
     */
    public static FlowSde ratio(double a) {
        return new FlowSde(Diffusion.RATIO, a, Method.EXACT);
    }

    /**
     * The SDE of DanceGRPO, {@code g = eta}, solved exactly.
     *
     * @param eta the diffusion, 0.3 in the paper
     * @return the rule
     */
    public static FlowSde constant(double eta) {
        return new FlowSde(Diffusion.CONSTANT, eta, Method.EXACT);
    }

    /**
     * The same SDE in the steps of the published code.
     *
     * @return the rule, whose noise is more than the path has
     */
    public FlowSde asPublished() {
        return new FlowSde(diffusion, scale, Method.EULER_MARUYAMA);
    }

    @Override
    public boolean stochastic() {
        return scale > 0;
    }

    @Override
    public String citation() {
        return diffusion == Diffusion.RATIO ? "Liu et al., arXiv:2505.05470" : "Xue et al., arXiv:2505.07818";
    }

    @Override
    public Split split(NoiseLevel from, NoiseLevel to) {
        double size = to.alpha() + to.sigma();
        double t = from.sigma() / (from.alpha() + from.sigma());
        double end = to.sigma() / size;
        if (scale == 0 || end == t) {
            return new Split(to.sigma(), 0, ArrayScaling.NONE);
        }
        if (end > t) {
            throw new IllegalArgumentException("a flow SDE adds noise, which a step towards the noise cannot: from " + from + " to " + to + "; use scale 0");
        }
        if (method == Method.EULER_MARUYAMA) {
            double square = square(t, to.alpha() / size, from.alpha() / (from.alpha() + from.sigma()));
            double length = t - end;
            return new Split(size * (end - square * length / (2 * t)), size * Math.sqrt(square * length), ArrayScaling.NONE);
        }
        double left = left(from, to, t, end);
        return new Split(to.sigma() * Math.exp(-left), to.sigma() * Math.sqrt(-Math.expm1(-2 * left)), ArrayScaling.NONE);
    }

    /** {@code g^2} at a time, with the data's share at the end of the step where there is none at its start. */
    private double square(double t, double dataAtEnd, double data) {
        return diffusion == Diffusion.CONSTANT ? scale * scale : scale * scale * t / (data == 0 ? dataAtEnd : data);
    }

    /** The integral of {@code g^2 / (2 s^2)} over the step; infinite where the step starts at pure noise or ends at clean data. */
    private double left(NoiseLevel from, NoiseLevel to, double t, double end) {
        if (to.sigma() == 0) {
            return Double.POSITIVE_INFINITY;
        }
        double rate = scale * scale / 2;
        return diffusion == Diffusion.CONSTANT ? rate * (t - end) / (t * end) : rate * (Math.log(from.edmSigma()) - Math.log(to.edmSigma()));
    }
}
