package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.TimeGrid;
import java.io.Serializable;

/**
 * Which order a multistep solver uses at a step: it rises with the history at the start, and may fall at the end, where few
 * steps make the highest order unstable (Lu et al., arXiv:2211.01095, section 5 and appendix D).
 *
 * @param order the highest order, 1 to 16
 * @param firstAtEnd whether the last step is of order 1; a step to clean data and one of no length always are
 * @param secondBeforeEnd whether the step before the last is of order 2 at most
 */
public record OrderRamp(int order, boolean firstAtEnd, boolean secondBeforeEnd) implements Serializable {

    /** Checks the order. */
    public OrderRamp {
        History.checkOrder("order", order, 1);
    }

    /**
     * The highest order wherever history allows it.
     *
     * @param order the highest order
     * @return the ramp
     */
    public static OrderRamp of(int order) {
        return new OrderRamp(order, false, false);
    }

    /** The order that is wanted, if there is history enough. */
    int at(TimeGrid grid, int step) {
        boolean last = step == grid.steps() - 1;
        if (grid.to(step).sigma() == 0 || grid.still(step) || last && firstAtEnd) {
            return 1;
        }
        return step == grid.steps() - 2 && secondBeforeEnd ? Math.min(2, order) : order;
    }
}
