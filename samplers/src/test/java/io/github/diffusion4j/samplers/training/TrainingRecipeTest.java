package io.github.diffusion4j.samplers.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.plan.Noising;
import io.github.diffusion4j.core.training.LevelDraw;
import io.github.diffusion4j.core.training.NoiseShape;
import io.github.diffusion4j.core.training.NoisedBatch;
import io.github.diffusion4j.core.training.TrainingRecipe;
import io.github.diffusion4j.core.training.Uniforms;
import io.github.diffusion4j.samplers.ComposedScheduler;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.schedules.Flow;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TrainingRecipeTest {

    private static final ComposedScheduler FLOW = ComposedScheduler.of(new Flow(1), new FirstOrder(new Ancestral(0), true)).withParameterization(Parameterization.epsilon());
    private static final Noising<HostArray> PROCESS = FLOW.on(HostArrays.HEAP);
    private static final TrainingRecipe PLAIN = TrainingRecipe.of(LevelDraw.uniformFlowTime().on(FLOW.schedule()));

    private static HostArray data(int samples) {
        HostArray array = HostArray.of(new double[samples * 32], samples, 2, 4, 4);
        CounterNoise.of(3).fill(NoiseRequest.start(), array);
        return array;
    }

    private static double[] part(HostArray array, int sample) {
        return array.row(sample).values();
    }

    @Test
    void a_batch_is_a_function_of_its_arguments() {
        HostArray data = data(6);
        double[] before = data.values();
        for (TrainingRecipe recipe : List.of(PLAIN, PLAIN.withShape(NoiseShape.pyramid(0.4, 3)).withPerturbation(0.1), PLAIN.withCoupling(OptimalTransport.immiscible()).withUniforms(Uniforms.stratified()))) {
            NoisedBatch<HostArray> batch = recipe.batch(PROCESS, data, 8, 3);
            NoisedBatch<HostArray> again = recipe.batch(PROCESS, data, 8, 3);
            assertArrayEquals(batch.input().values(), again.input().values(), 0);
            assertArrayEquals(batch.target().values(), again.target().values(), 0);
            assertFalse(Arrays.equals(batch.target().values(), recipe.batch(PROCESS, data, 8, 4).target().values()));
            assertFalse(Arrays.equals(batch.target().values(), recipe.batch(PROCESS, data, 9, 3).target().values()));
        }
        assertArrayEquals(before, data.values(), 0);
    }

    /** In every bit. */
    @Test
    void the_noise_of_a_sample_does_not_depend_on_the_others() {
        for (NoiseShape shape : List.of(NoiseShape.white(), NoiseShape.offset(0.1, 0.2), NoiseShape.pyramid(0.4, 3))) {
            TrainingRecipe recipe = PLAIN.withShape(shape).withPerturbation(0.1);
            NoisedBatch<HostArray> many = recipe.batch(PROCESS, data(5), 8, 3);
            NoisedBatch<HostArray> few = recipe.batch(PROCESS, data(2), 8, 3);
            for (int sample = 0; sample < 2; sample++) {
                assertArrayEquals(part(few.input(), sample), part(many.input(), sample), 0, shape.toString());
                assertArrayEquals(part(few.target(), sample), part(many.target(), sample), 0, shape.toString());
            }
        }
    }

    /** With one seed and iteration, row i of group g in G is row g + i G of the batch of all: no two workers train on the same noise. */
    @Test
    void the_batches_of_several_workers_are_one_batch_split_up() {
        int workers = 3;
        HostArray all = data(6);
        for (NoiseShape shape : List.of(NoiseShape.white(), NoiseShape.offset(0.1, 0.2), NoiseShape.pyramid(0.4, 3))) {
            TrainingRecipe recipe = PLAIN.withShape(shape).withPerturbation(0.1).withUniforms(Uniforms.stratified());
            NoisedBatch<HostArray> whole = recipe.batch(PROCESS, all, 8, 3);
            for (int worker = 0; worker < workers; worker++) {
                HostArray own = data(2);
                own.row(0).assign(all.row(worker));
                own.row(1).assign(all.row(workers + worker));
                NoisedBatch<HostArray> part = recipe.withUniforms(Uniforms.stratified().inGroup(worker, workers)).batch(PROCESS, own, 8, 3);
                for (int i = 0; i < 2; i++) {
                    assertArrayEquals(part(whole.input(), worker + i * workers), part(part.input(), i), 0, shape.toString());
                    assertArrayEquals(part(whole.target(), worker + i * workers), part(part.target(), i), 0, shape.toString());
                    assertEquals(whole.timesteps().values()[worker + i * workers], part.timesteps().values()[i], 0);
                }
            }
        }
    }

    /** x = alpha x0 + sigma (eps + g xi), and the target is eps: what is seen beyond the target is g xi, of variance g^2. */
    @Test
    void perturbed_input_is_to_be_seen_through() {
        double g = 0.3;
        HostArray data = data(200);
        NoisedBatch<HostArray> plain = PLAIN.batch(PROCESS, data, 8, 3);
        NoisedBatch<HostArray> perturbed = PLAIN.withPerturbation(g).batch(PROCESS, data, 8, 3);
        assertArrayEquals(plain.target().values(), perturbed.target().values(), 0);
        assertArrayEquals(plain.timesteps().values(), perturbed.timesteps().values(), 0);
        double[] more = IntStream.range(0, data.length()).mapToDouble(i -> (perturbed.input().values()[i] - plain.input().values()[i]) / plain.timesteps().values()[i / 32] / g).limit(3200).toArray();
        // 3,200 normal numbers: the mean square has the deviation sqrt(2 / 3,200) = 2.5 %; six of them.
        assertEquals(1, Arrays.stream(more).map(x -> x * x).average().orElseThrow(), 0.15);
    }

    /** The data of each row stay, so that labels fit; the noises are the same ones in another order. */
    @Test
    void a_coupling_moves_the_noise_alone() {
        HostArray data = data(16);
        NoisedBatch<HostArray> plain = PLAIN.batch(PROCESS, data, 8, 3);
        NoisedBatch<HostArray> coupled = PLAIN.withCoupling(OptimalTransport.ofSquaredDistance()).batch(PROCESS, data, 8, 3);
        double[] times = coupled.timesteps().values();
        assertArrayEquals(plain.timesteps().values(), times, 0);
        List<double[]> noises = IntStream.range(0, 16).mapToObj(i -> part(plain.target(), i)).toList();
        boolean moved = false;
        for (int i = 0; i < 16; i++) {
            double[] own = part(coupled.target(), i);
            double[] clean = part(data, i);
            assertEquals(1, noises.stream().filter(noise -> Arrays.equals(noise, own)).count());
            moved |= !Arrays.equals(own, noises.get(i));
            double t = times[i];
            assertArrayEquals(IntStream.range(0, 32).mapToDouble(k -> (1 - t) * clean[k] + t * own[k]).toArray(), part(coupled.input(), i), 1e-12);
        }
        assertTrue(moved);
        assertThrows(IllegalArgumentException.class, () -> PLAIN.withPerturbation(-1));
    }
}
