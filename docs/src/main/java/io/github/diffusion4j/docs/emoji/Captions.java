package io.github.diffusion4j.docs.emoji;

import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.plan.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * Captions with the noise from which each is drawn, whatever the plan. Pictures are drawn one by one on all processors, so that a picture that leaves evaluations out waits for no other.
 *
 * @param network the network
 * @param words the captions
 * @param noise a sample for each
 * @param source the noise of stochastic steps
 */
record Captions(EmojiNetwork network, List<String> words, HostArray noise, CounterNoise source) {

    static Captions of(EmojiNetwork network, List<String> words, long seed) {
        return new Captions(network, words, EmojiNetwork.noise(CounterNoise.of(seed), words.size()), CounterNoise.of(seed));
    }

    /** A picture and how often the network was asked for it, each branch counted. */
    record Drawn(HostArray picture, int calls) {}

    /** Draws all of them, and tells of each. */
    List<Drawn> drawn(Plan plan, Runnable each) {
        return together(IntStream.range(0, words.size()).mapToObj(caption -> drawing(caption, plan, each)).toList());
    }

    /** Draws one of them by several plans, and tells of each. */
    List<Drawn> drawn(int caption, List<Plan> plans, Runnable each) {
        return together(plans.stream().map(plan -> drawing(caption, plan, each)).toList());
    }

    private Callable<Drawn> drawing(int caption, Plan plan, Runnable each) {
        return () -> {
            try (EmojiModel model = network.of(words.get(caption))) {
                HostArray picture = model.draw(plan, start(caption), source.forSamples(caption));
                each.run();
                return new Drawn(picture, model.calls());
            }
        };
    }

    /** The noise of one of them. */
    HostArray start(int caption) {
        return noise.part(0, caption, caption + 1);
    }

    /** All results; where one fails, once all have ended. */
    static <T> List<T> together(List<Callable<T>> tasks) {
        ExecutorService processors = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        try {
            List<T> results = new ArrayList<>();
            for (Future<T> task : processors.invokeAll(tasks)) {
                results.add(task.get());
            }
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while pictures were drawn", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a picture could not be drawn: " + e.getCause().getMessage(), e.getCause());
        } finally {
            processors.shutdown();
        }
    }
}
