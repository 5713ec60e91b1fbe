package io.github.diffusion4j.docs.training;

import java.util.function.DoubleConsumer;
import org.nd4j.autodiff.listeners.At;
import org.nd4j.autodiff.listeners.BaseListener;
import org.nd4j.autodiff.listeners.ListenerVariables;
import org.nd4j.autodiff.listeners.Operation;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/** The loss of each iteration. The gradient does not need the value of the loss, so SameDiff leaves it out and reports 0; its summands are computed. */
public final class LossListener extends BaseListener {

    private final String summands;
    private final DoubleConsumer lossOfIteration;

    /**
     * A listener.
     *
     * @param summands the variable whose mean is the loss
     * @param lossOfIteration what is told the loss
     */
    public LossListener(String summands, DoubleConsumer lossOfIteration) {
        this.summands = summands;
        this.lossOfIteration = lossOfIteration;
    }

    @Override
    public ListenerVariables requiredVariables(SameDiff sameDiff) {
        return ListenerVariables.builder().trainingVariables(summands).build();
    }

    @Override
    public void activationAvailable(SameDiff sameDiff, At at, MultiDataSet batch, SameDiffOp op, String variable, INDArray activation) {
        if (variable.equals(summands)) {
            lossOfIteration.accept(activation.meanNumber().doubleValue());
        }
    }

    @Override
    public boolean isActive(Operation operation) {
        return operation == Operation.TRAINING;
    }
}
