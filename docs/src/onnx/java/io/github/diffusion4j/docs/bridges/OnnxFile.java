package io.github.diffusion4j.docs.bridges;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Writes the few parts of an ONNX file (protocol buffers, onnx.proto) that a network of dense layers needs. */
final class OnnxFile {

    private static final int FLOAT = 1;
    private static final int INT64 = 7;
    private static final int FLOAT16 = 10;

    /** One message of protocol buffers: fields are numbers or bytes. */
    private static final class Message {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        private void varint(long value) {
            long rest = value;
            for (; (rest & ~0x7fL) != 0; rest >>>= 7) {
                bytes.write((int) (rest & 0x7f | 0x80));
            }
            bytes.write((int) rest);
        }

        Message number(int field, long value) {
            varint((long) field << 3);
            varint(value);
            return this;
        }

        Message bytes(int field, byte[] value) {
            varint((long) field << 3 | 2);
            varint(value.length);
            bytes.writeBytes(value);
            return this;
        }

        Message text(int field, String value) {
            return bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, Message value) {
            return bytes(field, value.bytes.toByteArray());
        }
    }

    private final Message graph = new Message().text(2, "network");

    OnnxFile node(String operation, String output, String... inputs) {
        graph.message(1, nodeOf(operation, output, inputs));
        return this;
    }

    /** A node with an attribute {@code axis}. */
    OnnxFile nodeAlong(int axis, String operation, String output, String... inputs) {
        return node("axis", axis, operation, output, inputs);
    }

    private OnnxFile node(String attribute, int value, String operation, String output, String... inputs) {
        graph.message(1, nodeOf(operation, output, inputs).message(5, new Message().text(1, attribute).number(3, value).number(20, 2)));
        return this;
    }

    private static Message nodeOf(String operation, String output, String... inputs) {
        Message node = new Message();
        for (String input : inputs) {
            node.text(1, input);
        }
        return node.text(2, output).text(4, operation);
    }

    OnnxFile weights(String name, INDArray values) {
        float[] numbers = values.dup('c').data().asFloat();
        ByteBuffer raw = ByteBuffer.allocate(Float.BYTES * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(numbers);
        return tensor(name, FLOAT, raw.array(), values.shape());
    }

    OnnxFile integers(String name, long... values) {
        ByteBuffer raw = ByteBuffer.allocate(Long.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asLongBuffer().put(values);
        return tensor(name, INT64, raw.array(), values.length);
    }

    private OnnxFile tensor(String name, int type, byte[] raw, long... shape) {
        Message tensor = new Message();
        for (long size : shape) {
            tensor.number(1, size);
        }
        graph.message(5, tensor.number(2, type).text(8, name).bytes(9, raw));
        return this;
    }

    /** An input of float32 numbers; sizes below 0 are free. */
    OnnxFile input(String name, long... shape) {
        graph.message(11, value(FLOAT, name, shape));
        return this;
    }

    /** An input of whole numbers, which the network takes as floats of another name. */
    OnnxFile whole(String name, String floats, long... shape) {
        graph.message(11, value(INT64, name, shape));
        return node("to", FLOAT, "Cast", floats, name);
    }

    /** An input of half precision, which the network takes as floats of another name. */
    OnnxFile half(String name, String floats, long... shape) {
        graph.message(11, value(FLOAT16, name, shape));
        return node("to", FLOAT, "Cast", floats, name);
    }

    /** An output of half precision, made of floats of another name. */
    OnnxFile halfOutput(String name, String floats, long... shape) {
        graph.message(12, value(FLOAT16, name, shape));
        return node("to", FLOAT16, "Cast", name, floats);
    }

    OnnxFile output(String name, long... shape) {
        graph.message(12, value(FLOAT, name, shape));
        return this;
    }

    private static Message value(int type, String name, long... shape) {
        Message sizes = new Message();
        for (long size : shape) {
            sizes.message(1, size < 0 ? new Message().text(2, "n") : new Message().number(1, size));
        }
        return new Message().text(1, name).message(2, new Message().message(1, new Message().number(1, type).message(2, sizes)));
    }

    /** The file: IR version 8, operator set 17. */
    byte[] bytes() {
        return new Message().number(1, 8).message(7, graph).message(8, new Message().number(2, 17)).bytes.toByteArray();
    }
}
