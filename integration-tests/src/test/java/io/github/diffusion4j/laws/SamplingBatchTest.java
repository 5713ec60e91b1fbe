package io.github.diffusion4j.laws;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.guidance.Guide;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.kernel.Rows;
import io.github.diffusion4j.core.kernel.Scratch;
import io.github.diffusion4j.core.noise.BlockNoise;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Inpainting;
import io.github.diffusion4j.core.plan.Mask;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.core.plan.Session;
import io.github.diffusion4j.laws.Request.Alone;
import io.github.diffusion4j.samplers.FrameSchedule;
import io.github.diffusion4j.samplers.SamplingBatch;
import io.github.diffusion4j.samplers.SamplingBatch.Row;
import io.github.diffusion4j.samplers.SamplingBatch.Slot;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.solvers.SolverCatalog;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** A row of a batch is the run alone, bit for bit, whoever comes, goes, waits or fails beside it. */
class SamplingBatchTest {

    private static final Arrays<HostArray> HEAP = HostArrays.HEAP;
    private static final ElementType FLOAT = ElementType.FLOAT;
    private static final long[] SLOT = {1, 3, 2, 3};

    /** Where a batch lives. */
    private record Home<A>(String name, Supplier<Arrays<A>> library, ElementType type, int axis, long... slot) {

        SamplingBatch<A> batch(Arrays<A> arrays) {
            return SamplingBatch.along(axis, arrays, type, slot);
        }

        @Override
        public String toString() {
            return name + " " + type + " along " + axis;
        }
    }

    private static final List<Home<?>> HOMES = List.of(new Home<>("heap", () -> HEAP, FLOAT, 0, SLOT), new Home<>("heap", () -> HEAP, ElementType.DOUBLE, 0, SLOT),
            new Home<>("heap", () -> HEAP, ElementType.HALF, 0, SLOT), new Home<>("direct", () -> HostArrays.DIRECT, FLOAT, 2, 2, 3, 1, 2, 3),
            new Home<>("ND4J", () -> Nd4jArrays.ND4J, FLOAT, 0, SLOT), new Home<>("ND4J", () -> Nd4jArrays.ND4J, ElementType.DOUBLE, 2, 1, 3, 1, 2, 3),
            new Home<>("by operations", HiddenArrays::new, FLOAT, 0, SLOT));

    private static final Home<HostArray> HOME = new Home<>("heap", () -> HEAP, FLOAT, 0, SLOT);

    /** Long enough that noise is made block by block and rows are stepped by several threads. */
    private static final Home<HostArray> LONG = new Home<>("heap", () -> HEAP, FLOAT, 0, 1, 4, 96, 100);

    /** What happens between two evaluations. */
    private enum Kind { ADMIT, STEP, STEP_AGAIN, STEP_ON, PAUSE, RESUME, MOVE, TAKE, CANCEL }

    private record Move(Kind kind, int pick) {}

    @Provide
    Arbitrary<List<Move>> moves() {
        return Combinators.combine(Arbitraries.of(Kind.values()), Arbitraries.integers().between(0, 11)).as(Move::new).list().ofMaxSize(60);
    }

    @Provide
    Arbitrary<List<Request>> requests() {
        return Request.any().list().ofMinSize(1).ofMaxSize(7);
    }

    @Provide
    Arbitrary<Home<?>> homes() {
        return Arbitraries.of(HOMES);
    }

    /** Two servers, what they were asked for, and what became of it. */
    private static final class Servers<A> implements AutoCloseable {

        private final Home<A> home;
        private final Arrays<A> arrays;
        private final List<SamplingBatch<A>> batches;
        private final List<Request> requests;
        private final Deque<Integer> queue;
        private final Map<Row, Integer> here = new LinkedHashMap<>();
        private final List<Row> resting = new ArrayList<>();
        private final int[] calls;
        private final Map<Integer, double[]> results = new HashMap<>();
        private final double coupling;
        private int rounds;

        /**
         * Idle servers.
         *
         * @param coupling how much of the mean of all slots the network sees in each; 0 for one that takes each for itself
         */
        Servers(Home<A> home, List<Request> requests, double coupling) {
            this.home = home;
            this.coupling = coupling;
            this.arrays = home.library().get();
            this.batches = List.of(home.batch(arrays), home.batch(arrays));
            this.requests = requests;
            this.queue = new ArrayDeque<>(IntStream.range(0, requests.size()).boxed().toList());
            this.calls = new int[requests.size()];
        }

        private SamplingBatch<A> of(Row row) {
            return batches.stream().filter(batch -> batch.rows().contains(row)).findFirst().orElseThrow();
        }

