package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.kernel.Kernels;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * All memory of a run as plain data: keep it, fork it, write it out, continue from it on another machine.
 *
 * <p>The arrays belong to the caller once handed out; the library never touches them again.
 *
 * @param index the next network evaluation, from 0; the number of evaluations when the run is complete
 * @param sample the current sample
 * @param anchor the sample a multi-evaluation step starts from; the sample itself where the solver needs none
 * @param predictions remembered predictions, newest first
 */
public record SamplerState(int index, INDArray sample, INDArray anchor, List<INDArray> predictions) implements Serializable {

    private static final String FORMAT = "diffusion4j state 1";

    /** Copies the list. */
    public SamplerState {
        predictions = List.copyOf(predictions);
    }

    /**
     * The same state with arrays of its own; what is one array here is one array there.
     *
     * @return the copy
     */
    public SamplerState copy() {
        INDArray newSample = Kernels.copy(sample);
        INDArray newAnchor = anchor == sample ? newSample : Kernels.copy(anchor);
        return new SamplerState(index, newSample, newAnchor,
                predictions.stream().map(p -> p == sample ? newSample : p == anchor ? newAnchor : Kernels.copy(p)).toList());
    }

    /**
     * Writes the state in a form that any version and any language can read: big-endian as in {@link java.io.DataOutput}, the text {@code diffusion4j state 1}, the index, then
     * sample, whether the anchor is another array and if so the anchor, the number of predictions and the predictions. An array is its data type as text, its rank, its
     * shape as 64-bit numbers, and its values in C order: as double for DOUBLE, as float for all other types.
     *
     * @param stream where to write; it is not closed
     * @throws IOException if that fails
     */
    public void write(OutputStream stream) throws IOException {
        DataOutputStream out = new DataOutputStream(stream);
        out.writeUTF(FORMAT);
        out.writeInt(index);
        write(out, sample);
        out.writeBoolean(anchor != sample);
        if (anchor != sample) {
            write(out, anchor);
        }
        out.writeInt(predictions.size());
        for (INDArray prediction : predictions) {
            write(out, prediction);
        }
        out.flush();
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @param stream where to read; it is not closed
     * @return the state
     * @throws IOException if the stream ends early or holds something else
     */
    public static SamplerState read(InputStream stream) throws IOException {
        DataInputStream in = new DataInputStream(stream);
        String format = in.readUTF();
        if (!format.equals(FORMAT)) {
            throw new IOException("this is not a sampler state of this version: it begins with '" + format + "', not '" + FORMAT + "'");
        }
        int index = in.readInt();
        INDArray sample = readArray(in);
        INDArray anchor = in.readBoolean() ? readArray(in) : sample;
        List<INDArray> predictions = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            predictions.add(readArray(in));
        }
        return new SamplerState(index, sample, anchor, predictions);
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

    private static INDArray readArray(DataInputStream in) throws IOException {
        DataType type = DataType.valueOf(in.readUTF());
        long[] shape = new long[in.readInt()];
        for (int axis = 0; axis < shape.length; axis++) {
            shape[axis] = in.readLong();
        }
        INDArray array = Kernels.empty(type, shape);
        double[] values = new double[(int) array.length()];
        for (int i = 0; i < values.length; i++) {
            values[i] = type == DataType.DOUBLE ? in.readDouble() : in.readFloat();
        }
        Kernels.fill(array, values);
        return array;
    }
}
