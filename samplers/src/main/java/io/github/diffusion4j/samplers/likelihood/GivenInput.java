package io.github.diffusion4j.samplers.likelihood;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.plan.ModelInput;
import java.util.List;

/**
 * An input outside a run.
 *
 * @param <A> the array of a library
 * @param arrays the library
 * @param sample the sample as the network sees it
 * @param timestep the value to condition on
 * @param level the noise level
 */
record GivenInput<A>(Arrays<A> arrays, A sample, double timestep, NoiseLevel level) implements ModelInput<A> {

    @Override
    public List<Branch> branches() {
        return List.of(Branch.CONDITIONAL);
    }
}
