package io.github.diffusion4j.core.noise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.noise.NoiseRequest.Interval;
import io.github.diffusion4j.core.noise.NoiseRequest.Stream;
import io.github.diffusion4j.core.random.TorchBrownianTree;
import io.github.diffusion4j.core.random.TorchGenerator;
import io.github.diffusion4j.core.random.TorchType;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What every source promises, and the order in which the sources that follow a generator draw. */
class NoiseSourcesTest {

    private static final List<NoiseRequest> REQUESTS = IntStream.range(0, 5)
            .mapToObj(i -> new NoiseRequest(Stream.STEP, i, 0, new Interval(6 - i, 5 - i))).toList();

    static List<NoiseSource> sources() {
        return List.of(CounterNoise.of(1), BrownianNoise.of(1), TorchNoise.of(1), TorchNoise.of(1, 2), TorchNoise.of(3).drawnAt(0, 1, 2, 3, 4), TorchCudaNoise.of(1),
                new TorchBrownianNoise(1, 0, 6), NoiseSource.perSample(TorchNoise.of(1), CounterNoise.of(4), new TorchBrownianNoise(9, 0, 6)),
                RecordedNoise.record(CounterNoise.of(1), REQUESTS, ElementType.FLOAT, 3, 2, 7));
    }

    private static float[] draw(NoiseSource source, NoiseRequest request) {
        return source.draw(request, DataType.FLOAT, 3, 2, 7).data().asFloat();
    }

    @ParameterizedTest
    @MethodSource("sources")
    void backwards_is_forwards(NoiseSource source) {
        float[][] forwards = REQUESTS.stream().map(request -> draw(source, request)).toArray(float[][]::new);
        for (int i = REQUESTS.size() - 1; i >= 0; i--) {
            assertArrayEquals(forwards[i], draw(source, REQUESTS.get(i)));
        }
    }

    @ParameterizedTest
    @MethodSource("sources")
    void written_out_and_read_back_it_goes_on(NoiseSource source) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(source);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertArrayEquals(draw(source, REQUESTS.get(2)), draw((NoiseSource) in.readObject(), REQUESTS.get(2)));
        }
    }

    private static double[] values(INDArray array) {
        return array.castTo(DataType.DOUBLE).data().asDouble();
    }

    @Test
    void torch_noise_is_call_after_call() {
        for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE, DataType.FLOAT16, DataType.BFLOAT16}) {
            TorchType torch = type == DataType.FLOAT ? TorchType.FLOAT32 : type == DataType.DOUBLE ? TorchType.FLOAT64 : type == DataType.FLOAT16 ? TorchType.FLOAT16 : TorchType.BFLOAT16;
            TorchGenerator.Draw start = TorchGenerator.seeded(42).randn(torch, 42);
            TorchGenerator.Draw first = start.next().randn(torch, 42);
            TorchGenerator.Draw second = first.next().randn(torch, 42);
            assertArrayEquals(start.values(), values(TorchNoise.of(42).draw(NoiseRequest.start(), type, 3, 2, 7)));
            assertArrayEquals(first.values(), values(TorchNoise.of(42).draw(NoiseRequest.step(0), type, 3, 2, 7)));
            assertArrayEquals(second.values(), values(TorchNoise.of(42).draw(NoiseRequest.step(1), type, 3, 2, 7)));
            assertArrayEquals(second.values(), values(TorchNoise.of(42).drawnAt(0, 4).draw(NoiseRequest.step(4), type, 3, 2, 7)));
            assertArrayEquals(start.values(), values(TorchNoise.of(1, 42).draw(NoiseRequest.step(0), type, 3, 2, 7)));
        }
        assertTrue(assertThrows(IllegalArgumentException.class, () -> TorchNoise.of(42).drawnAt(0, 4).draw(NoiseRequest.step(3), DataType.FLOAT, 3)).getMessage()
                .contains("evaluation 3"));
    }

    @Test
    void each_sample_may_have_a_generator() {
        INDArray batch = NoiseSource.perSample(TorchNoise.of(5), TorchNoise.of(6)).draw(NoiseRequest.step(2), DataType.FLOAT, 2, 4, 8, 8);
        float[] second = TorchNoise.of(6).draw(NoiseRequest.step(2), DataType.FLOAT, 1, 4, 8, 8).data().asFloat();
        assertArrayEquals(second, Arrays.copyOfRange(batch.data().asFloat(), 256, 512));
        assertThrows(IllegalArgumentException.class, () -> NoiseSource.perSample(TorchNoise.of(5)).draw(NoiseRequest.start(), DataType.FLOAT, 2, 3));
    }

    @Test
    void tree_noise_is_the_normalized_increment() {
        double[] noise = new TorchBrownianTree((float) 0.03, (float) 14.6, 123, TorchType.FLOAT32, 16).noise(3, 2);
        INDArray drawn = new TorchBrownianNoise(123, 0.03, 14.6).draw(new NoiseRequest(Stream.STEP, 0, 0, new Interval(3, 2)), DataType.FLOAT, 1, 4, 2, 2);
        assertArrayEquals(noise, values(drawn));
        double[] back = new TorchBrownianTree((float) 0.03, (float) 14.6, 123, TorchType.FLOAT32, 16).noise(2, 3);
        assertEquals(-noise[3], back[3]);
        assertThrows(IllegalArgumentException.class, () -> new TorchBrownianNoise(1, 0, 6).draw(NoiseRequest.step(0), DataType.FLOAT, 3));
        assertThrows(IllegalArgumentException.class, () -> new TorchBrownianNoise(1, 6, 6));
    }

    @Test
    void recordings_are_kept_and_nothing_else() {
        assertThrows(IllegalStateException.class, () -> draw(RecordedNoise.ofSteps(List.of()), REQUESTS.get(0)));
        RecordedNoise recorded = RecordedNoise.record(CounterNoise.of(1), REQUESTS, ElementType.FLOAT, 3, 2, 7);
        assertArrayEquals(draw(CounterNoise.of(1), REQUESTS.get(3)), draw(recorded, REQUESTS.get(3)));
        assertThrows(IllegalArgumentException.class, () -> recorded.draw(REQUESTS.get(0), DataType.FLOAT, 2, 2));
    }

    /** A tree over the range of a run has variance 1 up to its ends; 5 standard errors. Beyond the range torchsde gives less or nothing, which is refused. */
    @Test
    void a_tree_is_not_asked_beyond_its_range() {
        TorchBrownianNoise tree = new TorchBrownianNoise(3, 0.1, 10);
        int n = 4000;
        for (Interval inside : List.of(new Interval(10, 0.1), new Interval(10, 9), new Interval(0.2, 0.1), new Interval(10.0000005, 5))) {
            double[] drawn = tree.draw(new NoiseRequest(Stream.STEP, 0, 0, inside), DataType.DOUBLE, 1, n).data().asDouble();
            assertEquals(1, Arrays.stream(drawn).map(z -> z * z).average().orElseThrow(), 5 * Math.sqrt(2.0 / n), inside::toString);
        }
        for (Interval outside : List.of(new Interval(20, 11), new Interval(20, 5), new Interval(0.2, 0.05), new Interval(0.05, 0), new Interval(Double.POSITIVE_INFINITY, 1),
                new Interval(2, 2 - 1e-8))) {
            assertThrows(IllegalArgumentException.class, () -> tree.draw(new NoiseRequest(Stream.STEP, 0, 0, outside), DataType.DOUBLE, 1, 4), outside::toString);
        }
    }
}
