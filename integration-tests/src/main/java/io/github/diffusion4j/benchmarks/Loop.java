package io.github.diffusion4j.benchmarks;

import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.core.plan.Session;

/**
 * One step after another of a run, which begins anew when it is done: what {@link io.github.diffusion4j.samplers.Sampling#run} does without the network.
 *
 * @param <A> the array of the library
 */
final class Loop<A> implements AutoCloseable {

    private final Runs<A> plan;
    private final A noise;
    private final A output;
    private final NoiseSource source;
    private Session<A> session;

    Loop(Runs<A> plan, A noise, A output, NoiseSource source) {
        this.plan = plan;
        this.noise = noise;
        this.output = output;
        this.source = source;
        this.session = plan.session(noise, source);
    }

    A step() {
        if (session.done()) {
            session.close();
            session = plan.session(noise, source);
        }
        session.step(output);
        return session.sample();
    }

    @Override
    public void close() {
        session.close();
    }
}