        void move(Move move) throws IOException {
            SamplingBatch<A> batch = batches.get(move.pick() % 2);
            List<Row> rows = List.copyOf(here.keySet());
            Row row = rows.isEmpty() ? null : rows.get(move.pick() % rows.size());
            switch (move.kind()) {
                case ADMIT -> admit(batch);
                case STEP, STEP_AGAIN, STEP_ON -> step(batch);
                case TAKE -> batch.done().forEach(this::take);
                case RESUME -> resume(row);
                case PAUSE -> pause(row);
                case MOVE -> travel(row);
                default -> cancel(row);
            }
        }

        private void admit(SamplingBatch<A> batch) {
            if (!queue.isEmpty()) {
                int request = queue.pop();
                here.put(requests.get(request).admitTo(batch, arrays, home.type(), home.slot()), request);
            }
        }

        private void step(SamplingBatch<A> batch) throws IOException {
            step(batch, List.of());
        }

        void step(SamplingBatch<A> batch, List<Move> meanwhile) throws IOException {
            if (batch.size() > 0) {
                A outputs = evaluated(batch, arrays, home, rounds++ % 2 == 0, coupling);
                batch.slots().forEach(slot -> calls[here.get(slot.row())]++);
                double[] before = arrays.values(outputs);
                for (Move move : meanwhile) {
                    move(move);
                }
                batch.step(outputs);
                assertArrayEquals(before, arrays.values(outputs), "outputs are read only");
                arrays.close(outputs);
                assertEquals(List.of(), batch.failed());
            }
        }

        private void take(Row row) {
            A result = of(row).take(row);
            results.put(here.remove(row), arrays.values(result));
            arrays.close(result);
            resting.remove(row);
        }

        private void pause(Row row) {
            if (row != null && !resting.contains(row) && !of(row).isDone(row)) {
                of(row).pause(row);
                resting.add(row);
            }
        }

        private void resume(Row row) {
            if (resting.remove(row)) {
                of(row).resume(row);
            }
        }

        /** To the other server, as bytes. */
        private void travel(Row row) throws IOException {
            if (row != null) {
                SamplingBatch<A> from = of(row);
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                try (SamplerState<A> state = from.evict(row)) {
                    state.write(bytes);
                }
                int request = here.remove(row);
                resting.remove(row);
                try (SamplerState<A> state = SamplerState.read(arrays, new ByteArrayInputStream(bytes.toByteArray()))) {
                    here.put(batches.get(1 - batches.indexOf(from)).admit(row.plan(), state, requests.get(request).source()), request);
                }
            }
        }

        private void cancel(Row row) {
            if (row != null) {
                of(row).cancel(row);
                resting.remove(row);
                calls[here.get(row)] = 0;
                queue.add(here.remove(row));
            }
        }

        void finish() throws IOException {
            while (!queue.isEmpty()) {
                admit(batches.get(queue.size() % 2));
            }
            List.copyOf(resting).forEach(this::resume);
            for (SamplingBatch<A> batch : batches) {
                while (batch.size() > 0) {
                    step(batch);
                }
                batch.done().forEach(this::take);
                assertEquals(List.of(), batch.rows());
            }
        }

        void assertAlone(boolean counts) {
            Map<Request, Alone> alone = new HashMap<>();
            for (int k = 0; k < requests.size(); k++) {
                Alone expected = alone.computeIfAbsent(requests.get(k), request -> request.alone(arrays, home.type(), home.slot()));
                assertArrayEquals(expected.result(), results.get(k), "request " + k + ": " + requests.get(k));
                assertEquals(expected.calls(), counts ? calls[k] : expected.calls(), "calls of " + requests.get(k));
            }
        }

        @Override
        public void close() {
            batches.forEach(SamplingBatch::close);
        }
    }

    /** The network for all slots, in any order. */
    private static <A> A evaluated(SamplingBatch<A> batch, Arrays<A> arrays, Home<A> home, boolean forwards, double coupling) {
        A inputs = batch.inputs();
        List<Slot> slots = batch.slots();
        assertEquals(slots.size(), batch.size());
        assertArrayEquals(slots.stream().mapToDouble(Slot::timestep).toArray(), batch.timesteps());
        A outputs = arrays.make(home.type(), arrays.shape(inputs));
        double common = coupling == 0 ? 0 : coupling * DoubleStream.of(arrays.values(inputs)).average().orElseThrow();
        for (int k = 0; k < slots.size(); k++) {
            int at = forwards ? k : slots.size() - 1 - k;
            Slot slot = slots.get(at);
            assertEquals(slot.row().plan().timestep(batch.evaluation(slot.row())), slot.timestep());
            A input = arrays.part(inputs, home.axis(), at, at + 1);
            A output = arrays.part(outputs, home.axis(), at, at + 1);
            Request.network(arrays, input, slot.branch(), slot.timestep() + common, output);
            arrays.release(input);
            arrays.release(output);
        }
        return outputs;
    }

