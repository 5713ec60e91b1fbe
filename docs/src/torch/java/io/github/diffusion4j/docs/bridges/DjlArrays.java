package io.github.diffusion4j.docs.bridges;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.Weighted;
import io.github.diffusion4j.samplers.Sampling;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.BinaryOperator;

/**
 * DJL's arrays on any device: a run is PyTorch's own operations, and between device and host go noise, corrections that see all values, and norms. New arrays belong to the manager and are
 * freed when the run closes them, at the latest with the manager. Written for PyTorch.
 *
 * @param manager what owns new arrays and says on which device they lie
 */
record DjlArrays(NDManager manager) implements Arrays<NDArray> {

    /**
     * A network as a model. What a call makes is freed when it returns; its output lives until the next call, at the latest as long as the manager. One run at a time.
     *
     * @param network a function of sample and timesteps
     * @return the model
     */
    Sampling.Model<NDArray> model(BinaryOperator<NDArray> network) {
        NDArray[] last = new NDArray[1];
        return input -> {
            if (last[0] != null) {
                last[0].close();
            }
            try (NDScope call = new NDScope()) {
                call.suppressNotUsedWarning();
                last[0] = kept(network.apply(input.sample(), input.timesteps()).stopGradient());
                return last[0];
            }
        };
    }

    /** An array that outlives the scope it was made in. */
    private NDArray kept(NDArray array) {
        NDScope.unregister(array);
        array.attach(manager);
        return array;
    }

    @Override
    public ElementType type(NDArray array) {
        checkOpen(array);
        return switch (array.getDataType()) {
            case FLOAT32 -> ElementType.FLOAT;
            case FLOAT64 -> ElementType.DOUBLE;
            case FLOAT16 -> ElementType.HALF;
            case INT64 -> ElementType.INT64;
            default -> throw ElementType.unsupported(array.getDataType());
        };
    }

    /** DJL 0.35.1 has a BFLOAT16, but its PyTorch engine ends the process when it is asked for one. */
    private static DataType dataType(ElementType type) {
        return switch (type) {
            case FLOAT -> DataType.FLOAT32;
            case DOUBLE -> DataType.FLOAT64;
            case HALF -> DataType.FLOAT16;
            case BFLOAT16 -> throw new IllegalArgumentException("DJL's PyTorch engine has no BFLOAT16; use FLOAT or HALF");
            case INT64 -> DataType.INT64;
        };
    }

    @Override
    public long[] shape(NDArray array) {
        checkOpen(array);
        return array.getShape().getShape();
    }

    @Override
    public boolean isClosed(NDArray array) {
        return array.isReleased();
    }

    @Override
    public NDArray make(ElementType type, long... shape) {
        return manager.create(new Shape(shape), dataType(type));
    }

    @Override
    public void close(NDArray array) {
        array.close();
    }

    /** A view. It keeps the memory of the whole array until it is released, even if that is closed. */
    @Override
    public NDArray part(NDArray array, int axis, long from, long to) {
        try (NDScope temporaries = new NDScope()) {
            temporaries.suppressNotUsedWarning();
            return kept(array.get(new NDIndex().addAllDim(axis).addSliceDim(from, to)));
        }
    }

    @Override
    public void release(NDArray part) {
        part.close();
    }

    /** Never: the values may lie on another device. */
    @Override
    public HostArray memory(NDArray array) {
        checkOpen(array);
        return null;
    }

    private static void checkOpen(NDArray array) {
        if (array.isReleased()) {
            throw new IllegalArgumentException("an NDArray was closed; its values are gone");
        }
    }

    /** PyTorch hands out the memory of a dense array on the CPU; other arrays are copied once more. */
    @Override
    public void fetch(NDArray from, HostArray to) {
        checkOpen(from);
        try (NDScope temporaries = new NDScope()) {
            temporaries.suppressNotUsedWarning();
            NDArray host = from.toDevice(Device.cpu(), false);
            to.assign(over(host.toByteBuffer(true), to.type(), to.shape()));
            if (host.getManager() != from.getManager()) {
                host.getManager().close(); // DJL makes a manager for every copy to another device
            }
        }
    }

    @Override
    public void store(HostArray from, NDArray to) {
        ByteBuffer bytes = manager.allocateDirect(Math.multiplyExact(from.length(), from.type().width()));
        over(bytes, from.type(), from.shape()).assign(from);
        try (NDArray values = manager.create(bytes, new Shape(from.shape()), dataType(from.type()))) {
            assign(values, to);
        }
    }

    private static HostArray over(ByteBuffer memory, ElementType type, long... shape) {
        ByteBuffer bytes = memory.order(ByteOrder.nativeOrder());
        return switch (type) {
            case FLOAT -> HostArray.of(bytes.asFloatBuffer(), shape);
            case DOUBLE -> HostArray.of(bytes.asDoubleBuffer(), shape);
            case HALF, BFLOAT16 -> HostArray.of(type, bytes.asShortBuffer(), shape);
            case INT64 -> HostArray.of(bytes.asLongBuffer(), shape);
        };
    }

    /** On the device: {@code NDArray.copyTo} goes through the host. */
    @Override
    public void assign(NDArray from, NDArray to) {
        checkOpen(from);
        checkOpen(to);
        try (NDScope temporaries = new NDScope()) {
            temporaries.suppressNotUsedWarning();
            to.set(new NDIndex("..."), from);
        }
    }

    /** One rounding for each operation, and one array beside the sum. PyTorch computes in the wider type of the two, which is that of the weights or DOUBLE. */
    @Override
    public NDArray combine(Weighted<NDArray> combination, long... shape) {
        try (NDScope temporaries = new NDScope()) {
            temporaries.suppressNotUsedWarning();
            NDArray sum = null;
            for (int k = 0; k < combination.terms().size(); k++) {
                double[] weights = combination.column(k);
                if (java.util.Arrays.stream(weights).anyMatch(w -> w != 0)) {
                    sum = plus(sum, product(combination, k, weights, shape), shape);
                }
            }
            sum = sum == null ? manager.zeros(new Shape(shape), dataType(combination.type())) : sum;
            if (combination.limit() != Double.POSITIVE_INFINITY) {
                sum = sum.clip(-combination.limit(), combination.limit());
            }
            return kept(sum.toType(dataType(combination.type()), false));
        }
    }

    private NDArray product(Weighted<NDArray> combination, int term, double[] weights, long... shape) {
        NDArray array = combination.terms().get(term);
        checkOpen(array);
        long[] column = new long[array.getShape().dimension()];
        java.util.Arrays.fill(column, 1);
        try (NDArray factors = vector(combination.type(), weights)) {
            return factors.reshape(new Shape(weights.length == 1 ? column : combination.rows().column(shape))).mul(array);
        }
    }

    private NDArray plus(NDArray sum, NDArray product, long... shape) {
        if (sum != null) {
            sum.addi(product);
            product.close();
            return sum;
        }
        if (java.util.Arrays.equals(shape(product), shape)) {
            return product;
        }
        return manager.zeros(new Shape(shape), product.getDataType()).addi(product);
    }
}
