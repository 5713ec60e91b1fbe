package io.github.diffusion4j.golden;

import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Recorded draws in the order in which a run asks for them; the same request gets the same draw again. */
final class InOrder implements NoiseSource {

    private static final long serialVersionUID = 1;

    private final transient List<HostArray> draws;
    private final Map<NoiseRequest, Integer> taken = new HashMap<>();

    InOrder(List<HostArray> draws) {
        this.draws = draws;
    }

    @Override
    public void fill(NoiseRequest request, HostArray out) {
        int index = taken.computeIfAbsent(request, key -> taken.size());
        if (index >= draws.size()) {
            throw new IllegalStateException("the run asks for more than the " + draws.size() + " recorded draws: " + request);
        }
        out.assign(draws.get(index));
    }
}
