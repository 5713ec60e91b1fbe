package io.github.diffusion4j.samplers.pipeline;

import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.samplers.SamplingBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Pipelines that are run together, each picture a row of one batch.
 *
 * @param <A> the array of the library
 * @param <C> what the network is conditioned on
 */
final class PipelineRun<A, C> {

    private final List<Pipeline<A, C>> pipelines;
    private final Pipeline.Network<A, C> network;
    private final Pipeline.Listener<A> listener;
    private final Arrays<A> arrays;
    private final SamplingBatch<A> batch;
    private final List<List<SamplingBatch.Row>> rows = new ArrayList<>();
    private final PipelineProgress<A> progress = new PipelineProgress<>(this);
    private A out;

    PipelineRun(List<Pipeline<A, C>> pipelines, Pipeline.Network<A, C> network, Pipeline.Listener<A> listener) {
        this.pipelines = List.copyOf(pipelines);
        this.network = network;
        this.listener = listener;
        this.arrays = pipelines.get(0).model().arrays();
        for (Pipeline<A, C> pipeline : pipelines) {
            if (!pipeline.model().arrays().equals(arrays) || !pipeline.model().shape().equals(pipelines.get(0).model().shape())) {
                throw new IllegalArgumentException("pipelines that run together have samples of one shape and library, got " + pipelines.get(0).model().shape() + " and " + pipeline.model().shape());
            }
        }
        this.batch = SamplingBatch.of(arrays, ElementType.FLOAT, pipelines.get(0).model().one());
    }

    List<List<A>> pictures() {
        try (batch) {
            pipelines.forEach(pipeline -> rows.add(admit(pipeline, batch)));
            while (batch.size() > 0) {
                evaluate();
                listener.evaluated(progress);
                if (progress.isCancelled()) {
                    throw new CancellationException("the run was cancelled after " + done() + " of " + all() + " evaluations");
                }
                batch.step(out);
                batch.failed().stream().findFirst().flatMap(batch::failure).ifPresent(PipelineRun::fail);
            }
            return rows.stream().map(of -> of.stream().map(batch::take).toList()).toList();
        } finally {
            closeOut();
        }
    }

    private static void fail(Throwable failure) {
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
        throw new IllegalStateException(failure);
    }

    static <A> List<SamplingBatch.Row> admit(Pipeline<A, ?> pipeline, SamplingBatch<A> batch) {
        Plan plan = pipeline.plan();
        IntStream.range(0, plan.evaluations()).forEach(i -> plan.needs(i).forEach(pipeline::conditionOf));
        return IntStream.range(0, pipeline.pictures()).mapToObj(picture -> {
            SamplingBatch.Row row = admit(plan.on(pipeline.model().arrays()), pipeline, pipeline.noise(picture), batch);
            pipeline.region().ifPresent(region -> batch.keeping(row, region, pipeline.regionNoise(picture)));
            return row;
        }).toList();
    }

    private static <A> SamplingBatch.Row admit(Runs<A> runs, Pipeline<A, ?> pipeline, NoiseSource source, SamplingBatch<A> batch) {
        A noise = runs.noise(source, ElementType.FLOAT, pipeline.model().one());
        try {
            Optional<A> picture = pipeline.picture();
            if (picture.isEmpty()) {
                return batch.admit(runs.plan(), noise, source);
            }
            A noised = runs.addNoise(picture.get(), noise, 0);
            SamplerState<A> state = runs.startFrom(noised, source);
            runs.arrays().close(noised);
            try (state) {
                return batch.admit(runs.plan(), state, source);
            }
        } finally {
            runs.arrays().close(noise);
        }
    }

    private void evaluate() {
        A x = batch.inputs();
        if (out == null || !java.util.Arrays.equals(arrays.shape(out), arrays.shape(x))) {
            closeOut();
            out = arrays.make(ElementType.FLOAT, arrays.shape(x));
        }
        List<Branch> branches = batch.slots().stream().map(SamplingBatch.Slot::branch).toList();
        Map<SamplingBatch.Row, Pipeline<A, C>> of = IntStream.range(0, rows.size()).boxed()
                .flatMap(k -> rows.get(k).stream().map(row -> Map.entry(row, pipelines.get(k)))).collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        List<C> conditions = batch.slots().stream().flatMap(slot -> of.get(slot.row()).conditionOf(slot.branch()).stream()).toList();
        network.evaluate(new NetworkCall<>(x, batch.timesteps(), branches, conditions, out));
    }

    private void closeOut() {
        if (out != null) {
            arrays.close(out);
            out = null;
        }
    }

    int done() {
        return rows.stream().flatMap(List::stream).mapToInt(row -> batch.evaluation(row) + (batch.isDone(row) ? 0 : 1)).sum();
    }

    int all() {
        return rows.stream().flatMap(List::stream).mapToInt(row -> row.plan().evaluations()).sum();
    }

    A estimate(int pipeline, int picture) {
        return batch.preview(rows.get(pipeline).get(picture), out);
    }
}
