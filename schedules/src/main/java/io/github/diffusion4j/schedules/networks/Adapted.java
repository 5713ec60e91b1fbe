package io.github.diffusion4j.schedules.networks;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;

/** A network of which something is said in another way: all else is as the network itself has it. */
public interface Adapted extends Parameterization {

    /**
     * The network.
     *
     * @return what it outputs, and how it sees samples
     */
    Parameterization network();

    @Override
    default Weights target(NoiseLevel level) {
        return network().target(level);
    }

    @Override
    default Weights data(NoiseLevel level) {
        return network().data(level);
    }

    @Override
    default Weights noise(NoiseLevel level) {
        return network().noise(level);
    }

    @Override
    default Weights boundary(NoiseLevel level) {
        return network().boundary(level);
    }

    @Override
    default double inputScale(NoiseLevel level) {
        return network().inputScale(level);
    }

    @Override
    default double conditioning(NoiseLevel level) {
        return network().conditioning(level);
    }
}