    private static <A> A evaluated(SamplingBatch<A> batch, Arrays<A> arrays, Home<A> home) {
        return evaluated(batch, arrays, home, true, 0);
    }

    private static <A> void assertServed(Home<A> home, List<Request> requests, List<Move> moves, double coupling) throws IOException {
        Servers<A> servers = new Servers<>(home, requests, coupling);
        try (servers) {
            for (Move move : moves) {
                servers.move(move);
            }
            servers.finish();
        }
        if (servers.arrays instanceof HiddenArrays hidden) {
            assertEquals(0, hidden.open(), "arrays that nobody closed");
        }
        servers.assertAlone(true);
    }

    /** Laws 1 to 4, 6 and 8 to 11. */
    @Property(tries = 400, seed = "42")
    void a_row_is_the_run_alone(@ForAll("homes") Home<?> home, @ForAll("requests") List<Request> requests, @ForAll("moves") List<Move> moves) throws IOException {
        assertServed(home, requests, moves, 0);
    }

    @Property(tries = 25, seed = "42")
    void a_long_row_is_the_run_alone(@ForAll("requests") List<Request> requests, @ForAll("moves") List<Move> moves) throws IOException {
        assertServed(LONG, requests, moves, 0);
    }

    /** Who comes waits for the next evaluation; of those who go the answer is dropped. */
    @Property(tries = 200, seed = "42")
    void rows_come_and_go_while_the_network_works(@ForAll("requests") List<Request> requests, @ForAll("moves") List<Move> moves) throws IOException {
        try (Servers<HostArray> servers = new Servers<>(HOME, requests, 0)) {
            for (int k = 0; k + 2 < moves.size(); k += 3) {
                servers.move(moves.get(k));
                List<Move> meanwhile = moves.subList(k + 1, k + 3).stream().filter(move -> !move.kind().name().startsWith("STEP")).toList();
                servers.step(servers.batches.get(k % 2), meanwhile);
            }
            servers.finish();
            servers.assertAlone(false);
        }
    }

    @Test
    void an_answer_is_for_those_who_asked_and_wait() {
        Request request = Request.plain("Euler ancestral", 4, 3);
        try (SamplingBatch<HostArray> batch = HOME.batch(HEAP)) {
            List<Row> rows = Stream.generate(() -> admit(batch, request, HOME)).limit(4).toList();
            HostArray inputs = batch.inputs();
            double[] before = inputs.values();
            HostArray outputs = evaluated(batch, HEAP, HOME);
            batch.pause(rows.get(0));
            batch.pause(rows.get(1));
            batch.resume(rows.get(1));
            batch.cancel(rows.get(2));
            Row late = admit(batch, request, HOME);
            assertEquals(4, batch.size());
            assertSame(inputs, batch.inputs());
            assertEquals(rows, batch.slots().stream().map(Slot::row).toList());
            assertArrayEquals(before, inputs.values());
            batch.step(outputs);
            assertEquals(List.of(0, 0, 1, 0), batch.rows().stream().map(batch::evaluation).toList());
            assertEquals(List.of(rows.get(1), rows.get(3), late), batch.slots().stream().map(Slot::row).toList());
            batch.cancel(rows.get(1));
            batch.cancel(rows.get(3));
            batch.pause(late);
            assertEquals(0, batch.size(), "nobody waits any more");
            batch.resume(rows.get(0));
            assertEquals(List.of(rows.get(0)), batch.slots().stream().map(Slot::row).toList());
        }
    }

    /** What these tests would say of a network, or of anything else, that mixes rows. */
    @Test
    void coupled_rows_are_noticed() throws IOException {
        List<Request> requests = List.of(Request.plain("DPM-Solver++ multistep order 2", 4, 0), Request.plain("Euler ancestral", 4, 3));
        List<Move> moves = List.of(new Move(Kind.ADMIT, 0), new Move(Kind.ADMIT, 0));
        assertServed(HOME, requests, moves, 0);
        assertTrue(assertThrows(AssertionError.class, () -> assertServed(HOME, requests, moves, 1e-3)).getMessage().startsWith("request 0"));
    }

    private static Row admit(SamplingBatch<HostArray> batch, Request request, Home<HostArray> home) {
        return request.admitTo(batch, HEAP, home.type(), home.slot());
    }

    private static void finish(SamplingBatch<HostArray> batch, Home<HostArray> home) {
        while (batch.size() > 0) {
            batch.step(evaluated(batch, HEAP, home));
        }
    }

    private static void assertState(SamplerState<HostArray> expected, SamplerState<HostArray> actual) {
        assertArrayEquals(bytes(expected), bytes(actual));
    }

