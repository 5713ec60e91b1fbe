package io.github.diffusion4j.core.guidance;

import io.github.diffusion4j.core.kernel.HostArray;
import java.util.List;

/** A rule that no weights can say: it computes the guided output value by value, in an array of its own. */
@FunctionalInterface
public interface ArrayRule {

    /**
     * Computes the guided output. Samples, along the first axis, must not know each other.
     *
     * @param terms sample, branches and held arrays in their order, in their own shape; not to be changed
     * @param out where the guided output goes, of the same shape
     */
    void apply(List<HostArray> terms, HostArray out);
}
