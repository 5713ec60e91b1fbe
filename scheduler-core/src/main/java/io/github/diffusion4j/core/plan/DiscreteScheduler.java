package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.kernel.Nd4jArrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A scheduler over a table of betas; it exposes the tables as doubles and as arrays. */
public interface DiscreteScheduler extends Scheduler {

    @Override
    DiscreteSchedule schedule();

    /**
     * The forward variances.
     *
     * @return a copy of the table
     */
    default double[] betas() {
        return schedule().betas();
    }

    /**
     * {@code 1 - beta}.
     *
     * @return a fresh table
     */
    default double[] alphas() {
        return schedule().alphas();
    }

    /**
     * The signal power kept since the clean data.
     *
     * @return a copy of the table
     */
    default double[] alphasCumprod() {
        return schedule().alphasCumprod();
    }

    /**
     * The forward variances as an array.
     *
     * @param type the data type
     * @return a vector of T values
     */
    default INDArray betas(DataType type) {
        return Nd4jArrays.ND4J.vector(Nd4jArrays.elementType(type), betas());
    }

    /**
     * {@code 1 - beta} as an array.
     *
     * @param type the data type
     * @return a vector of T values
     */
    default INDArray alphas(DataType type) {
        return Nd4jArrays.ND4J.vector(Nd4jArrays.elementType(type), alphas());
    }

    /**
     * The signal power kept since the clean data, as an array.
     *
     * @param type the data type
     * @return a vector of T values
     */
    default INDArray alphasCumprod(DataType type) {
        return Nd4jArrays.ND4J.vector(Nd4jArrays.elementType(type), alphasCumprod());
    }
}