    private static byte[] bytes(SamplerState<HostArray> state) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            state.write(bytes);
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Law 5. */
    @Property(tries = 100, seed = "42")
    void the_same_step_from_the_same_state_is_the_same(@ForAll("requests") List<Request> requests) {
        try (SamplingBatch<HostArray> batch = HOME.batch(HEAP); SamplingBatch<HostArray> other = HOME.batch(HEAP)) {
            List<Row> rows = requests.stream().map(request -> admit(batch, request, HOME)).toList();
            while (batch.size() > 0) {
                List<SamplerState<HostArray>> before = rows.stream().map(batch::state).toList();
                List<Row> again = IntStream.range(0, rows.size()).mapToObj(k -> other.admit(rows.get(k).plan(), before.get(k), requests.get(k).source())).toList();
                HostArray inputs = batch.inputs();
                assertArrayEquals(inputs.values(), other.inputs().values());
                HostArray outputs = evaluated(batch, HEAP, HOME);
                HostArray wrong = HEAP.make(FLOAT, batch.size() + 1, 3, 2, 3);
                assertThrows(IllegalArgumentException.class, () -> batch.step(wrong));
                for (int k = 0; k < rows.size(); k++) {
                    assertState(before.get(k), batch.state(rows.get(k)));
                }
                batch.step(outputs);
                other.step(outputs);
                for (int k = 0; k < rows.size(); k++) {
                    assertState(batch.state(rows.get(k)), other.evict(again.get(k)));
                }
            }
        }
    }

    /** Fails so many times at one evaluation, late enough in the noise that some of it is there. */
    private static final class Failing implements BlockNoise {

        private static final long serialVersionUID = 1;

        private final CounterNoise noise;
        private final int evaluation;
        private final transient Supplier<? extends Throwable> failure;
        private final AtomicInteger times;

        Failing(long seed, int evaluation, int times, Supplier<? extends Throwable> failure) {
            this.noise = CounterNoise.of(seed);
            this.evaluation = evaluation;
            this.failure = failure;
            this.times = new AtomicInteger(times);
        }

        private <T extends Throwable> void fail(NoiseRequest request) throws T {
            if (request.stream() == NoiseRequest.Stream.STEP && request.index() == evaluation && times.getAndDecrement() > 0) {
                @SuppressWarnings("unchecked")
                T thrown = (T) failure.get();
                throw thrown;
            }
        }

        @Override
        public void check(NoiseRequest request, int rows) {
            noise.check(request, rows);
        }

        @Override
        public void generate(NoiseRequest request, int sample, int position, float[] out, int count, Scratch scratch) {
            noise.generate(request, sample, position, out, count, scratch);
            if (position > 0) {
                this.<RuntimeException>fail(request);
            }
        }

        @Override
        public void fill(NoiseRequest request, HostArray out) {
            noise.fill(request, out);
            this.<RuntimeException>fail(request);
        }
    }

    private static Row admit(SamplingBatch<HostArray> batch, Request request, NoiseSource source, Home<HostArray> home) {
        HostArray start = HEAP.make(home.type(), home.slot());
        CounterNoise.of(request.seed()).fill(NoiseRequest.start(), start);
        return batch.admit(request.plan(), start, source);
    }

    /** Law 7: of some rows noise fails at some evaluation, and they are resumed some rounds later. */
    @Property(tries = 60, seed = "42")
    void a_row_that_fails_fails_alone(@ForAll @Size(min = 2, max = 6) List<@IntRange(min = 0, max = 7) Integer> failing, @ForAll @IntRange(min = 0, max = 3) int later,
            @ForAll boolean isLong) {
        Home<HostArray> home = isLong ? LONG : HOME;
        Request request = Request.plain("Euler ancestral", 6, 3);
        double[] expected = request.alone(HEAP, FLOAT, home.slot()).result();
        try (SamplingBatch<HostArray> batch = home.batch(HEAP)) {
            List<Row> rows = failing.stream().map(evaluation -> admit(batch, request, new Failing(3, evaluation, 1, () -> new IllegalStateException("no noise today")), home)).toList();
            Map<Row, Integer> since = new HashMap<>();
            for (int round = 0; batch.done().size() < rows.size(); round++) {
                List<SamplerState<HostArray>> before = rows.stream().map(batch::state).toList();
                int now = round;
                List.copyOf(batch.failed()).stream().filter(row -> now - since.get(row) >= later).forEach(batch::resume);
                if (batch.size() == 0) {
                    continue;
                }
                List<Row> asked = batch.slots().stream().map(Slot::row).toList();
                batch.step(evaluated(batch, HEAP, home));
                for (int k = 0; k < rows.size(); k++) {
                    Row row = rows.get(k);
                    boolean fails = asked.contains(row) && failing.get(k) == before.get(k).index() && !since.containsKey(row);
                    if (fails) {
                        since.put(row, round);
                        assertEquals("no noise today", batch.failure(row).orElseThrow().getMessage());
                    }
                    assertEquals(since.containsKey(row) && batch.failed().contains(row), batch.failure(row).isPresent());
                    if (batch.failed().contains(row)) {
                        assertState(before.get(k), batch.state(row));
                    }
                    assertEquals(before.get(k).index() + (asked.contains(row) && !fails ? 1 : 0), batch.evaluation(row));
                }
            }
            rows.forEach(row -> assertArrayEquals(expected, batch.take(row).values()));
        }
    }

