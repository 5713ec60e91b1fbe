package io.github.diffusion4j.laws;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.guidance.Skipping;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.noise.BrownianNoise;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.noise.TorchNoise;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.core.plan.Session;
import io.github.diffusion4j.samplers.SamplingBatch;
import io.github.diffusion4j.samplers.solvers.SolverCatalog;
import io.github.diffusion4j.schedules.Flow;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/**
 * A run that somebody asks a server for.
 *
 * @param solver which entry of the catalog
 * @param steps the number of steps of the whole run
 * @param from the step that it starts at
 * @param guidance how the network is asked
 * @param skipping when it need not be
 * @param setting which schedule, parameterization and correction
 * @param seed of start and noise
 */
record Request(int solver, int steps, int from, Guidance guidance, Skipping skipping, int setting, long seed) {

    private static final List<SolverCatalog.Entry> SOLVERS = SolverCatalog.all();
    private static final List<NoiseSchedule> SCHEDULES = List.of(OrderOfConvergence.SCHEDULE, new Flow(1000));
    private static final List<Parameterization> PARAMETERIZATIONS = List.of(Parameterization.epsilon(), Parameterization.velocity(), Parameterization.sample());
    private static final List<DataCorrection> CORRECTIONS = List.of(DataCorrection.NONE, DataCorrection.clip(1), DataCorrection.dynamicThreshold(0.9, 2));
    private static final List<Guidance> GUIDANCE = List.of(Guidance.NONE, Guidance.NONE, GuidanceSamples.Scaled.always(4), new GuidanceSamples.Scaled(3, 1, 3),
            new GuidanceSamples.Momentum(2, -0.5, 3), new GuidanceSamples.Sparse(3));
    private static final List<Skipping> SKIPPING = List.of(Skipping.NEVER, Skipping.NEVER, new GuidanceSamples.Lazy(0.45, 2));
    private static final int SETTINGS = SCHEDULES.size() * PARAMETERIZATIONS.size() * CORRECTIONS.size();

    /** Solvers of CFG++ need the unconditional estimate at every evaluation, so none is left out. */
    Request {
        boolean needsAll = SOLVERS.get(solver).name().startsWith("CFG++");
        guidance = needsAll && guidance instanceof GuidanceSamples.Sparse ? Guidance.NONE : guidance;
        skipping = needsAll ? Skipping.NEVER : skipping;
    }

    static Arbitrary<Request> any() {
        return Combinators.combine(Arbitraries.integers().between(0, SOLVERS.size() - 1), Arbitraries.integers().between(1, 5), Arbitraries.integers().between(0, 4), Arbitraries.of(GUIDANCE),
                Arbitraries.of(SKIPPING), Arbitraries.integers().between(0, SETTINGS - 1), Arbitraries.longs().between(0, 3)).as((solver, steps, late, guided, lazy, setting, seed) ->
                new Request(solver, steps, late < 2 ? Math.min(late, steps - 1) : 0, guided, lazy, setting, seed));
    }

    /** One of many that differ in everything. */
    static Request numbered(int k) {
        return new Request(7 * k % SOLVERS.size(), 1 + k % 5, k % 5 > 2 ? k % 3 : 0, GUIDANCE.get(k % GUIDANCE.size()), SKIPPING.get(k / 2 % SKIPPING.size()), 5 * k % SETTINGS, k % 4);
    }

    static Request plain(String solver, int steps, long seed) {
        int index = IntStream.range(0, SOLVERS.size()).filter(k -> SOLVERS.get(k).toString().equals(solver)).findFirst().orElseThrow();
        return new Request(index, steps, 0, Guidance.NONE, Skipping.NEVER, 0, seed);
    }

    Request guided(Guidance other) {
        return new Request(solver, steps, from, other, skipping, setting, seed);
    }

    Request skipping(Skipping other) {
        return new Request(solver, steps, from, guidance, other, setting, seed);
    }

    Plan plan() {
        NoiseSchedule schedule = SCHEDULES.get(setting % 2);
        List<NoiseLevel> levels = IntStream.rangeClosed(0, steps).mapToObj(i -> schedule.atEdmSigma(Math.exp(2.5 - 5.0 * i / steps))).toList();
        TimeGrid grid = TimeGrid.contiguous(levels.subList(0, steps), levels.get(steps)).withCurve(schedule);
        Plan plan = Plan.of(SOLVERS.get(solver).of(steps), grid, PARAMETERIZATIONS.get(setting / 2 % 3), CORRECTIONS.get(setting / 6)).guided(guidance).skipping(skipping);
        return from == 0 ? plan : plan.from(from);
    }

    NoiseSource source() {
        return seed == 1 ? BrownianNoise.of(seed) : seed == 2 ? TorchNoise.of(seed) : CounterNoise.of(seed);
    }

    private <A> A start(Arrays<A> arrays, ElementType type, long... shape) {
        A start = arrays.make(type, shape);
        arrays.onHost(start, true, host -> CounterNoise.of(seed).fill(NoiseRequest.start(), host));
        return start;
    }

    <A> SamplingBatch.Row admitTo(SamplingBatch<A> batch, Arrays<A> arrays, ElementType type, long... shape) {
        A start = start(arrays, type, shape);
        try {
            return from == 0 ? batch.admit(plan(), start, source()) : late(start, state -> batch.admit(plan(), state, source()), arrays);
        } finally {
            arrays.close(start);
        }
    }

    private interface FromState<A, T> {
        T of(SamplerState<A> state);
    }

    private <A, T> T late(A start, FromState<A, T> action, Arrays<A> arrays) {
        try (SamplerState<A> state = plan().on(arrays).startFrom(start, source())) {
            return action.of(state);
        }
    }

    /** What the run gives alone. */
    record Alone(double[] result, int calls) {}

    <A> Alone alone(Arrays<A> arrays, ElementType type, long... shape) {
        Runs<A> runs = plan().on(arrays);
        A start = start(arrays, type, shape);
        int calls = 0;
        try (Session<A> session = from == 0 ? runs.session(start, source()) : late(start, state -> runs.session(state, source()), arrays)) {
            while (!session.done()) {
                List<A> outputs = new ArrayList<>();
                for (Branch branch : session.needs()) {
                    A output = arrays.make(type, shape);
                    network(arrays, session.input().sample(), branch, session.input().timestep(), output);
                    outputs.add(output);
                    calls++;
                }
                session.step(outputs);
                outputs.forEach(arrays::close);
            }
            return new Alone(arrays.values(session.sample()), calls);
        } finally {
            arrays.close(start);
        }
    }

    /** A network that sees one slot: bounded, and every value depends on all of them, the time and the branch. */
    static <A> void network(Arrays<A> arrays, A input, Branch branch, double timestep, A output) {
        double[] x = arrays.values(input);
        double mean = DoubleStream.of(x).average().orElseThrow();
        double shift = (branch.equals(Branch.CONDITIONAL) ? 0.2 : -0.3) + 0.1 * Math.sin(timestep);
        double[] y = DoubleStream.of(x).map(value -> 0.8 * Math.tanh(value + shift) + 0.1 * Math.tanh(mean)).toArray();
        arrays.onHost(output, true, host -> host.fill(y));
    }
}
