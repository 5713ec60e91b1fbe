package io.github.diffusion4j.docs.server;

import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.samplers.pipeline.NetworkCall;
import io.github.diffusion4j.samplers.SamplingBatch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The one thread that drives the batch. Whoever comes or goes does so between two evaluations, here. */
final class Driver implements Runnable {

    /** From one estimate that is shown to the next. */
    private static final int PREVIEW_EVERY = 4;

    private final PictureNetwork network;
    private final PictureQueue queue;
    private final int slots;
    private final SamplingBatch<HostArray> batch;
    private final Map<SamplingBatch.Row, Picture> running = new LinkedHashMap<>();
    private HostArray out;

    Driver(PictureNetwork network, PictureQueue queue, int slots) {
        this.network = network;
        this.queue = queue;
        this.slots = slots;
        this.batch = SamplingBatch.of(network.arrays(), ElementType.FLOAT, 1, Png.CHANNELS, network.side(), network.side());
    }

    @Override
    public void run() {
        String why = "the server stops";
        try (batch) {
            while (queue.isOpen(running.isEmpty())) {
                queue.stopped().forEach(Driver::stop);
                admit();
                if (batch.size() > 0) {
                    evaluate();
                }
                settle();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            why = "the server broke: " + e;
            throw e;
        } finally {
            String reason = why;
            queue.close().forEach(picture -> picture.end(Progress.State.CANCELLED, reason));
            running.values().forEach(picture -> picture.end(Progress.State.CANCELLED, reason));
        }
    }

    private static void stop(Picture picture) {
        picture.end(Progress.State.CANCELLED, picture.reasonToStop().orElseThrow());
    }

    private void admit() {
        for (Optional<Picture> next = queue.next(free()); next.isPresent(); next = queue.next(free())) {
            Picture picture = next.get();
            try {
                running.put(picture.request().pipeline().admit(batch).get(0), picture);
                picture.update(now -> now.running(0, Optional.empty()));
            } catch (RuntimeException e) {
                picture.end(Progress.State.FAILED, String.valueOf(e.getMessage()));
            }
        }
    }

    private int free() {
        return slots - running.values().stream().mapToInt(picture -> picture.request().slots()).sum();
    }

    /** One call of the network for all slots, and the steps that follow from it. */
    private void evaluate() {
        HostArray x = batch.inputs();
        if (out == null || out.size(0) != x.size(0)) {
            out = network.arrays().make(ElementType.FLOAT, x.shape());
        }
        List<Branch> branches = batch.slots().stream().map(SamplingBatch.Slot::branch).toList();
        List<String> words = batch.slots().stream().map(slot -> running.get(slot.row()).request().pipeline().conditionOf(slot.branch()).orElseThrow()).toList();
        List<SamplingBatch.Row> asked = batch.slots().stream().map(SamplingBatch.Slot::row).distinct().toList();
        try {
            network.evaluate(new NetworkCall<>(x, batch.timesteps(), branches, words, out));
        } catch (RuntimeException e) {
            asked.forEach(row -> fail(row, e));
            return;
        }
        Map<SamplingBatch.Row, HostArray> estimates = estimates(asked);
        batch.step(out);
        asked.forEach(row -> running.get(row).update(now -> now.running(batch.evaluation(row), Optional.ofNullable(estimates.get(row)))));
    }

    private Map<SamplingBatch.Row, HostArray> estimates(List<SamplingBatch.Row> asked) {
        Map<SamplingBatch.Row, HostArray> estimates = new LinkedHashMap<>();
        asked.stream().filter(row -> running.get(row).isWatched() && batch.evaluation(row) % PREVIEW_EVERY == 0)
                .forEach(row -> estimates.put(row, HostArrays.HEAP.copy(batch.preview(row, out))));
        return estimates;
    }

    /** Hands out what is done, and lets go of what failed or nobody wants. */
    private void settle() {
        batch.failed().forEach(row -> fail(row, batch.failure(row).orElseThrow()));
        batch.done().forEach(row -> {
            HostArray result = batch.take(row);
            running.remove(row).update(now -> now.done(result));
        });
        List.copyOf(running.keySet()).stream().filter(row -> running.get(row).reasonToStop().isPresent()).forEach(row -> {
            batch.cancel(row);
            stop(running.remove(row));
        });
    }

    private void fail(SamplingBatch.Row row, Throwable failure) {
        batch.cancel(row);
        running.remove(row).end(Progress.State.FAILED, String.valueOf(failure.getMessage()));
    }
}
