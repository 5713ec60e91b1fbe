package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.kernel.Kernels;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A state on its way to or from bytes. Reading believes no number before the bytes that it promises are there. */
final class WrittenState {

    private static final String FORMAT = "diffusion4j state 2";

    /** The form that knows no plan. */
    private static final String WITHOUT_PLAN = "diffusion4j state 1";

    /** ND4J's. */
    private static final int MOST_AXES = 32;

    private static final int CHUNK = 8192;

    private final DataInputStream in;
    private final List<INDArray> made = new ArrayList<>();

    WrittenState(InputStream stream) {
        this.in = new DataInputStream(stream);
    }

    static void write(SamplerState state, OutputStream stream) throws IOException {
        DataOutputStream out = new DataOutputStream(stream);
        out.writeUTF(FORMAT);
        out.writeUTF(state.plan());
        out.writeInt(state.index());
        write(out, state.sample());
        out.writeBoolean(state.anchor() != state.sample());
        if (state.anchor() != state.sample()) {
            write(out, state.anchor());
        }
        out.writeInt(state.predictions().size());
        for (INDArray prediction : state.predictions()) {
            write(out, prediction);
        }
        out.flush();
    }

    private static void write(DataOutputStream out, INDArray array) throws IOException {
        out.writeUTF(array.dataType().name());
        out.writeInt(array.rank());
        for (long size : array.shape()) {
            out.writeLong(size);
        }
        for (double value : Kernels.values(array)) {
            if (array.dataType() == DataType.DOUBLE) {
                out.writeDouble(value);
            } else {
                out.writeFloat((float) value);
            }
        }
    }

    SamplerState read() throws IOException {
        boolean complete = false;
        try {
            SamplerState state = state();
            complete = true;
            return state;
        } finally {
            if (!complete) {
                made.forEach(INDArray::close);
            }
        }
    }

    private SamplerState state() throws IOException {
        String format = within("the format", in::readUTF);
        if (!format.equals(FORMAT) && !format.equals(WITHOUT_PLAN)) {
            throw new IOException("this is not a sampler state of this version: it begins with '" + format + "', not '" + FORMAT + "' or '" + WITHOUT_PLAN + "'");
        }
        String plan = format.equals(FORMAT) ? within("the plan", in::readUTF) : "";
        int index = count("the index");
        INDArray sample = array("the sample");
        INDArray anchor = flag("whether the anchor is another array") ? like(sample, array("the anchor"), "the anchor") : sample;
        int count = count("the number of predictions");
        List<INDArray> predictions = new ArrayList<>();
        for (int k = 0; k < count; k++) {
            String what = "prediction " + k;
            predictions.add(like(sample, array(what), what));
        }
        return new SamplerState(index, sample, anchor, predictions, plan);
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

    private static INDArray like(INDArray sample, INDArray array, String what) throws IOException {
        if (!SamplerState.isLike(sample, array)) {
            throw new IOException(what + " of a sampler state is " + array.dataType() + Arrays.toString(array.shape()) + " but its sample " + sample.dataType()
                    + Arrays.toString(sample.shape()));
        }
        return array;
    }

    private INDArray array(String what) throws IOException {
        DataType type = type(within("the type of " + what, in::readUTF), what);
        int rank = count("the rank of " + what);
        if (rank > MOST_AXES) {
            throw new IOException("the rank of " + what + " of a sampler state is at most " + MOST_AXES + ", not " + rank);
        }
        long[] shape = new long[rank];
        for (int axis = 0; axis < rank; axis++) {
            shape[axis] = within("the shape of " + what, in::readLong);
        }
        double[] values = values(what, type, length(shape, what));
        INDArray array = Kernels.empty(type, shape);
        made.add(array);
        Kernels.fill(array, values);
        return array;
    }

    private static DataType type(String name, String what) throws IOException {
        return switch (name) {
            case "FLOAT" -> DataType.FLOAT;
            case "DOUBLE" -> DataType.DOUBLE;
            case "HALF" -> DataType.FLOAT16;
            case "BFLOAT16" -> DataType.BFLOAT16;
            default -> throw new IOException("the type of " + what + " of a sampler state is FLOAT, DOUBLE, HALF or BFLOAT16, not '" + name + "'");
        };
    }

    private static int length(long[] shape, String what) throws IOException {
        long length = 1;
        for (long size : shape) {
            if (size < 1 || length > Integer.MAX_VALUE / size) {
                throw new IOException("the shape " + Arrays.toString(shape) + " of " + what + " of a sampler state is none: sizes are at least 1, with at most " + Integer.MAX_VALUE
                        + " values in all");
            }
            length *= size;
        }
        return (int) length;
    }

    /** Values as they come: memory grows with what has been read. */
    private double[] values(String what, DataType type, int length) throws IOException {
        int width = type == DataType.DOUBLE ? Double.BYTES : Float.BYTES;
        double[] values = new double[Math.min(length, CHUNK)];
        byte[] chunk = new byte[Math.min(length, CHUNK) * width];
        int done = 0;
        while (done < length) {
            int count = Math.min(length - done, CHUNK);
            if (in.readNBytes(chunk, 0, count * width) < count * width) {
                throw new IOException("the sampler state ends within the " + length + " values of " + what);
            }
            if (values.length < done + count) {
                values = Arrays.copyOf(values, (int) Math.min(length, 2L * values.length));
            }
            ByteBuffer bytes = ByteBuffer.wrap(chunk);
            for (int i = 0; i < count; i++) {
                values[done + i] = type == DataType.DOUBLE ? bytes.getDouble() : bytes.getFloat();
            }
            done += count;
        }
        return values;
    }
}
