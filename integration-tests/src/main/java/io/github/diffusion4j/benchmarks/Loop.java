package io.github.diffusion4j.benchmarks;

import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.core.plan.Session;
import java.util.List;

/**
 * One step after another of a run, which begins anew when it is done: what {@link io.github.diffusion4j.samplers.Sampling#run} does without the network.
 *
 * @param <A> the array of the library
 */
final class Loop<A> implements AutoCloseable {

    private final Runs<A> plan;
    private final A noise;
    private final List<A> outputs;
    private final NoiseSource source;
    private Session<A> session;

    Loop(Runs<A> plan, A noise, A output, NoiseSource source) {
        this(plan, noise, List.of(output), source);
    }

    Loop(Runs<A> plan, A noise, List<A> outputs, NoiseSource source) {
        this.plan = plan;
        this.noise = noise;
        this.outputs = outputs;
        this.source = source;
        this.session = plan.session(noise, source);
    }

    A step() {
        if (session.done()) {
            session.close();
            session = plan.session(noise, source);
        }
        session.step(outputs);
        return session.sample();
    }

    @Override
    public void close() {
        session.close();
    }
}
