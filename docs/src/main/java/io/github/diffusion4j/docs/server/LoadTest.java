package io.github.diffusion4j.docs.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Clients that ask a server for pictures of mixed schedulers, steps, guidance, words and seeds, first one alone and then many, and compare each with the same run in no company, bit for bit. */
final class LoadTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final List<String> SCHEDULERS = List.of("DPM++ 2M", "Euler a", "DDIMScheduler", "UniPCMultistepScheduler", "dpmpp_2m_sde exponential");
    private static final List<String> GUIDANCE = List.of("1", "2.5", "{\"_class_name\":\"AdaptiveProjectedGuidance\",\"guidance_scale\":3}", "{\"_class_name\":\"ClassifierFreeZeroStarGuidance\",\"guidance_scale\":2}");
    private static final int DISTINCT = SCHEDULERS.size() * GUIDANCE.size() * 3;
    private static final int FEWEST_STEPS = 8;

    private final URI server;
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<byte[]> requests = new ArrayList<>();
    private final List<byte[]> alone = new ArrayList<>();
    private final AtomicInteger waits = new AtomicInteger();
    private final AtomicInteger different = new AtomicInteger();

    /** Runs every request alone. */
    LoadTest(URI server, PictureNetwork network) throws IOException {
        this.server = server;
        for (int i = 0; i < DISTINCT; i++) {
            ObjectNode request = JSON.createObjectNode().put("words", network.examples().get(i % network.examples().size())).put("scheduler", SCHEDULERS.get(i % SCHEDULERS.size()))
                    .put("steps", FEWEST_STEPS + i % 7).put("seed", i);
            request.set("guidance", JSON.readTree(GUIDANCE.get(i % GUIDANCE.size())));
            requests.add(JSON.writeValueAsBytes(request));
            alone.add(Png.floats(PictureRequest.read(requests.get(i), network).pipeline().run(network).get(0)));
        }
    }

    /**
     * What some clients got.
     *
     * @param clients how many asked at the same time
     * @param pictures how many pictures came
     * @param seconds how long it took
     * @param different pictures with other bits than alone
     * @param waits how often a client was told to come again
     */
    record Result(int clients, int pictures, double seconds, int different, int waits) {

        double perSecond() {
            return pictures / seconds;
        }
    }

    /** Clients ask for one picture after another until the time is up; then all wait for their last. */
    Result run(int clients, Duration time) throws IOException, InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        AtomicInteger next = new AtomicInteger();
        different.set(0);
        waits.set(0);
        long start = System.nanoTime();
        Callable<Integer> client = () -> {
            int pictures = 0;
            while (System.nanoTime() - start < time.toNanos()) {
                draw(next.getAndIncrement() % DISTINCT);
                pictures++;
            }
            return pictures;
        };
        try {
            int pictures = 0;
            for (Future<Integer> done : threads.invokeAll(java.util.Collections.nCopies(clients, client))) {
                pictures += done.get();
            }
            return new Result(clients, pictures, (System.nanoTime() - start) * 1e-9, different.get(), waits.get());
        } catch (ExecutionException e) {
            throw new IOException("a client failed: " + e.getCause(), e);
        } finally {
            threads.shutdownNow();
        }
    }

    private void draw(int number) throws IOException, InterruptedException {
        HttpRequest post = HttpRequest.newBuilder(server.resolve("/pictures")).header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofByteArray(requests.get(number))).build();
        HttpResponse<byte[]> accepted = http.send(post, HttpResponse.BodyHandlers.ofByteArray());
        while (accepted.statusCode() == 429) {
            waits.incrementAndGet();
            Thread.sleep(Duration.ofSeconds(accepted.headers().firstValueAsLong("Retry-After").orElseThrow()).toMillis());
            accepted = http.send(post, HttpResponse.BodyHandlers.ofByteArray());
        }
        JsonNode links = JSON.readTree(expect(202, accepted)).get("links");
        String events = new String(get(links.get("events")), java.nio.charset.StandardCharsets.UTF_8);
        if (!events.contains("event: done")) {
            throw new IOException("request " + number + " ended with " + events.substring(events.lastIndexOf("event: ")));
        }
        if (!Arrays.equals(alone.get(number), get(links.get("floats")))) {
            different.incrementAndGet();
        }
    }

    private byte[] get(JsonNode link) throws IOException, InterruptedException {
        return expect(200, http.send(HttpRequest.newBuilder(server.resolve(link.textValue())).build(), HttpResponse.BodyHandlers.ofByteArray()));
    }

    private static byte[] expect(int status, HttpResponse<byte[]> response) throws IOException {
        if (response.statusCode() != status) {
            throw new IOException(response + ": " + new String(response.body(), java.nio.charset.StandardCharsets.UTF_8));
        }
        return response.body();
    }

    static String table(Result... results) {
        StringBuilder table = new StringBuilder("| clients | pictures | seconds | pictures per second | other bits than alone | told to come again |\n| ---: | ---: | ---: | ---: | ---: | ---: |\n");
        for (Result result : results) {
            table.append(String.format(Locale.ROOT, "| %d | %d | %.1f | %.2f | %d | %d |%n", result.clients(), result.pictures(), result.seconds(), result.perSecond(), result.different(), result.waits()));
        }
        return table.toString();
    }
}