    /** An evaluation that is left out fails after the one before it was taken; resumed too early it fails again, and an error is not kept quiet. */
    @Test
    void a_step_that_needs_no_network_may_fail_too() {
        Request request = Request.plain("Euler ancestral", 6, 3).guided(new GuidanceSamples.Sparse(3));
        double[] expected = request.alone(HEAP, FLOAT, SLOT).result();
        try (SamplingBatch<HostArray> batch = HOME.batch(HEAP)) {
            assertThrows(IllegalStateException.class, () -> admit(batch, request, new Failing(3, 0, 1, () -> new IllegalStateException("no noise today")), HOME));
            assertEquals(List.of(), batch.rows());
            Row steady = admit(batch, request, HOME);
            Row failing = admit(batch, request, new Failing(3, 2, 2, () -> new AssertionError("no noise today")), HOME);
            assertEquals(1, batch.evaluation(steady), "the first evaluation asks for nothing");
            HostArray first = evaluated(batch, HEAP, HOME);
            assertEquals("no noise today", assertThrows(AssertionError.class, () -> batch.step(first)).getMessage());
            assertEquals(2, batch.evaluation(failing));
            assertEquals(3, batch.evaluation(steady));
            assertThrows(AssertionError.class, () -> batch.resume(failing));
            assertEquals(List.of(failing), batch.failed());
            batch.step(evaluated(batch, HEAP, HOME));
            batch.resume(failing);
            assertEquals(List.of(), batch.failed());
            assertEquals(3, batch.evaluation(failing));
            finish(batch, HOME);
            assertArrayEquals(expected, batch.take(failing).values());
            assertArrayEquals(expected, batch.take(steady).values());
        }
    }

    /** Law 12. */
    @Test
    void frames_at_one_level_are_the_video() {
        Home<HostArray> frames = new Home<>("heap", () -> HEAP, FLOAT, 2, 1, 3, 1, 5, 4);
        int count = 4;
        for (SolverCatalog.Entry entry : SolverCatalog.all()) {
            Plan plan = Request.plain(entry.toString(), 4, 0).plan();
            HostArray start = HEAP.make(FLOAT, 1, 3, count, 5, 4);
            Runs<HostArray> video = plan.on(HEAP, Rows.of(2));
            CounterNoise noise = CounterNoise.of(5);
            noise.fill(NoiseRequest.start(), start, Rows.of(2));
            try (Session<HostArray> session = video.session(start, noise); SamplingBatch<HostArray> batch = frames.batch(HEAP)) {
                List<Row> rows = IntStream.range(0, count).mapToObj(frame -> batch.admit(plan, copy(start.part(2, frame, frame + 1)), noise.forSamples(frame))).toList();
                while (!session.done()) {
                    assertArrayEquals(session.input().sample().values(), batch.inputs().values(), entry.toString());
                    HostArray outputs = evaluated(batch, HEAP, frames);
                    session.step(outputs);
                    batch.step(outputs);
                }
                for (int frame = 0; frame < count; frame++) {
                    assertArrayEquals(session.sample().part(2, frame, frame + 1).values(), batch.take(rows.get(frame)).values(), entry.toString());
                }
            }
        }
    }

    private static HostArray copy(HostArray array) {
        return HEAP.copy(array);
    }

    /** The heap, counting what is made, and the parts that nobody let go of. */
    private static final class Counting implements Arrays<HostArray> {

        private final AtomicInteger made = new AtomicInteger();
        private final AtomicInteger parts = new AtomicInteger();

        @Override
        public HostArray make(ElementType type, long... shape) {
            made.incrementAndGet();
            return HEAP.make(type, shape);
        }

        @Override
        public ElementType type(HostArray array) {
            return HEAP.type(array);
        }

        @Override
        public long[] shape(HostArray array) {
            return HEAP.shape(array);
        }

        @Override
        public boolean isClosed(HostArray array) {
            return false;
        }

        @Override
        public void close(HostArray array) {
            HEAP.close(array);
        }

