package io.github.diffusion4j.core.kernel;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** The assignments of a pass by ND4J operations, for backends whose memory Java cannot reach; one rounding per operation. */
final class Operations {

    private Operations() {}

    /** {@code clamp(sum of w_k r_k, limit)}, a new array of the given type. */
    static INDArray combine(DataType type, INDArray[] registers, double[][] weights, double limit, long... shape) {
        INDArray sum = Kernels.empty(type, shape).assign(0);
        for (int k = 0; k < weights[0].length; k++) {
            int register = k;
            double[] column = Arrays.stream(weights).mapToDouble(row -> row[register]).toArray();
            if (Arrays.stream(column).anyMatch(w -> w != 0)) {
                add(sum, registers[k], column);
            }
        }
        if (limit != Double.POSITIVE_INFINITY) {
            Transforms.min(Transforms.max(sum, -limit, false), limit, false);
        }
        return sum;
    }

    private static void add(INDArray sum, INDArray array, double... weights) {
        INDArray cast = array.castTo(sum.dataType());
        INDArray product = Kernels.empty(sum.dataType(), sum.shape());
        if (weights.length > 1) {
            long[] column = new long[sum.rank()];
            Arrays.fill(column, 1);
            column[0] = sum.size(0);
            INDArray factors = Nd4j.createFromArray(weights).castTo(sum.dataType()).reshape('c', column);
            cast.mul(factors, product);
            factors.close();
        } else {
            cast.mul(weights[0], product);
        }
        sum.addi(product);
        product.close();
        if (cast != array) {
            cast.close();
        }
    }
}
