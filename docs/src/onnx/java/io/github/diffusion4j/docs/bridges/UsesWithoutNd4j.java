package io.github.diffusion4j.docs.bridges;

import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.kernel.Rows;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.noise.RecordedNoise;
import io.github.diffusion4j.core.noise.TorchNoise;
import io.github.diffusion4j.core.plan.Inpainting;
import io.github.diffusion4j.core.plan.Mask;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.core.plan.Session;
import io.github.diffusion4j.core.training.DrawnLevels;
import io.github.diffusion4j.core.training.LossWeight;
import io.github.diffusion4j.core.training.NoisedBatch;
import io.github.diffusion4j.samplers.Sampling;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.diffusers.DiffusersScheduler;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;

/** What a program does with the library that holds its arrays in Java's own memory. */
public final class UsesWithoutNd4j {

    private UsesWithoutNd4j() {}

    /**
     * The program; it fails where a class of ND4J is asked for.
     *
     * @param arguments none
     * @throws IOException if a state cannot be written
     * @throws ClassNotFoundException if what was written cannot be read
     */
    public static void main(String[] arguments) throws IOException, ClassNotFoundException {
        DiffusersConfig config = DiffusersConfig.of("EulerAncestralDiscreteScheduler");
        DiffusersScheduler scheduler = config.scheduler();
        Plan plan = scheduler.plan(8);
        check(plan.describe().toString().contains("Ancestral") && plan.fingerprint().length() > 8);
        HostArray noise = HostArray.of(new float[2 * 3 * 4], 2, 3, 4);
        CounterNoise.of(1).fill(NoiseRequest.start(), noise);
        HostArray expected = Sampling.run(plan.on(HostArrays.HEAP), in -> in.sample(), noise, CounterNoise.of(2), Sampling.Listener.none());
        check(same(expected, pure(copy(plan).on(HostArrays.HEAP), noise)));
        HostArray noised = scheduler.on(HostArrays.HEAP, Rows.of(0, 1)).addNoise(noise, noise, 1, 2, 3, 4, 5, 6);
        NoisedBatch<HostArray> batch = NoisedBatch.of(copy(scheduler).on(HostArrays.HEAP), noised, noise, DrawnLevels.at(scheduler, 417, 83), LossWeight.minSnr(5));
        check(batch.target().rank() == 3 && copy(config).equals(config));
        try (Session<HostArray> session = plan.on(HostArrays.DIRECT).session(noise, RecordedNoise.ofSteps(HostArrays.HEAP, List.of(noise)))) {
            session.keeping(new Inpainting<>(noise, Mask.of(new double[] {1, 0, 0, 0.5}, 4)), TorchNoise.of(3)).step(noise);
            check(session.evaluation() == 1 && copy(session.state()).index() == 1);
        }
        System.out.println("all of it");
    }

    private static HostArray pure(Runs<HostArray> runs, HostArray noise) throws IOException {
        NoiseSource source = CounterNoise.of(2);
        SamplerState<HostArray> state = runs.start(noise, source);
        for (int i = 0; i < runs.plan().evaluations(); i++) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            runs.step(i, runs.input(i, state).sample(), state, source).write(bytes);
            state = SamplerState.read(HostArrays.DIRECT, new ByteArrayInputStream(bytes.toByteArray()));
        }
        check(state.sample().type() == ElementType.FLOAT);
        return state.sample();
    }

    private static boolean same(HostArray one, HostArray other) {
        return java.util.Arrays.equals(one.values(), other.values());
    }

    @SuppressWarnings("unchecked")
    private static <T> T copy(T value) throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (T) in.readObject();
        }
    }

    private static void check(boolean holds) {
        if (!holds) {
            throw new IllegalStateException("a result is wrong");
        }
    }
}
