package io.github.diffusion4j.samplers.rewards;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.kernel.Rows;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** The weights of a preference are the derivatives of its loss, and advantages are what they say. */
class PreferenceLawsTest {

    private static final double H = 1e-6;

    private static double[] moved(double[] values, int place, double by) {
        double[] moved = values.clone();
        moved[place] += by;
        return moved;
    }

    private static double[] numbers(long seed, int count, double scale) {
        HostArray array = HostArrays.HEAP.make(ElementType.DOUBLE, 1, count);
        CounterNoise.of(seed).fill(NoiseRequest.start(), array);
        return Arrays.stream(array.values()).map(value -> scale * value).toArray();
    }

    private static void hasDerivatives(Function<double[], PreferenceLoss> loss, double... errors) {
        double[] weights = loss.apply(errors).weights();
        for (int place = 0; place < errors.length; place++) {
            double slope = (loss.apply(moved(errors, place, H)).value() - loss.apply(moved(errors, place, -H)).value()) / (2 * H);
            assertEquals(slope, weights[place], 1e-6 * (1 + Math.abs(slope)));
        }
    }

    @Property(tries = 100, seed = "42")
    void weights_are_derivatives(@ForAll @IntRange(min = 0, max = 10000) int seed, @ForAll @DoubleRange(min = 0.1, max = 3) double beta) {
        double[] errors = numbers(seed, 6, 1);
        double[] references = numbers(seed + 20000, 6, 1);
        hasDerivatives(m -> PreferenceLoss.diffusionDpo(beta, m, references), errors);
        hasDerivatives(m -> PreferenceLoss.ipo(beta, m, references), errors);
        hasDerivatives(m -> PreferenceLoss.orpo(beta, m), errors);
        hasDerivatives(m -> PreferenceLoss.orpoAsInDiffusers(beta, m), errors);
        boolean atHinge = IntStream.range(0, 3).anyMatch(k -> Math.abs(1 - beta * (references[k] - references[3 + k] - errors[k] + errors[3 + k])) < 1e-4);
        if (!atHinge) {
            hasDerivatives(m -> PreferenceLoss.hinge(beta, m, references), errors);
        }
    }

    /** Descent lowers the preferred error and raises the other one; the script's ORPO lowers both. */
    @Test
    void orpo_in_diffusers_makes_the_rejected_image_likelier() {
        double[] errors = {1, 1.2};
        assertTrue(PreferenceLoss.orpo(0.5, errors).weights()[1] < 0);
        assertTrue(PreferenceLoss.orpoAsInDiffusers(0.5, errors).weights()[1] > 0);
        assertTrue(PreferenceLoss.diffusionDpo(5000, new double[] {1, 1}, new double[] {1, 1}).weights()[1] < 0);
    }

    @Test
    void losses_are_finite_far_away() {
        PreferenceLoss far = PreferenceLoss.diffusionDpo(5000, new double[] {100, 0}, new double[] {0, 0});
        assertEquals(250000, far.value(), 1e-6);
        assertArrayEquals(new double[] {2500, -2500}, far.weights());
        assertThrows(IllegalArgumentException.class, () -> PreferenceLoss.orpo(0.5, 1, 2, 3));
        assertThrows(IllegalArgumentException.class, () -> PreferenceLoss.ipo(0, new double[2], new double[2]));
    }

    @Property(tries = 100, seed = "42")
    void d3po_has_the_derivatives_it_says(@ForAll @IntRange(min = 0, max = 10000) int seed, @ForAll @DoubleRange(min = 0.05, max = 2) double beta) {
        double[] ratios = numbers(seed, 4, 0.1);
        D3po d3po = new D3po(beta, 0.1);
        double[] zeros = new double[2];
        Function<double[], D3po.Loss> loss = r -> d3po.of(new D3po.Side(Arrays.copyOf(r, 2), zeros, 1, -1), new D3po.Side(Arrays.copyOfRange(r, 2, 4), zeros, -1, 1));
        boolean onEdge = Arrays.stream(ratios).anyMatch(r -> Math.abs(r - Math.log(1.1)) < 1e-4 || Math.abs(r - Math.log(0.9)) < 1e-4);
        for (int place = 0; place < 4 && !onEdge; place++) {
            double slope = (loss.apply(moved(ratios, place, H)).value() - loss.apply(moved(ratios, place, -H)).value()) / (2 * H);
            double coefficient = place < 2 ? loss.apply(ratios).first()[place] : loss.apply(ratios).second()[place - 2];
            assertEquals(slope, -coefficient / 2, 1e-8);
        }
    }

    private static HostArray array(long seed) {
        HostArray array = HostArrays.HEAP.make(ElementType.DOUBLE, 2, 5);
        CounterNoise.of(seed).fill(NoiseRequest.start(), array);
        return array;
    }

