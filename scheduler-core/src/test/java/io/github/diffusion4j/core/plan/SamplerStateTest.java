package io.github.diffusion4j.core.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** States as things that are closed, and as bytes that may be anything. */
class SamplerStateTest {

    private static final int CASES = 20_000;

    /** What reading a file of a few hundred bytes may take: a few chunks of values. */
    private static final long MOST_MEMORY = 1 << 20;

    private static INDArray normal(int number, DataType type, long... shape) {
        return CounterNoise.of(number).draw(NoiseRequest.start(), type, shape);
    }

    private static INDArray normal(int number) {
        return normal(number, DataType.DOUBLE, 2, 3);
    }

    @Test
    void closing_closes_each_array_once_and_again_does_nothing() {
        INDArray sample = normal(1);
        INDArray anchor = normal(2);
        INDArray prediction = normal(3);
        SamplerState<INDArray> state = new SamplerState<>(Nd4jArrays.ND4J, 2, sample, anchor, List.of(prediction, anchor, sample));
        try (state) {
            assertFalse(sample.wasClosed());
        }
        assertTrue(sample.wasClosed() && anchor.wasClosed() && prediction.wasClosed());
        state.close();
        SamplerState<INDArray> plain = new SamplerState<>(Nd4jArrays.ND4J, 0, normal(1), normal(1), List.of());
        SamplerState<INDArray> copy = plain.copy();
        plain.close();
        assertEquals(normal(1), copy.sample(), "a copy has arrays of its own");
    }

    @Test
    void a_view_stays_open() {
        INDArray whole = normal(1);
        INDArray view = whole.getRow(0);
        new SamplerState<>(Nd4jArrays.ND4J, 0, view, view, List.of()).close();
        assertFalse(whole.wasClosed());
        assertEquals(normal(1), whole);
    }

    @Test
    void what_the_next_state_holds_stays_open() {
        INDArray shared = normal(1);
        INDArray dropped = normal(2);
        SamplerState<INDArray> state = new SamplerState<>(Nd4jArrays.ND4J, 0, normal(3), shared, List.of(dropped, shared));
        SamplerState<INDArray> next = new SamplerState<>(Nd4jArrays.ND4J, 1, normal(4), shared, List.of(state.sample()));
        state.closeExcept(next);
        assertTrue(dropped.wasClosed());
        assertFalse(shared.wasClosed() || next.sample().wasClosed() || state.sample().wasClosed());
        next.closeExcept(next);
        assertFalse(next.sample().wasClosed());
        next.close();
        assertTrue(shared.wasClosed() && next.sample().wasClosed() && state.sample().wasClosed());
    }

    @Test
    void a_state_has_an_index_and_arrays() {
        INDArray sample = normal(1);
        assertThrows(IllegalArgumentException.class, () -> new SamplerState<>(Nd4jArrays.ND4J, -1, sample, sample, List.of()));
        assertThrows(NullPointerException.class, () -> new SamplerState<>(Nd4jArrays.ND4J, 0, null, sample, List.of()));
        assertThrows(NullPointerException.class, () -> new SamplerState<>(Nd4jArrays.ND4J, 0, sample, null, List.of()));
        assertThrows(NullPointerException.class, () -> new SamplerState<>(Nd4jArrays.ND4J, 0, sample, sample, null));
        assertThrows(NullPointerException.class, () -> new SamplerState<>(Nd4jArrays.ND4J, 0, sample, sample, Arrays.asList(sample, null)));
    }

