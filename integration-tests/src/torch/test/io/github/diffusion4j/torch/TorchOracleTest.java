package io.github.diffusion4j.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.diffusion4j.core.random.TorchGenerator;
import io.github.diffusion4j.core.random.TorchType;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PyTorch's own library as the oracle: {@code mvn verify -Ptorch}. */
class TorchOracleTest {

    private static final int MILLION = 1 << 20;

    private static Engine engine(long seed) {
        Engine engine = Engine.getEngine("PyTorch");
        engine.setRandomSeed((int) seed);
        return engine;
    }

    private static double[] drawn(NDManager manager, DataType type, int count) {
        try (NDArray array = manager.randomNormal(0, 1, new Shape(count), type)) {
            double[] values = new double[count];
            if (type == DataType.FLOAT64) {
                return array.toDoubleArray();
            }
            float[] floats = array.toType(DataType.FLOAT32, false).toFloatArray();
            for (int i = 0; i < count; i++) {
                values[i] = floats[i];
            }
            return values;
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 42, 123, 2026, 2147483647, -1})
    void a_million_floats_have_pytorchs_bits(long seed) {
        try (NDManager manager = engine(seed).newBaseManager()) {
            TorchGenerator generator = TorchGenerator.seeded(seed);
            for (int count : new int[] {MILLION, 100_003, 17, 16, 5, 3, 31}) {
                double[] expected = drawn(manager, DataType.FLOAT32, count);
                TorchGenerator.Draw draw = generator.randn(TorchType.FLOAT32, count);
                assertEquals(0, IntStream.range(0, count).filter(i -> expected[i] != draw.values()[i]).count(), "of " + count);
                generator = draw.next();
            }
        }
    }

    /** The C library's functions round correctly but for a few values in a thousand. */
    @ParameterizedTest
    @ValueSource(longs = {0, 42})
    void doubles_have_pytorchs_bits_but_for_the_last_one_now_and_then(long seed) {
        try (NDManager manager = engine(seed).newBaseManager()) {
            double[] expected = drawn(manager, DataType.FLOAT64, 100_000);
            double[] values = TorchGenerator.seeded(seed).randn(TorchType.FLOAT64, 100_000).values();
            long others = IntStream.range(0, expected.length).filter(i -> expected[i] != values[i]).count();
            System.out.println("float64: " + others + " of 100000 differ in the last bit");
            assertTrue(others < 1000, () -> others + " of 100000 differ");
            for (int i = 0; i < expected.length; i++) {
                assertEquals(expected[i], values[i], 2 * Math.ulp(expected[i]));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 42})
    void halves_have_pytorchs_bits(long seed) {
        try (NDManager manager = engine(seed).newBaseManager()) {
            double[] expected = drawn(manager, DataType.FLOAT16, 10_000);
            double[] values = TorchGenerator.seeded(seed).randn(TorchType.FLOAT16, 10_000).values();
            assertEquals(0, IntStream.range(0, expected.length).filter(i -> expected[i] != values[i]).count());
        }
    }
}
