package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.kernel.Arrays;
import java.util.List;

/** What one branch of the network is to see. */
record BranchInput<A>(ModelInput<A> all, Branch branch) implements ModelInput<A> {

    @Override
    public Arrays<A> arrays() {
        return all.arrays();
    }

    @Override
    public A sample() {
        return all.sample();
    }

    @Override
    public double timestep() {
        return all.timestep();
    }

    @Override
    public NoiseLevel level() {
        return all.level();
    }

    @Override
    public List<Branch> branches() {
        return List.of(branch);
    }
}
