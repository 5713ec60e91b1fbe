package io.github.diffusion4j.samplers.guidance;

import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.guidance.Guide;
import io.github.diffusion4j.core.guidance.Place;
import io.github.diffusion4j.core.kernel.Moments;

/**
 * Tangential damping (Kwon et al., arXiv:2503.18137, section 4.2): before classifier-free guidance the unconditional branch is projected on the first right singular vector v of the two branches.
 * With {@code A = <c, c>, B = <c, u>, C = <u, u>} and the larger eigenvalue {@code l} of their matrix, {@code v = p c + q u} with {@code (p, q) = (l - C, B)}, or {@code (B, l - A)} where A is
 * below C. Two branches of one length at right angles have no first singular vector; the unconditional one is then left as it is.
 *
 * @param pair scale, window and base
 */
public record Tangential(Pair pair) implements Guidance {

    @Override
    public Guide at(Place place) {
        return pair.guide(place, moments -> {
            double[] projected = projected(moments);
            double scale = pair.scale().at(place) + (pair.original() ? 1 : 0);
            return new double[][] {{0, scale + (1 - scale) * projected[0], (1 - scale) * projected[1]}};
        });
    }

    /** The weights of both branches in the projection. */
    private static double[] projected(Moments moments) {
        double a = moments.product(Pair.C, Pair.C);
        double b = moments.product(Pair.C, Pair.U);
        double c = moments.product(Pair.U, Pair.U);
        double largest = (a + c + Math.hypot(a - c, 2 * b)) / 2;
        double p = a >= c ? largest - c : b;
        double q = a >= c ? b : largest - a;
        double square = p * p * a + 2 * p * q * b + q * q * c;
        double along = square == 0 ? 0 : (p * b + q * c) / square;
        return square == 0 ? new double[] {0, 1} : new double[] {along * p, along * q};
    }
}