        @Override
        public HostArray part(HostArray array, int axis, long from, long to) {
            parts.incrementAndGet();
            return HEAP.part(array, axis, from, to);
        }

        @Override
        public void release(HostArray part) {
            parts.decrementAndGet();
        }

        @Override
        public HostArray memory(HostArray array) {
            return array;
        }
    }

    /** Law 13: requests of all kinds in any order, late starts and previews too; what is made is what is handed out. */
    @Test
    void an_hour_of_admissions_makes_nothing_new() {
        Counting arrays = new Counting();
        List<Request> requests = IntStream.range(0, 30).mapToObj(Request::numbered).toList();
        SplittableRandom random = new SplittableRandom(42);
        int handedOut = 0;
        try (SamplingBatch<HostArray> batch = SamplingBatch.of(arrays, FLOAT, SLOT)) {
            for (int round = 0; round < 3000; round++) {
                while (batch.rows().size() < 5) {
                    HostArray start = HEAP.make(FLOAT, SLOT);
                    Request request = requests.get(random.nextInt(requests.size()));
                    if (request.from() == 0) {
                        batch.admit(request.plan(), start, request.source());
                    } else {
                        SamplerState<HostArray> late = request.plan().on(arrays).startFrom(start, request.source());
                        handedOut++;
                        batch.admit(request.plan(), late, request.source());
                    }
                }
                if (round == 1500) {
                    arrays.made.set(0);
                    handedOut = 0;
                }
                if (batch.size() > 0) {
                    HostArray outputs = evaluated(batch, HEAP, HOME);
                    batch.preview(batch.slots().get(0).row(), outputs);
                    batch.step(outputs);
                }
                for (Row row : batch.done()) {
                    batch.take(row);
                    handedOut++;
                }
            }
        }
        assertTrue(handedOut > 1000, "a test of departures");
        assertEquals(handedOut, arrays.made.get());
        assertEquals(0, arrays.parts.get());
    }

    /** Law 14. */
    @Test
    void a_scale_of_1_is_the_conditional_run() {
        Request plain = Request.plain("DPM-Solver++ multistep order 2", 5, 3);
        Guidance both = place -> Guide.known(List.of(Branch.CONDITIONAL, Branch.UNCONDITIONAL), 0, 1, 0);
        double[] expected = plain.alone(HEAP, FLOAT, SLOT).result();
        try (SamplingBatch<HostArray> batch = HOME.batch(HEAP)) {
            Row one = admit(batch, plain.guided(GuidanceSamples.Scaled.always(1)), HOME);
            assertEquals(1, batch.size());
            Row two = admit(batch, plain.guided(both), HOME);
            assertEquals(3, batch.size());
            finish(batch, HOME);
            assertArrayEquals(expected, batch.take(one).values());
            assertArrayEquals(expected, batch.take(two).values());
        }
    }

    /** Law 10: what asks for nothing takes no place, from admission to its end. */
    @Test
    void a_run_that_never_asks_is_done_when_it_is_admitted() {
        Guidance nothing = place -> Guide.known(List.of(), 0.1);
        try (SamplingBatch<HostArray> batch = HOME.batch(HEAP)) {
            Row row = admit(batch, Request.plain("DDIM", 5, 3).guided(nothing), HOME);
            assertTrue(batch.isDone(row));
            assertEquals(0, batch.size());
            assertEquals(List.of(row), batch.done());
            assertEquals(5, batch.evaluation(row));
            assertEquals(18, batch.take(row).length());
        }
    }

    @Test
    void previews_and_known_regions_are_those_of_the_run_alone() {
        Request request = Request.plain("DPM-Solver++ multistep order 2", 5, 3).guided(new GuidanceSamples.Momentum(2, -0.5, 3));
        HostArray known = HEAP.make(FLOAT, SLOT);
        CounterNoise.of(8).fill(NoiseRequest.start(), known);
        Inpainting<HostArray> region = new Inpainting<>(known, Mask.of(new double[] {1, 0, 0, 1, 0, 1}, 2, 3));
        HostArray start = HEAP.make(FLOAT, SLOT);
        CounterNoise.of(3).fill(NoiseRequest.start(), start);
        try (SamplingBatch<HostArray> batch = HOME.batch(HEAP); Session<HostArray> alone = request.plan().on(HEAP).session(start, request.source()).keeping(region, CounterNoise.of(9))) {
            admit(batch, Request.plain("DDIM", 3, 2), HOME);
            Row row = admit(batch, request, HOME);
            batch.keeping(row, region, CounterNoise.of(9));
            SamplerState<HostArray> pure = request.plan().on(HEAP).start(start);
            while (!alone.done()) {
                HostArray outputs = evaluated(batch, HEAP, HOME);
                int first = batch.slots().stream().map(Slot::row).toList().indexOf(row);
                List<HostArray> own = List.of(outputs.part(0, first, first + 1), outputs.part(0, first + 1, first + 2));
                assertArrayEquals(alone.input().sample().values(), batch.inputs().part(0, first, first + 1).values());
                assertArrayEquals(alone.denoised(own).values(), batch.preview(row, outputs).values());
                pure = region.keepKnown(request.plan().on(HEAP), pure.index(), request.plan().on(HEAP).step(pure.index(), own, pure, request.source()), CounterNoise.of(9));
                alone.step(own);
                batch.step(outputs);
                assertState(pure, alone.state());
                assertState(pure, batch.state(row));
            }
        }
    }

