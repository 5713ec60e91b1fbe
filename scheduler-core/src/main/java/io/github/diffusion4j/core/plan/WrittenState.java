package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.ElementType;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A state on its way to or from bytes. Reading believes no number before the bytes that it promises are there.
 *
 * @param <A> the array of the library
 */
final class WrittenState<A> {

    private static final String FORMAT = "diffusion4j state 2";

    /** The form of a state that holds something for guidance. */
    private static final String WITH_HELD = "diffusion4j state 3";

    /** The form that knows no plan. */
    private static final String WITHOUT_PLAN = "diffusion4j state 1";

    /** No library has arrays of more. */
    private static final int MOST_AXES = 32;

    private static final int CHUNK = 8192;

    private final Arrays<A> arrays;
    private final DataInputStream in;
    private final List<A> made = new ArrayList<>();

    WrittenState(Arrays<A> arrays, InputStream stream) {
        this.arrays = arrays;
        this.in = new DataInputStream(stream);
    }

    static <A> void write(SamplerState<A> state, OutputStream stream) throws IOException {
        DataOutputStream out = new DataOutputStream(stream);
        out.writeUTF(state.held().isEmpty() ? FORMAT : WITH_HELD);
        out.writeUTF(state.plan());
        out.writeInt(state.index());
        write(out, state.arrays(), state.sample());
        out.writeBoolean(state.anchor() != state.sample());
        if (state.anchor() != state.sample()) {
            write(out, state.arrays(), state.anchor());
        }
        out.writeInt(state.predictions().size());
        for (A prediction : state.predictions()) {
            write(out, state.arrays(), prediction);
        }
        if (!state.held().isEmpty()) {
            write(out, state.arrays(), state.held());
        }
        out.flush();
    }

    private static <A> void write(DataOutputStream out, Arrays<A> arrays, Held<A> held) throws IOException {
        out.writeInt(held.arrays().size());
        for (Map.Entry<String, A> entry : held.arrays().entrySet()) {
            out.writeUTF(entry.getKey());
            write(out, arrays, entry.getValue());
        }
        out.writeInt(held.numbers().size());
        for (Map.Entry<String, List<Double>> entry : held.numbers().entrySet()) {
            out.writeUTF(entry.getKey());
            out.writeInt(entry.getValue().size());
            for (double value : entry.getValue()) {
                out.writeDouble(value);
            }
        }
    }

    private static <A> void write(DataOutputStream out, Arrays<A> arrays, A array) throws IOException {
        ElementType type = arrays.type(array);
        long[] shape = arrays.shape(array);
        out.writeUTF(type.name());
        out.writeInt(shape.length);
        for (long size : shape) {
            out.writeLong(size);
        }
        for (double value : arrays.values(array)) {
            if (type == ElementType.DOUBLE) {
                out.writeDouble(value);
            } else {
                out.writeFloat((float) value);
            }
        }
    }

    SamplerState<A> read() throws IOException {
        boolean complete = false;
        try {
            SamplerState<A> state = state();
            complete = true;
            return state;
        } finally {
            if (!complete) {
                made.forEach(arrays::close);
            }
        }
    }

    private SamplerState<A> state() throws IOException {
        String format = within("the format", in::readUTF);
        if (!List.of(FORMAT, WITHOUT_PLAN, WITH_HELD).contains(format)) {
            throw new IOException("this is not a sampler state of this version: it begins with '" + format + "', not '" + FORMAT + "', '" + WITHOUT_PLAN + "' or '" + WITH_HELD + "'");
        }
        String plan = !format.equals(WITHOUT_PLAN) ? within("the plan", in::readUTF) : "";
        int index = count("the index");
        A sample = array("the sample");
        A anchor = flag("whether the anchor is another array") ? like(sample, array("the anchor"), "the anchor") : sample;
        int count = count("the number of predictions");
        List<A> predictions = new ArrayList<>();
        for (int k = 0; k < count; k++) {
            String what = "prediction " + k;
            predictions.add(like(sample, array(what), what));
        }
        return new SamplerState<>(arrays, index, sample, anchor, predictions, plan, format.equals(WITH_HELD) ? held(sample) : Held.nothing());
    }

