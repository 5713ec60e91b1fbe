package io.github.diffusion4j.benchmarks;

import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Session;
import org.nd4j.linalg.api.ndarray.INDArray;

/** One step after another of a run, which begins anew when it is done: what {@link io.github.diffusion4j.samplers.Sampling#run} does without the network. */
final class Loop implements AutoCloseable {

    private final Plan plan;
    private final INDArray noise;
    private final INDArray output;
    private final NoiseSource source;
    private Session<INDArray> session;

    Loop(Plan plan, INDArray noise, INDArray output, NoiseSource source) {
        this.plan = plan;
        this.noise = noise;
        this.output = output;
        this.source = source;
        this.session = plan.session(noise, source);
    }

    INDArray step() {
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