    private static String message(Class<? extends Throwable> type, Executable executable) {
        return assertThrows(type, executable).getMessage();
    }

    private static void assertSays(String message, String... parts) {
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
    }

    @Test
    void what_does_not_fit_is_told() {
        assertSays(message(IllegalArgumentException.class, () -> SamplingBatch.of(HEAP, FLOAT, 2, 4)), "[2, 4]", "axis 0");
        assertSays(message(IllegalArgumentException.class, () -> SamplingBatch.along(2, HEAP, FLOAT, 1, 4)), "[1, 4]", "axis 2");
        assertThrows(IllegalArgumentException.class, () -> SamplingBatch.of(HEAP, ElementType.INT64, 1, 4));
        Plan plan = Request.plain("DDIM", 3, 2).plan();
        SamplingBatch<HostArray> batch = HOME.batch(HEAP);
        SamplingBatch<HostArray> other = HOME.batch(HEAP);
        assertSays(message(IllegalStateException.class, batch::inputs), "no row needs the network", "admit one");
        assertSays(message(IllegalArgumentException.class, () -> batch.admit(plan, HEAP.make(FLOAT, 1, 3, 3, 2), NoiseSource.none())), "FLOAT[1, 3, 3, 2]", "FLOAT[1, 3, 2, 3]");
        assertSays(message(IllegalArgumentException.class, () -> batch.admit(plan, HEAP.make(ElementType.DOUBLE, SLOT), NoiseSource.none())), "DOUBLE", "FLOAT");
        assertSays(message(IllegalArgumentException.class, () -> batch.admit(plan.from(1), HEAP.make(FLOAT, SLOT), NoiseSource.none())), "starts late");
        assertEquals(List.of(), batch.rows());
        Row row = admit(batch, Request.plain("DDIM", 3, 2), HOME);
        Row foreign = admit(other, Request.plain("DDIM", 3, 2), HOME);
        assertSays(message(IllegalArgumentException.class, () -> batch.isDone(foreign)), "row 0 (Plan[", "none of this batch");
        HostArray outputs = HEAP.make(FLOAT, SLOT);
        assertSays(message(IllegalStateException.class, () -> batch.step(outputs)), "inputs() was not asked for");
        assertEquals(List.of(new Slot(row, Branch.CONDITIONAL, plan.timestep(0))), batch.slots());
        assertSays(message(IllegalArgumentException.class, () -> batch.step(batch.inputs())), "lie where its inputs do");
        assertSays(message(IllegalArgumentException.class, () -> batch.step(HEAP.make(FLOAT, 2, 3, 2, 3))), "FLOAT[2, 3, 2, 3]", "FLOAT[1, 3, 2, 3]", "1 slots");
        assertSays(message(IllegalArgumentException.class, () -> batch.step(HEAP.make(FLOAT, 1, 6, 2, 3))), "FLOAT[1, 6, 2, 3]");
        assertSays(message(IllegalArgumentException.class, () -> batch.step(HEAP.make(ElementType.HALF, SLOT))), "HALF");
        assertEquals(0, batch.evaluation(row));
        assertSays(message(IllegalStateException.class, () -> batch.take(row)), "evaluation 0 of 3", "evict");
        assertSays(message(IllegalStateException.class, () -> batch.resume(row)), "nor was paused nor failed");
        batch.pause(row);
        assertSays(message(IllegalStateException.class, () -> batch.pause(row)), "is paused at evaluation 0 of 3");
        assertSays(message(IllegalStateException.class, () -> batch.preview(row, outputs)), "no slot in these outputs");
        assertSays(message(IllegalStateException.class, batch::inputs), "is paused", "resume one");
        batch.resume(row);
        finish(batch, HOME);
        assertSays(message(IllegalStateException.class, () -> batch.pause(row)), "is complete");
        batch.take(row);
        assertSays(message(IllegalArgumentException.class, () -> batch.take(row)), "was taken out");
        batch.close();
        batch.close();
        other.close();
        for (Executable use : List.<Executable>of(batch::size, batch::inputs, batch::slots, batch::rows, () -> batch.step(outputs), () -> batch.isDone(row),
                () -> admit(batch, Request.plain("DDIM", 3, 2), HOME))) {
            assertEquals("the batch is closed", message(IllegalStateException.class, use));
        }
    }