    @Test
    void anchor_and_predictions_are_like_the_sample() {
        INDArray sample = normal(1, DataType.FLOAT16, 2, 3);
        INDArray computed = normal(2, DataType.FLOAT, 2, 3);
        assertEquals(1, new SamplerState<>(Nd4jArrays.ND4J, 1, sample, sample.dup(), List.of(computed)).predictions().size());
        for (INDArray other : List.of(normal(2, DataType.FLOAT16, 3, 2), normal(2, DataType.FLOAT, 2, 3, 1), normal(2, DataType.DOUBLE, 2, 3), normal(2, DataType.BFLOAT16, 2, 3))) {
            String anchor = assertThrows(IllegalArgumentException.class, () -> new SamplerState<>(Nd4jArrays.ND4J, 1, sample, other, List.of())).getMessage();
            assertTrue(anchor.contains("the anchor of a state is " + other.dataType() + Arrays.toString(other.shape())) && anchor.contains("HALF[2, 3]"), anchor);
            String prediction = assertThrows(IllegalArgumentException.class, () -> new SamplerState<>(Nd4jArrays.ND4J, 1, sample, sample, List.of(computed, other))).getMessage();
            assertTrue(prediction.contains("prediction 1 of a state"), prediction);
        }
    }

    /** What earlier versions wrote knows no plan, and is read as a state made by hand. */
    @Test
    void the_first_form_is_still_read() throws IOException {
        byte[] second = written(new SamplerState<>(Nd4jArrays.ND4J, 7, normal(1), normal(2), List.of(normal(3)), "0123456789abcdef"));
        assertEquals("0123456789abcdef", read(second).plan());
        ByteArrayOutputStream first = new ByteArrayOutputStream();
        new DataOutputStream(first).writeUTF("diffusion4j state 1");
        first.write(second, 2 * (2 + 16) + 3, second.length - 2 * (2 + 16) - 3);
        SamplerState<INDArray> state = read(first.toByteArray());
        assertEquals("", state.plan());
        assertEquals(7, state.index());
        assertEquals(normal(3), state.predictions().get(0));
    }

    @Test
    void a_closed_state_is_not_written_or_copied() {
        SamplerState<INDArray> state = new SamplerState<>(Nd4jArrays.ND4J, 0, normal(1), normal(2), List.of());
        state.anchor().close();
        assertTrue(assertThrows(IllegalArgumentException.class, () -> written(state)).getMessage().contains("the anchor of the state is closed"));
        assertTrue(assertThrows(IllegalArgumentException.class, state::copy).getMessage().contains("the anchor of the state is closed"));
    }

