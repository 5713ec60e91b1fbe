package io.github.diffusion4j.docs.bridges;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Writes the few parts of an ONNX file (protocol buffers, onnx.proto) that a network of dense layers needs, and gives another file's network other inputs and outputs. */
final class OnnxFile {

    static final int FLOAT = 1;
    static final int INT32 = 6;
    static final int INT64 = 7;
    static final int FLOAT16 = 10;
    static final int DOUBLE = 11;

    private static final int NODE = 1;
    private static final int WEIGHTS = 5;
    private static final int GRAPH = 7;

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

        /** The fields of a message that are bytes. */
        static void read(byte[] message, BiConsumer<Integer, byte[]> each) {
            ByteBuffer rest = ByteBuffer.wrap(message);
            while (rest.hasRemaining()) {
                long key = varint(rest);
                long number = varint(rest);
                if ((key & 7) == 2) {
                    byte[] value = new byte[(int) number];
                    rest.get(value);
                    each.accept((int) (key >>> 3), value);
                }
            }
        }

        private static long varint(ByteBuffer bytes) {
            byte last = bytes.get();
            return last < 0 ? last & 0x7f | varint(bytes) << 7 : last;
        }
    }

    private final Message graph = new Message().text(2, "network");

    /** The nodes and weights of a file, to be given inputs and outputs. */
    static OnnxFile inside(byte[] file) {
        OnnxFile inside = new OnnxFile();
        Message.read(file, (field, value) -> {
            if (field == GRAPH) {
                Message.read(value, (part, bytes) -> {
                    if (part == NODE || part == WEIGHTS) {
                        inside.graph.bytes(part, bytes);
                    }
                });
            }
        });
        return inside;
    }

    OnnxFile node(String operation, String output, String... inputs) {
        graph.message(NODE, nodeOf(operation, output, inputs));
        return this;
    }

    /** A node with an attribute {@code axis}. */
    OnnxFile nodeAlong(int axis, String operation, String output, String... inputs) {
        return node("axis", axis, operation, output, inputs);
    }

    private OnnxFile node(String attribute, int value, String operation, String output, String... inputs) {
        graph.message(NODE, nodeOf(operation, output, inputs).message(5, new Message().text(1, attribute).number(3, value).number(20, 2)));
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
        graph.message(WEIGHTS, tensor.number(2, type).text(8, name).bytes(9, raw));
        return this;
    }

    /** An input of float32 numbers; sizes below 0 are free. */
    OnnxFile input(String name, long... shape) {
        return input(FLOAT, name, shape);
    }

    /** An input of numbers of a type. */
    OnnxFile input(int type, String name, long... shape) {
        graph.message(11, value(type, name, shape));
        return this;
    }

    /** An input of numbers of a type, which the network takes as floats of another name. */
    OnnxFile cast(int type, String name, String floats, long... shape) {
        return input(type, name, shape).node("to", FLOAT, "Cast", floats, name);
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
        return new Message().number(1, 8).message(GRAPH, graph).message(8, new Message().number(2, 17)).bytes.toByteArray();
    }
}