    /** A network that learns its variance says so to all rows alike. */
    @Test
    void a_learned_variance_lies_in_the_channels() {
        Plan plan = DiffusersConfig.of("DDPMScheduler").with("variance_type", "learned_range").scheduler().plan(5);
        HostArray start = HEAP.make(FLOAT, SLOT);
        CounterNoise.of(3).fill(NoiseRequest.start(), start);
        try (SamplingBatch<HostArray> batch = HOME.batch(HEAP); Session<HostArray> alone = plan.on(HEAP).session(start, CounterNoise.of(3))) {
            Row row = batch.admit(plan, start, CounterNoise.of(3));
            Row beside = batch.admit(plan, start, CounterNoise.of(4));
            while (!alone.done()) {
                HostArray outputs = HEAP.make(FLOAT, 2, 6, 2, 3);
                double[] once = batch.inputs().values();
                outputs.fill(DoubleStream.concat(DoubleStream.of(once), DoubleStream.of(once)).map(x -> 0.5 * Math.tanh(x)).toArray());
                assertThrows(IllegalArgumentException.class, () -> batch.step(HEAP.make(FLOAT, 2, 3, 2, 3)));
                alone.step(copy(outputs.part(0, 0, 1)));
                batch.step(outputs);
            }
            assertArrayEquals(alone.sample().values(), batch.take(row).values());
            assertTrue(batch.isDone(beside));
        }
    }

    /** Diffusion forcing: every frame steps in its rounds, with a history of its own, while the others are context. */
    @Test
    void frames_at_levels_of_their_own_are_runs_of_their_own() {
        int count = 6;
        int steps = 5;
        FrameSchedule schedule = FrameSchedule.of(count, 3, 2, 0, 1, steps);
        Plan plan = Request.plain("DPM-Solver++ multistep order 2", steps, 0).plan();
        Home<HostArray> frames = new Home<>("heap", () -> HEAP, FLOAT, 2, 1, 3, 1, 5, 4);
        try (SamplingBatch<HostArray> batch = frames.batch(HEAP)) {
            List<Row> rows = new ArrayList<>();
            List<HostArray> starts = IntStream.range(0, count).mapToObj(frame -> {
                HostArray start = HEAP.make(FLOAT, 1, 3, 1, 5, 4);
                CounterNoise.of(9).forSamples(frame).fill(NoiseRequest.start(), start);
                return start;
            }).toList();
            for (FrameSchedule.Round round : schedule.rounds()) {
                for (int frame = rows.size(); frame < round.to(); frame++) {
                    rows.add(batch.admit(plan, starts.get(frame), NoiseSource.none()));
                    batch.rest(rows.get(frame));
                }
                for (int frame = 0; frame < round.from(); frame++) {
                    if (batch.rows().contains(rows.get(frame))) {
                        assertArrayEquals(alone(plan, starts.get(frame)), batch.take(rows.get(frame)).values());
                    }
                }
                round(batch, rows, round);
            }
            for (Row row : batch.rows()) {
                assertArrayEquals(alone(plan, starts.get(rows.indexOf(row))), batch.take(row).values());
            }
        }
    }

    private static void round(SamplingBatch<HostArray> batch, List<Row> rows, FrameSchedule.Round round) {
        for (int frame = round.from(); frame < round.to(); frame++) {
            Row row = rows.get(frame);
            if (round.stepping().get(frame)) {
                batch.resume(row);
            } else {
                batch.rest(row);
            }
        }
        assertEquals(round.to() - round.from(), batch.size());
        HostArray outputs = HEAP.make(FLOAT, 1, 3, batch.size(), 5, 4);
        for (int slot = 0; slot < batch.size(); slot++) {
            Request.network(HEAP, batch.inputs().part(2, slot, slot + 1), Branch.CONDITIONAL, batch.timesteps()[slot], outputs.part(2, slot, slot + 1));
        }
        batch.step(outputs);
        for (int frame = round.from(); frame < round.to(); frame++) {
            batch.rest(rows.get(frame));
        }
    }

    private static double[] alone(Plan plan, HostArray start) {
        try (Session<HostArray> session = plan.on(HEAP).session(start, NoiseSource.none())) {
            while (!session.done()) {
                HostArray output = HEAP.make(FLOAT, start.shape());
                Request.network(HEAP, session.input().sample(), Branch.CONDITIONAL, session.input().timestep(), output);
                session.step(output);
            }
            return session.result().values();
        }
    }
}
