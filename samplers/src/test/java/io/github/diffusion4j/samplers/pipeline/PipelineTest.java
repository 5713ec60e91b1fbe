package io.github.diffusion4j.samplers.pipeline;

import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.plan.Mask;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Session;
import io.github.diffusion4j.samplers.ComposedScheduler;
import io.github.diffusion4j.samplers.SamplingBatch;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.guidance.ChangeRate;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PipelineTest {

    private static final Pipeline<HostArray, Double> DRAW = Pipeline.<HostArray, Double>of(HostArrays.HEAP, DiffusersConfig.of("DDIMScheduler"), 3, 4, 4).steps(6).condition(0.5)
            .condition(Branch.UNCONDITIONAL, 0.0).guidance(3).seed(5);

    /** Each sample by itself, as networks compute it. */
    private static void network(NetworkCall<HostArray, Double> call) {
        double[] x = call.x().values();
        double[] out = new double[x.length];
        int length = x.length / call.times().length;
        for (int i = 0; i < x.length; i++) {
            int sample = i / length;
            out[i] = Math.tanh(0.8 * x[i] + call.conditions().get(sample)) + 0.1 * Math.sin(0.01 * call.times()[sample]);
        }
        call.out().fill(out);
    }

    @Test
    void a_picture_is_the_run_of_its_plan() {
        HostArray picture = DRAW.pictures(3).run(PipelineTest::network).get(2);
        Plan plan = DRAW.plan();
        HostArray noise = plan.on(HostArrays.HEAP).noise(CounterNoise.of(5).forSamples(2), ElementType.FLOAT, 1, 3, 4, 4);
        try (Session<HostArray> session = plan.on(HostArrays.HEAP).session(noise, CounterNoise.of(5).forSamples(2))) {
            while (!session.done()) {
                List<HostArray> outputs = new ArrayList<>();
                for (Branch branch : session.needs()) {
                    HostArray out = HostArrays.HEAP.make(noise.type(), 1, 3, 4, 4);
                    double condition = branch.equals(Branch.CONDITIONAL) ? 0.5 : 0.0;
                    network(new NetworkCall<>(session.input().sample(), new double[] {session.input().timestep()}, List.of(branch), List.of(condition), out));
                    outputs.add(out);
                }
                session.step(outputs);
            }
            assertArrayEquals(session.result().values(), picture.values());
        }
    }

    @Test
    void pictures_do_not_know_each_other() {
        HostArray alone = DRAW.run(PipelineTest::network).get(0);
        List<Pipeline<HostArray, Double>> three = List.of(DRAW, DRAW.condition(-0.4).steps(9).pictures(2), DRAW.scheduler("DPM++ 2M Karras").guidance(1));
        List<List<HostArray>> together = Pipeline.together(three, PipelineTest::network, progress -> { });
        assertEquals(List.of(1, 2, 1), together.stream().map(List::size).toList());
        assertEquals(alone, together.get(0).get(0));
        assertEquals(three.get(1).run(PipelineTest::network), together.get(1));
        assertNotEquals(together.get(1).get(0), together.get(1).get(1));
    }

    @Test
    void pictures_are_admitted_to_a_batch_of_others() {
        Pipeline<HostArray, Double> two = DRAW.pictures(2);
        try (SamplingBatch<HostArray> batch = SamplingBatch.of(HostArrays.HEAP, ElementType.FLOAT, 1, 3, 4, 4)) {
            List<SamplingBatch.Row> rows = two.admit(batch);
            while (batch.size() > 0) {
                HostArray x = batch.inputs();
                HostArray out = HostArrays.HEAP.make(x.type(), x.shape());
                List<Branch> branches = batch.slots().stream().map(SamplingBatch.Slot::branch).toList();
                network(new NetworkCall<>(x, batch.timesteps(), branches, branches.stream().map(branch -> two.conditionOf(branch).orElseThrow()).toList(), out));
                batch.step(out);
            }
            assertEquals(two.run(PipelineTest::network), rows.stream().map(batch::take).toList());
        }
    }

    @Test
    void every_door_of_names_is_open() {
        for (String name : List.of("UniPCMultistepScheduler", "DPM++ 2M Karras", "Euler a", "dpmpp_2m karras", "dpmpp_2m_sde exponential")) {
            assertTrue(DRAW.scheduler(name).run(PipelineTest::network).get(0).values().length > 0, name);
        }
        String message = assertThrows(IllegalArgumentException.class, () -> DRAW.scheduler("nonsense")).getMessage();
        assertTrue(message.contains("known are"), message);
        assertEquals(DRAW.run(PipelineTest::network), DRAW.scheduler(DiffusersConfig.of("DDIMScheduler").scheduler()).run(PipelineTest::network));
    }

    @Test
    void a_picture_is_started_from_and_a_region_kept() {
        HostArray picture = HostArray.of(IntStream.range(0, 48).mapToDouble(i -> Math.sin(i)).toArray(), 1, 3, 4, 4);
        HostArray given = HostArrays.HEAP.make(ElementType.FLOAT, 1, 3, 4, 4);
        given.assign(picture);
        Pipeline<HostArray, Double> late = DRAW.from(given, 0.5);
        assertEquals(3, late.plan().steps());
        List<HostArray> two = late.pictures(2).run(PipelineTest::network);
        assertNotEquals(two.get(0), two.get(1));
        double[] kept = DRAW.keeping(given, Mask.of(IntStream.range(0, 16).mapToDouble(i -> i < 8 ? 1 : 0).toArray(), 4, 4)).run(PipelineTest::network).get(0).values();
        for (int i = 0; i < 48; i++) {
            if (i % 16 < 8) {
                assertEquals(given.values()[i], kept[i], 1e-6);
            }
        }
    }

    @Test
    void progress_shows_and_cancels() {
        List<Integer> seen = new ArrayList<>();
        DRAW.pictures(2).run(PipelineTest::network, progress -> {
            seen.add(progress.done());
            assertEquals(12, progress.all());
            assertEquals(48, progress.estimate(0, 1).values().length);
        });
        assertEquals(List.of(2, 4, 6, 8, 10, 12), seen);
        assertThrows(CancellationException.class, () -> DRAW.run(PipelineTest::network, PipelineProgress::cancel));
    }

    @Test
    void what_does_not_fit_is_refused() {
        String message = assertThrows(IllegalArgumentException.class, () -> Pipeline.<HostArray, Double>of(HostArrays.HEAP, DiffusersConfig.of("DDIMScheduler"), 3, 4, 4).condition(1.0).guidance(2)
                .run(PipelineTest::network)).getMessage();
        assertTrue(message.contains("'unconditional', which has no condition"), message);
        assertThrows(IllegalArgumentException.class, () -> DRAW.pictures(0));
        assertThrows(IllegalArgumentException.class, () -> DRAW.steps(0).plan());
        assertThrows(IllegalArgumentException.class, () -> DRAW.from(HostArray.of(new float[12], 1, 3, 2, 2), 0.5).run(PipelineTest::network));
        RuntimeException own = new IllegalStateException("out of memory");
        assertEquals(own, assertThrows(IllegalStateException.class, () -> DRAW.run(call -> {
            throw own;
        })));
    }

    @Test
    void evaluations_may_be_left_out() {
        List<Integer> calls = new ArrayList<>();
        Pipeline<HostArray, Double> skipping = DRAW.scheduler(ComposedScheduler.of(DiffusersConfig.of("DDIMScheduler").scheduler().schedule(),
                new FirstOrder(new Ancestral(0), true))).steps(20).skipping(ChangeRate.easyCache(0.5, 3));
        skipping.run(call -> {
            calls.add(call.times().length);
            network(call);
        });
        assertTrue(calls.size() < 20, calls.toString());
    }
}