    private static byte[] written(SamplerState<INDArray> state) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        state.write(bytes);
        return bytes.toByteArray();
    }

    private static SamplerState<INDArray> read(byte... bytes) throws IOException {
        return SamplerState.read(new ByteArrayInputStream(bytes));
    }

    private static List<byte[]> valid() throws IOException {
        INDArray sample = normal(1, DataType.FLOAT, 2, 3);
        INDArray half = normal(2, DataType.FLOAT16, 4);
        INDArray brain = normal(2, DataType.BFLOAT16, 1, 2, 1, 2);
        return List.of(written(new SamplerState<>(Nd4jArrays.ND4J, 0, sample, sample, List.of())),
                written(new SamplerState<>(Nd4jArrays.ND4J, 7, normal(1), normal(2), List.of(normal(3), normal(4)), "0123456789abcdef")),
                written(new SamplerState<>(Nd4jArrays.ND4J, 1, half, half.dup(), List.of(half.castTo(DataType.FLOAT)))),
                written(new SamplerState<>(Nd4jArrays.ND4J, 1, brain, brain, List.of(brain))),
                written(new SamplerState<>(Nd4jArrays.ND4J, 3, Nd4j.scalar(2.5), Nd4j.scalar(1.5), List.of())));
    }

    @Test
    void valid_bytes_come_back_as_they_are() throws IOException {
        for (byte[] bytes : valid()) {
            assertEquals(Arrays.toString(bytes), Arrays.toString(written(read(bytes))));
        }
        INDArray large = normal(1, DataType.FLOAT, 3, 100, 100);
        assertEquals(large, read(written(new SamplerState<>(Nd4jArrays.ND4J, 0, large, large, List.of()))).sample());
    }

    /** Cut and changed files are read as a state or refused by an IOException, and take no more memory than they have bytes. */
    @Test
    void other_bytes_are_a_state_or_refused() throws IOException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        SplittableRandom random = new SplittableRandom(42);
        List<byte[]> valid = valid();
        int states = 0;
        for (int i = 0; i < CASES; i++) {
            byte[] bytes = changed(valid.get(i % valid.size()), random);
            long before = threads.getCurrentThreadAllocatedBytes();
            try (SamplerState<INDArray> state = read(bytes)) {
                assertTrue(state.index() >= 0 && state.predictions().stream().allMatch(p -> Arrays.equals(p.shape(), state.sample().shape())));
                states++;
            } catch (IOException refused) {
                assertTrue(refused.getMessage() != null, "no reason for " + Arrays.toString(bytes));
            }
            long taken = threads.getCurrentThreadAllocatedBytes() - before;
            assertTrue(i < 100 || taken < MOST_MEMORY, taken + " bytes of memory for " + Arrays.toString(bytes));
        }
        assertTrue(states > CASES / 20 && states < CASES * 19 / 20, states + " were states");
    }

    private static byte[] changed(byte[] valid, SplittableRandom random) {
        byte[] bytes = valid.clone();
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        for (int change = random.nextInt(3); change >= 0; change--) {
            switch (random.nextInt(5)) {
                case 0 -> bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                case 1 -> bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                case 2 -> buffer.putInt(random.nextInt(bytes.length - 3), random.nextInt(5) == 0 ? random.nextInt() : random.nextInt(-2, 40));
                case 3 -> buffer.putLong(random.nextInt(bytes.length - 7), random.nextLong() >> random.nextInt(64));
                default -> {
                    if (random.nextInt(4) == 0) {
                        return Arrays.copyOf(bytes, random.nextInt(bytes.length));
                    }
                }
            }
        }
        return bytes;
    }

    private static String refusal(Writing writing) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeUTF("diffusion4j state 2");
        out.writeUTF("");
        writing.write(out);
        return assertThrows(IOException.class, () -> read(bytes.toByteArray())).getMessage();
    }

    private interface Writing {
        void write(DataOutputStream out) throws IOException;
    }

    @Test
    void a_refusal_says_what_is_wrong_and_where() throws IOException {
        assertTrue(refusal(out -> out.writeInt(-1)).contains("the index of a sampler state cannot be -1"));
        assertTrue(refusal(out -> out.writeShort(1)).contains("ends within the index"));
        assertTrue(refusal(out -> sample(out, "UTF8", 1)).contains("'UTF8'"));
        assertTrue(refusal(out -> sample(out, "FLOAT", 1L << 40)).contains("the shape [1099511627776] of the sample"));
        assertTrue(refusal(out -> sample(out, "FLOAT", 1 << 20, 1 << 20, 1 << 20, 1 << 20)).contains("the shape"));
        assertTrue(refusal(out -> sample(out, "FLOAT", 3, -1)).contains("[3, -1]"));
        assertTrue(refusal(out -> sample(out, "DOUBLE", 1 << 30)).contains("ends within the 1073741824 values of the sample"));
        assertTrue(refusal(out -> sample(out, "FLOAT", new long[33])).contains("at most 32, not 33"));
        assertTrue(refusal(out -> {
            sample(out, "FLOAT");
            out.writeFloat(1);
            out.writeByte(2);
        }).contains("0 or 1, not 2"));
        assertTrue(refusal(out -> {
            sample(out, "FLOAT");
            out.writeFloat(1);
            out.writeByte(0);
            out.writeInt(Integer.MAX_VALUE);
        }).contains("ends within the type of prediction 0"));
    }

    private static void sample(DataOutputStream out, String type, long... shape) throws IOException {
        out.writeInt(0);
        out.writeUTF(type);
        out.writeInt(shape.length);
        for (long size : shape) {
            out.writeLong(size);
        }
    }
}
