package io.github.diffusion4j.core.noise;

import io.github.diffusion4j.core.kernel.Chances;
import java.util.function.IntFunction;

/**
 * Classes that race.
 *
 * @param numbers the numbers of a position
 */
record Raced(IntFunction<Chances.Exponentials> numbers) implements Chances {

    /** Exponential numbers of uniform ones, given position after position. */
    static Raced byPositions(TokenRequest request, double... uniforms) {
        return new Raced(position -> from(uniforms, position * request.numbers(), 1));
    }

    /** Exponential numbers of uniform ones of shape [B, classes, L]. */
    static Raced byClasses(TokenRequest request, double... uniforms) {
        int length = request.positions();
        return new Raced(position -> from(uniforms, position / length * request.numbers() * length + position % length, length));
    }

    private static Chances.Exponentials from(double[] uniforms, int first, int stride) {
        int[] place = {first};
        return (out, count) -> {
            for (int k = 0; k < count; k++) {
                out[k] = -Math.log(uniforms[place[0]]);
                place[0] += stride;
            }
        };
    }

    @Override
    public boolean racing() {
        return true;
    }

    @Override
    public double uniform(int position) {
        throw new UnsupportedOperationException("classes race here, with a number for each");
    }

    @Override
    public Exponentials exponentials(int position) {
        return numbers.apply(position);
    }
}