    private Held<A> held(A sample) throws IOException {
        Map<String, A> named = new LinkedHashMap<>();
        for (int left = count("the number of held arrays"); left > 0; left--) {
            String name = within("the name of a held array", in::readUTF);
            named.put(name, like(sample, array("the held array '" + name + "'"), "the held array '" + name + "'"));
        }
        Map<String, List<Double>> numbers = new LinkedHashMap<>();
        for (int left = count("the number of held numbers"); left > 0; left--) {
            String name = within("the name of a held number", in::readUTF);
            List<Double> values = new ArrayList<>();
            for (int rows = count("the rows of the held number '" + name + "'"); rows > 0; rows--) {
                values.add(within("the held number '" + name + "'", in::readDouble));
            }
            numbers.put(name, values);
        }
        return new Held<>(named, numbers);
    }

    private interface Part<T> {
        T read() throws IOException;
    }

    private static <T> T within(String what, Part<T> part) throws IOException {
        try {
            return part.read();
        } catch (EOFException e) {
            throw new IOException("the sampler state ends within " + what, e);
        }
    }

    private int count(String what) throws IOException {
        int value = within(what, in::readInt);
        if (value < 0) {
            throw new IOException(what + " of a sampler state cannot be " + value);
        }
        return value;
    }

    private boolean flag(String what) throws IOException {
        int value = within(what, in::readUnsignedByte);
        if (value > 1) {
            throw new IOException(what + " of a sampler state is 0 or 1, not " + value);
        }
        return value == 1;
    }

    private A like(A sample, A array, String what) throws IOException {
        if (!SamplerState.isLike(arrays, sample, array)) {
            throw new IOException(what + " of a sampler state is " + Fit.describe(arrays, array) + " but its sample " + Fit.describe(arrays, sample));
        }
        return array;
    }

    private A array(String what) throws IOException {
        ElementType type = type(within("the type of " + what, in::readUTF), what);
        int rank = count("the rank of " + what);
        if (rank > MOST_AXES) {
            throw new IOException("the rank of " + what + " of a sampler state is at most " + MOST_AXES + ", not " + rank);
        }
        long[] shape = new long[rank];
        for (int axis = 0; axis < rank; axis++) {
            shape[axis] = within("the shape of " + what, in::readLong);
        }
        double[] values = values(what, type, length(shape, what));
        A array = arrays.make(type, shape);
        made.add(array);
        arrays.onHost(array, true, host -> host.fill(values));
        return array;
    }

    private static ElementType type(String name, String what) throws IOException {
        return switch (name) {
            case "FLOAT", "DOUBLE", "HALF", "BFLOAT16" -> ElementType.valueOf(name);
            default -> throw new IOException("the type of " + what + " of a sampler state is FLOAT, DOUBLE, HALF or BFLOAT16, not '" + name + "'");
        };
    }

    private static int length(long[] shape, String what) throws IOException {
        long length = 1;
        for (long size : shape) {
            if (size < 1 || length > Integer.MAX_VALUE / size) {
                throw new IOException("the shape " + java.util.Arrays.toString(shape) + " of " + what + " of a sampler state is none: sizes are at least 1, with at most " + Integer.MAX_VALUE
                        + " values in all");
            }
            length *= size;
        }
        return (int) length;
    }

    /** Values as they come: memory grows with what has been read. */
    private double[] values(String what, ElementType type, int length) throws IOException {
        int width = type == ElementType.DOUBLE ? Double.BYTES : Float.BYTES;
        double[] values = new double[Math.min(length, CHUNK)];
        byte[] chunk = new byte[Math.min(length, CHUNK) * width];
        int done = 0;
        while (done < length) {
            int count = Math.min(length - done, CHUNK);
            if (in.readNBytes(chunk, 0, count * width) < count * width) {
                throw new IOException("the sampler state ends within the " + length + " values of " + what);
            }
            if (values.length < done + count) {
                values = java.util.Arrays.copyOf(values, (int) Math.min(length, 2L * values.length));
            }
            ByteBuffer bytes = ByteBuffer.wrap(chunk);
            for (int i = 0; i < count; i++) {
                values[done + i] = type == ElementType.DOUBLE ? bytes.getDouble() : bytes.getFloat();
            }
            done += count;
        }
        return values;
    }
}