    /** The normaliser has no gradient, so the loss is squared in v: with it held, differences are those of the regression. */
    @Property(tries = 50, seed = "42")
    void the_forward_process_loss_is_one_regression(@ForAll @IntRange(min = 0, max = 10000) int seed, @ForAll @DoubleRange(min = 0.2, max = 2) double beta,
            @ForAll @DoubleRange(min = 0.05, max = 1) double t) {
        HostArray velocity = array(seed);
        DiffusionNft.Batch<HostArray> batch = new DiffusionNft.Batch<>(velocity, array(seed + 20000), array(seed + 30000), array(seed + 40000));
        double[] times = {t, 1 - 0.9 * t};
        double[] rewards = {0.8, 0};
        DiffusionNft.Loss<HostArray> loss = new DiffusionNft(beta).of(HostArrays.HEAP, Rows.SAMPLES, batch, times, rewards);
        double[] v = velocity.values();
        double[] old = batch.old().values();
        double[] data = batch.data().values();
        double[] noised = batch.noised().values();
        double[] target = loss.regression().target().values();
        for (int row = 0; row < 2; row++) {
            double[] toward = new double[5];
            double[] away = new double[5];
            for (int k = 0; k < 5; k++) {
                int i = 5 * row + k;
                toward[k] = noised[i] - times[row] * (beta * v[i] + (1 - beta) * old[i]) - data[i];
                away[k] = noised[i] - times[row] * ((1 + beta) * old[i] - beta * v[i]) - data[i];
            }
            double near = Arrays.stream(toward).map(Math::abs).average().orElseThrow();
            double far = Arrays.stream(away).map(Math::abs).average().orElseThrow();
            assertEquals(Arrays.stream(toward).map(e -> e * e / near).average().orElseThrow(), loss.positive()[row], 1e-12 * (1 + loss.positive()[row]));
            for (int k = 0; k < 5; k++) {
                double gradient = 2 * times[row] / 5 * (-rewards[row] * toward[k] / near + (1 - rewards[row]) * away[k] / far);
                assertEquals(gradient, 2 * loss.regression().weights()[row] * (v[5 * row + k] - target[5 * row + k]) / 5, 1e-11 * (1 + Math.abs(gradient) / times[row]));
            }
        }
        assertThrows(IllegalArgumentException.class, () -> new DiffusionNft(beta).of(HostArrays.HEAP, Rows.SAMPLES, batch, new double[] {0, 1}, rewards));
    }

    @Test
    void advantages_by_prompt_and_by_batch() {
        List<String> prompts = List.of("a", "b", "a", "b");
        double[] rewards = {1, 10, 3, 30};
        assertArrayEquals(new double[] {-1, -1, 1, 1}, Advantages.perGroup(prompts, rewards, Advantages.Scale.GROUP, 0), 1e-15);
        double all = Math.sqrt((100 + 1 + 64 + 361) / 4.0);
        assertArrayEquals(new double[] {-1 / all, -10 / all, 1 / all, 10 / all}, Advantages.perGroup(prompts, rewards, Advantages.Scale.BATCH, 0), 1e-15);
        assertArrayEquals(new double[] {0, 0}, Advantages.perGroup(List.of("a", "b"), new double[] {4, 5}, Advantages.Scale.GROUP, 0));
        assertArrayEquals(new double[] {-5, 2, 5}, Advantages.limited(5, -7, 2, 5.5));
        assertArrayEquals(new double[] {0.5, 1}, DiffusionNft.rewards(5, 0, 8));
        assertArrayEquals(new double[] {-2.5, 1}, Advantages.weighted(new double[] {1, 0.5}, new double[] {-3, 0}, new double[] {1, 2}));
        assertThrows(IllegalArgumentException.class, () -> Advantages.ofSample(1));
    }

    /** With too few rewards of a prompt the batch is what it is compared with; only the last ones are kept. */
    @Test
    void a_buffer_of_rewards_goes_on_over_batches() {
        RewardBuffer empty = RewardBuffer.of(3, 3);
        RewardBuffer.Update first = empty.update(List.of("a", "a", "b"), 1, 3, 8);
        double deviation = Math.sqrt(26 / 3.0) + 1e-6;
        assertArrayEquals(new double[] {-3 / deviation, -1 / deviation, 4 / deviation}, first.advantages(), 1e-12);
        RewardBuffer.Update second = first.buffer().update(List.of("a", "a"), 5, 7);
        assertEquals(List.of(3.0, 5.0, 7.0), second.buffer().rewards().get("a"));
        assertArrayEquals(new double[] {0, 2 / (Math.sqrt(8 / 3.0) + 1e-6)}, second.advantages(), 1e-12);
        assertEquals(0, empty.rewards().size());
    }
}
