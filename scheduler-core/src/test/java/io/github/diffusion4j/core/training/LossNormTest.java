package io.github.diffusion4j.core.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.diffusion4j.core.kernel.HostArray;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Scale;
import org.junit.jupiter.api.Test;

class LossNormTest {

    /** Of norms that are functions of the error alone. */
    @Property(tries = 200, seed = "42")
    void the_slope_is_the_derivative_of_the_value(@ForAll @Scale(6) @DoubleRange(min = 1e-3, max = 100) double squares, @ForAll @DoubleRange(max = 3) double c) {
        double step = 1e-4 * squares;
        for (LossNorm norm : new LossNorm[] {LossNorm.squared(), LossNorm.pseudoHuber(c), LossNorm.improvedConsistency(3072)}) {
            assertEquals((norm.value(squares + step) - norm.value(squares - step)) / (2 * step), norm.slope(squares), 1e-6 * norm.slope(squares), norm.toString());
        }
    }

    /** The weight is taken without gradient, so the slope is the weight itself. */
    @Test
    void adaptive_weights_are_their_own_slope() {
        LossNorm norm = LossNorm.adaptive(1, 1e-3);
        assertEquals(2 / 2.001, norm.value(2), 1e-15);
        assertEquals(1 / 2.001, norm.slope(2), 1e-15);
        assertEquals(norm.value(2), 2 * norm.slope(2));
    }

    @Test
    void small_and_large_errors_are_squares_and_lengths() {
        LossNorm huber = LossNorm.pseudoHuber(0.1);
        assertEquals(1e-20 / 0.2, huber.value(1e-20), 1e-34);
        assertEquals(1e5 - 0.1, huber.value(1e10), 1e-6);
        assertEquals(3, LossNorm.pseudoHuber(0).value(9));
        assertEquals(0, LossNorm.pseudoHuber(0).value(0));
        assertThrows(IllegalArgumentException.class, () -> LossNorm.pseudoHuber(-1));
        assertThrows(IllegalArgumentException.class, () -> LossNorm.adaptive(-1, 1));
    }

    /** The transform keeps lengths; what is constant over the picture counts most, whatever the number of scales. */
    @Property(tries = 50, seed = "42")
    void frequencies_count_by_their_octave(@ForAll @DoubleRange(min = 1, max = 4) double scales) {
        HostArray errors = HostArray.of(IntStream.range(0, 2 * 3 * 4 * 5).mapToDouble(i -> Math.sin(1.7 * i) + 0.3).toArray(), 2, 3, 4, 5);
        double[] plain = IntStream.range(0, 2).mapToDouble(sample -> IntStream.range(0, 60).mapToDouble(i -> Math.pow(errors.values()[60 * sample + i], 2)).sum() / 60).toArray();
        assertArrayEquals(plain, new FrequencyWeight(1).loss(errors), 1e-12);
        HostArray flat = HostArray.of(IntStream.range(0, 64).mapToDouble(i -> 2).toArray(), 1, 1, 8, 8);
        assertEquals(4 * Math.min(scales, 4), new FrequencyWeight(scales).loss(flat)[0], 1e-12);
        assertEquals(4 * 4, new FrequencyWeight(Double.POSITIVE_INFINITY).loss(flat)[0], 1e-12);
        assertThrows(IllegalArgumentException.class, () -> new FrequencyWeight(0.5));
        assertThrows(IllegalArgumentException.class, () -> new FrequencyWeight(2).loss(HostArray.of(new double[4], 2, 2)));
    }
}
