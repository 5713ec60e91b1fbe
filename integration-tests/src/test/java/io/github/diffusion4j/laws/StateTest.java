package io.github.diffusion4j.laws;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.plan.Inpainting;
import io.github.diffusion4j.core.plan.Mask;
import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.samplers.solvers.SolverCatalog;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** A state is all there is to a run: written out, kept or mixed with others, it goes on bit for bit. */
class StateTest {

    private static final int STEPS = 6;
    private static final CounterNoise NOISE = CounterNoise.of(4);

    static Stream<SolverCatalog.Entry> solvers() {
        return SolverCatalog.all().stream();
    }

    private static Plan plan(SolverCatalog.Entry entry) {
        TimeGrid grid = OrderOfConvergence.grid(STEPS);
        return Trajectory.plan(entry.of(STEPS), grid);
    }

    private static SamplerState<INDArray> start(Plan plan, int seed) {
        return plan.start(CounterNoise.of(seed), ElementType.FLOAT, 2, 3);
    }

    private static SamplerState<INDArray> step(Plan plan, SamplerState<INDArray> state) {
        ModelInput<INDArray> input = plan.input(state.index(), state);
        return plan.step(state.index(), Transforms.tanh(input.sample(), true).mul(0.8), state, NOISE);
    }

    private static float[] finished(Plan plan, SamplerState<INDArray> from) {
        SamplerState<INDArray> state = from;
        while (state.index() < plan.evaluations()) {
            state = step(plan, state);
        }
        return state.sample().data().asFloat();
    }

    private static <T> T serialized(T object) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(object);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            @SuppressWarnings("unchecked")
            T copy = (T) in.readObject();
            return copy;
        }
    }

    private static SamplerState<INDArray> portable(SamplerState<INDArray> state) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        state.write(bytes);
        return SamplerState.read(new ByteArrayInputStream(bytes.toByteArray()));
    }

    @ParameterizedTest
    @MethodSource("solvers")
    void written_out_and_read_back_anywhere_it_goes_on(SolverCatalog.Entry entry) throws Exception {
        Plan plan = plan(entry);
        Plan copy = serialized(plan);
        float[] whole = finished(plan, start(plan, 1));
        SamplerState<INDArray> state = start(plan, 1);
        for (int i = 0; i < plan.evaluations(); i++) {
            assertArrayEquals(whole, finished(copy, serialized(state)), entry + " serialized at " + i);
            assertArrayEquals(whole, finished(plan, portable(state)), entry + " written out at " + i);
            state = step(plan, state);
        }
    }

    /** A mask of zeros changes no bit, whatever the solver keeps beside the sample; a mask of ones ends on the known data at the last level. */
    @ParameterizedTest
    @MethodSource("solvers")
    void a_known_region_is_kept_and_the_rest_left_alone(SolverCatalog.Entry entry) {
        Plan plan = plan(entry);
        INDArray known = NOISE.draw(NoiseRequest.forward(0), DataType.FLOAT, 2, 3);
        SamplerState<INDArray> nothing = start(plan, 1);
        SamplerState<INDArray> all = start(plan, 1);
        Inpainting<INDArray> empty = new Inpainting<>(known, Mask.of(known.mul(0)));
        Inpainting<INDArray> full = new Inpainting<>(known, Mask.of(known.mul(0).add(1)));
        for (int i = 0; i < plan.evaluations(); i++) {
            nothing = empty.keepKnown(plan, i, step(plan, nothing), NOISE);
            all = full.keepKnown(plan, i, step(plan, all), NOISE);
        }
        assertArrayEquals(finished(plan, start(plan, 1)), nothing.sample().data().asFloat(), entry.toString());
        int last = plan.evaluations() - 1;
        INDArray expected = known.mul(plan.levelAfter(last).alpha()).add(NOISE.draw(plan.request(last), DataType.FLOAT, 2, 3).mul(plan.levelAfter(last).sigma()));
        assertArrayEquals(expected.data().asFloat(), all.sample().data().asFloat(), 1e-5f, entry.toString());
    }

    @ParameterizedTest
    @MethodSource("solvers")
    void stepping_twice_gives_the_same_and_changes_nothing(SolverCatalog.Entry entry) {
        Plan plan = plan(entry);
        SamplerState<INDArray> state = start(plan, 1);
        while (state.index() < plan.evaluations()) {
            float[] before = state.sample().dup().data().asFloat();
            SamplerState<INDArray> next = step(plan, state);
            assertArrayEquals(next.sample().data().asFloat(), step(plan, state).sample().data().asFloat());
            assertArrayEquals(before, state.sample().data().asFloat(), "the state that was stepped from");
            state = next;
        }
    }

    @ParameterizedTest
    @MethodSource("solvers")
    void two_interleaved_runs_are_two_runs(SolverCatalog.Entry entry) {
        Plan plan = plan(entry);
        SamplerState<INDArray> a = start(plan, 1);
        SamplerState<INDArray> b = start(plan, 2);
        for (int i = 0; i < plan.evaluations(); i++) {
            a = step(plan, a);
            b = step(plan, b);
        }
        assertArrayEquals(finished(plan, start(plan, 1)), a.sample().data().asFloat());
        assertArrayEquals(finished(plan, start(plan, 2)), b.sample().data().asFloat());
    }

    @ParameterizedTest
    @MethodSource("solvers")
    void an_open_workspace_does_not_matter(SolverCatalog.Entry entry) {
        Plan plan = plan(entry);
        float[] outside = finished(plan, start(plan, 3));
        SamplerState<INDArray> state = start(plan, 3);
        while (state.index() < plan.evaluations()) {
            try (MemoryWorkspace workspace = Nd4j.getWorkspaceManager().getAndActivateWorkspace("law")) {
                state = step(plan, state);
            }
        }
        assertArrayEquals(outside, state.sample().data().asFloat());
    }

    /** A step of no length leaves the sample of an explicit one-evaluation method where it is. */
    @Test
    void a_zero_length_step_changes_nothing() {
        NoiseLevel level = OrderOfConvergence.SCHEDULE.atEdmSigma(2);
        for (SolverCatalog.Entry entry : SolverCatalog.all()) {
            if (entry.toString().equals("DDIM") || entry.toString().equals("DPM-Solver++ multistep order 1")) {
                Plan plan = Trajectory.plan(entry.of(1), new TimeGrid(List.of(level), List.of(level)).withCurve(OrderOfConvergence.SCHEDULE));
                double[] x = {1.3, -0.2};
                assertArrayEquals(x, Trajectory.run(plan, Trajectory.Network.of(new GaussianData(0.7, 0.5)), x, NOISE), 1e-15);
            }
        }
    }

    @Test
    void every_type_survives_and_other_bytes_are_refused() throws IOException {
        for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE, DataType.FLOAT16, DataType.BFLOAT16}) {
            INDArray sample = CounterNoise.of(1).draw(NoiseRequest.start(), type, 2, 3, 4);
            SamplerState<INDArray> state = portable(new SamplerState<>(Nd4jArrays.ND4J, 3, sample, sample, List.of(sample)));
            assertEquals(sample, state.sample());
            assertEquals(type, state.sample().dataType());
            assertTrue(state.anchor() == state.sample() && state.index() == 3 && state.predictions().size() == 1);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new DataOutputStream(bytes).writeUTF("something else");
        assertThrows(IOException.class, () -> SamplerState.read(new ByteArrayInputStream(bytes.toByteArray())));
    }
}
