package io.github.diffusion4j.docs.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.samplers.pipeline.Pipeline;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PictureServerTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private StandIn network = StandIn.free();
    private PictureServer server;

    private void start(StandIn with, int slots, int queue, int kept) throws IOException {
        network = with;
        server = PictureServer.start(network, PictureServer.loopback(0), new PictureServer.Limits(slots, queue, kept, 4096));
    }

    @AfterEach
    void close() {
        network.turns.drainPermits();
        network.turns.release(1_000_000);
        server.close();
    }

    private HttpResponse<byte[]> send(String method, String path, String body, String type) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.uri().resolve(path)).method(method, body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        return HTTP.send((type == null ? request : request.header("Content-Type", type)).build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private HttpResponse<byte[]> post(String json) throws IOException, InterruptedException {
        return send("POST", "/pictures", json, "application/json");
    }

    private HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
        return send("GET", path, null, null);
    }

    private static String error(int status, HttpResponse<byte[]> response) throws IOException {
        assertEquals(status, response.statusCode(), () -> new String(response.body()));
        return JSON.readTree(response.body()).get("error").textValue();
    }

    /** Accepted: its path. */
    private String draw(String words, String more) throws IOException, InterruptedException {
        HttpResponse<byte[]> response = post("{\"words\": \"" + words + "\", \"steps\": 6" + more + "}");
        assertEquals(202, response.statusCode(), () -> new String(response.body()));
        String path = response.headers().firstValue("Location").orElseThrow();
        assertEquals(path, JSON.readTree(response.body()).get("links").get("self").textValue());
        return path;
    }

    private JsonNode state(String path) throws IOException, InterruptedException {
        HttpResponse<byte[]> response = get(path);
        assertEquals(200, response.statusCode());
        return JSON.readTree(response.body());
    }

    private List<String> events(String path) throws IOException, InterruptedException {
        return List.of(new String(get(path + "/events").body()).split("\n\n"));
    }

    /** Waits for the end. */
    private String end(String path) throws IOException, InterruptedException {
        List<String> events = events(path);
        String last = events.get(events.size() - 1);
        return last.substring("event: ".length(), last.indexOf('\n'));
    }

    /** Until the network holds that many calls. */
    private void calls(int count) throws InterruptedException {
        while (network.calls.size() < count) {
            Thread.sleep(1);
        }
    }

    @Test
    void a_picture_is_that_of_the_pipeline() throws Exception {
        start(StandIn.free(), 4, 8, 8);
        String path = draw("red cat", ", \"negative\": \"dog\", \"scheduler\": \"Euler a\", \"guidance\": 3, \"seed\": 5");
        assertEquals("done", end(path));
        Pipeline<HostArray, String> same = Pipeline.<HostArray, String>of(HostArrays.HEAP, network.config(), 3, 8, 8).scheduler("Euler a").steps(6).guidance(3).seed(5).condition("red cat")
                .condition(Branch.UNCONDITIONAL, "dog");
        HostArray picture = same.run(network).get(0);
        assertArrayEquals(Png.floats(picture), get(path + "/picture.f32").body());
        byte[] png = get(path + "/picture.png").body();
        assertArrayEquals(Png.write(picture), png);
        assertEquals(8, ImageIO.read(new ByteArrayInputStream(png)).getWidth());
        assertEquals(JSON.readTree("{\"id\": 1, \"state\": \"done\", \"evaluation\": 6, \"evaluations\": 6}"), ((ObjectNode) state(path)).without(List.of("links")));

        String changed = draw("blue cat", ", \"image\": \"" + Base64.getEncoder().encodeToString(png) + "\", \"strength\": 0.5");
        assertEquals("done", end(changed));
        HostArray expected = Pipeline.<HostArray, String>of(HostArrays.HEAP, network.config(), 3, 8, 8).steps(6).condition("blue cat").from(Png.read(png, 8), 0.5).run(network).get(0);
        assertArrayEquals(Png.floats(expected), get(changed + "/picture.f32").body());
    }

    @Test
    void what_is_wrong_is_said() throws Exception {
        start(StandIn.free(), 1, 8, 8);
        String large = Base64.getEncoder().encodeToString(Png.write(HostArray.of(new float[3 * 16 * 16], 1, 3, 16, 16)));
        Map<String, String> wrong = Map.ofEntries(Map.entry("", "JSON object"), Map.entry("{", "JSON object"), Map.entry("[]", "JSON object"), Map.entry("{} {}", "JSON object"),
                Map.entry("{\"words\": \"a\", \"words\": \"b\"}", "Duplicate"), Map.entry("{}", "needs words"), Map.entry("{\"words\": 3}", "words is a string"),
                Map.entry("{\"words\": \"xyz\"}", "not taught 'xyz'"), Map.entry("{\"words\": \"a\", \"negative\": \"xyz\"}", "not taught"), Map.entry("{\"words\": \"a\", \"stepz\": 3}", "no keys [stepz]"),
                Map.entry("{\"words\": \"a\", \"steps\": 0}", "steps is a whole number from 1"), Map.entry("{\"words\": \"a\", \"steps\": 1e9}", "steps is"), Map.entry("{\"words\": \"a\", \"steps\": 2.5}", "steps is"),
                Map.entry("{\"words\": \"a\", \"scheduler\": \"nonsense\"}", "known are"), Map.entry("{\"words\": \"a\", \"scheduler\": \"FlowMatchEulerDiscreteScheduler\"}", "FlowMatchEulerDiscreteScheduler"),
                Map.entry("{\"words\": \"a\", \"guidance\": \"strong\"}", "guidance is a scale or a guider_config"), Map.entry("{\"words\": \"a\", \"guidance\": {}}", "unknown guider class"),
                Map.entry("{\"words\": \"a\", \"guidance\": {\"_class_name\": \"ClassifierFreeGuidance\", \"scale\": 2}}", "no guider has the keys [scale]"),
                Map.entry("{\"words\": \"a\", \"guidance\": 2}", "takes 2 slots"), Map.entry("{\"words\": \"a\", \"guidance\": 1e999}", "guidance"), Map.entry("{\"words\": \"a\", \"seed\": 1e30}", "seed is"),
                Map.entry("{\"words\": \"a\", \"strength\": 0.5}", "image and strength go together"), Map.entry("{\"words\": \"a\", \"image\": \"AAAA\", \"strength\": 0.5}", "image is a PNG"),
                Map.entry("{\"words\": \"a\", \"image\": \"??\", \"strength\": 0.5}", "base64"), Map.entry("{\"words\": \"a\", \"image\": \"" + large + "\", \"strength\": 0.5}", "16x16"),
                Map.entry("{\"words\": \"a\", \"deadline_ms\": 0}", "deadline_ms is"), Map.entry("{\"words\": \"a\", \"priority\": 1000}", "priority is"));
        for (Map.Entry<String, String> request : wrong.entrySet()) {
            String message = error(400, post(request.getKey()));
            assertTrue(message.contains(request.getValue()), request.getKey() + ": " + message);
        }
        assertTrue(error(415, send("POST", "/pictures", "{\"words\": \"a\"}", "text/plain")).contains("application/json"));
        assertTrue(error(413, post(" ".repeat(5000))).contains("4096 bytes"));
        assertTrue(error(404, get("/pictures/1")).contains("no picture 1"));
        assertTrue(error(404, get("/nowhere")).contains("/nowhere"));
        for (String[] bad : new String[][] {{"GET", "/pictures", "POST"}, {"POST", "/", "GET"}, {"PUT", "/pictures", "POST"}}) {
            HttpResponse<byte[]> response = send(bad[0], bad[1], null, null);
            assertTrue(error(405, response).contains(bad[0]));
            assertEquals(bad[2], response.headers().firstValue("Allow").orElseThrow());
        }
        String path = draw("a", "");
        assertEquals("done", end(path));
        assertEquals("GET, DELETE", send("PUT", path, null, null).headers().firstValue("Allow").orElseThrow());
        assertEquals(405, send("DELETE", path + "/picture.png", null, null).statusCode());
    }

    @Test
    void a_full_queue_says_when_to_come_again() throws Exception {
        start(StandIn.held(), 1, 2, 8);
        draw("first", "");
        calls(1);
        draw("second", "");
        draw("third", "");
        HttpResponse<byte[]> response = post("{\"words\": \"fourth\"}");
        assertTrue(error(429, response).contains("2 requests wait"));
        assertEquals("1", response.headers().firstValue("Retry-After").orElseThrow());
    }

    @Test
    void who_waits_and_who_runs_can_be_cancelled() throws Exception {
        start(StandIn.held(), 1, 8, 8);
        String runs = draw("runs", "");
        calls(1);
        String waits = draw("waits", "");
        assertEquals("queued", state(waits).get("state").textValue());
        assertTrue(error(409, get(waits + "/picture.png")).contains("queued"));
        assertEquals(202, send("DELETE", waits, null, null).statusCode());
        assertEquals("cancelled", state(waits).get("state").textValue());
        assertEquals(202, send("DELETE", runs, null, null).statusCode());
        assertEquals("running", state(runs).get("state").textValue());
        network.turns.release();
        assertEquals("cancelled", end(runs));
        assertEquals("by request", state(runs).get("reason").textValue());
        assertEquals(1, network.calls.size());
        assertEquals(200, send("DELETE", runs, null, null).statusCode());
    }

    @Test
    void a_deadline_ends_who_runs_and_who_waits() throws Exception {
        start(StandIn.held(), 1, 8, 8);
        String runs = draw("runs", ", \"deadline_ms\": 1000");
        calls(1);
        String waits = draw("waits", ", \"deadline_ms\": 1000");
        String patient = draw("patient", ", \"deadline_ms\": 60000");
        Thread.sleep(1100);
        network.turns.release(100);
        assertEquals("done", end(patient));
        for (String path : List.of(runs, waits)) {
            assertEquals("the deadline of 1000 ms has passed", state(path).get("reason").textValue());
        }
        assertEquals(7, network.calls.size());
    }

    @Test
    void the_higher_priority_comes_first_then_who_came_first() throws Exception {
        start(StandIn.held(), 1, 8, 8);
        draw("first", "");
        calls(1);
        List<String> paths = List.of(draw("low", ", \"priority\": -1"), draw("a", ""), draw("high", ", \"priority\": 2"), draw("b", ""));
        network.turns.release(1000);
        for (String path : paths) {
            assertEquals("done", end(path));
        }
        assertEquals(List.of("first", "high", "a", "b", "low"), network.calls.stream().map(words -> words.get(0)).distinct().collect(Collectors.toList()));
    }

    @Test
    void requests_share_the_calls_of_the_network() throws Exception {
        start(StandIn.held(), 4, 8, 8);
        draw("first", "");
        calls(1);
        List<String> paths = List.of(draw("second", ", \"guidance\": 2"), draw("third", ""), draw("fourth", ""));
        network.turns.release(1000);
        for (String path : paths) {
            assertEquals("done", end(path));
        }
        assertEquals(List.of("first", "second", "", "third"), network.calls.get(1));
        assertEquals("fourth", network.calls.get(6).get(3));
    }

    @Test
    void events_tell_of_every_evaluation_and_show_estimates() throws Exception {
        start(StandIn.held(), 2, 8, 8);
        String path = draw("cat", "");
        calls(1);
        CompletableFuture<HttpResponse<java.util.stream.Stream<String>>> stream = HTTP.sendAsync(HttpRequest.newBuilder(server.uri().resolve(path + "/events")).build(),
                HttpResponse.BodyHandlers.ofLines());
        List<String> lines = new java.util.ArrayList<>();
        HttpResponse<java.util.stream.Stream<String>> response = stream.get(10, TimeUnit.SECONDS);
        assertEquals("text/event-stream", response.headers().firstValue("Content-Type").orElseThrow());
        response.body().forEach(line -> {
            lines.add(line);
            if (line.startsWith("data:")) {
                network.turns.release();
            }
        });
        assertEquals(List.of("progress", "progress", "progress", "progress", "progress", "progress"), IntStream.range(0, 6).mapToObj(i -> lines.get(3 * i).substring(7)).toList());
        assertEquals("event: done", lines.get(lines.size() - 3));
        List<JsonNode> data = new java.util.ArrayList<>();
        for (String line : lines) {
            if (line.startsWith("data: ")) {
                data.add(JSON.readTree(line.substring(6)));
            }
        }
        for (int i = 0; i < 6; i++) {
            assertEquals(i, data.get(i).get("evaluation").intValue());
            assertEquals(6, data.get(i).get("evaluations").intValue());
            assertEquals(i == 1 || i == 5, data.get(i).has("preview"), "event " + i);
        }
        Png.read(Base64.getDecoder().decode(data.get(5).get("preview").textValue()), StandIn.SIDE);
    }

    @Test
    void a_network_that_fails_fails_who_asked_it_and_nobody_else() throws Exception {
        start(StandIn.free(), 4, 8, 8);
        String failed = draw("fail", "");
        assertEquals("failed", end(failed));
        assertEquals("the network fell over", state(failed).get("reason").textValue());
        assertEquals("done", end(draw("cat", "")));
    }

    @Test
    void results_are_kept_for_a_while() throws Exception {
        start(StandIn.free(), 4, 8, 2);
        for (int i = 1; i <= 5; i++) {
            assertEquals("done", end(draw("cat", "")));
        }
        assertTrue(error(404, get("/pictures/2")).contains("any more; 2 are kept"));
        assertEquals("done", state("/pictures/4").get("state").textValue());
    }

    @Test
    void closing_ends_everybody() throws Exception {
        start(StandIn.held(), 1, 8, 8);
        List<String> paths = List.of(draw("runs", ""), draw("waits", ""));
        calls(1);
        List<CompletableFuture<String>> streams = paths.stream().map(path -> HTTP.sendAsync(HttpRequest.newBuilder(server.uri().resolve(path + "/events")).build(),
                HttpResponse.BodyHandlers.ofString()).thenApply(HttpResponse::body)).toList();
        Thread.sleep(200);
        CompletableFuture<Void> closing = CompletableFuture.runAsync(server::close);
        Thread.sleep(100);
        network.turns.release();
        closing.get(10, TimeUnit.SECONDS);
        for (CompletableFuture<String> stream : streams) {
            assertTrue(stream.get(1, TimeUnit.SECONDS).contains("event: cancelled\n"), stream.get());
        }
        assertThrows(ConnectException.class, () -> get("/"));
        assertTrue(Thread.getAllStackTraces().keySet().stream().noneMatch(thread -> thread.getName().equals("pictures")));
    }

    @Test
    void only_this_machine_reaches_it() throws Exception {
        start(StandIn.free(), 1, 1, 1);
        assertTrue(InetAddress.getByName(server.uri().getHost()).isLoopbackAddress(), server.uri().toString());
        List<InetAddress> others = NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses).filter(address -> !address.isLoopbackAddress()).toList();
        for (InetAddress address : others) {
            try (Socket socket = new Socket()) {
                assertThrows(IOException.class, () -> socket.connect(new InetSocketAddress(address, server.uri().getPort()), 1000));
            }
        }
    }

    @Test
    void the_page_stands_alone() throws Exception {
        start(StandIn.free(), 1, 1, 1);
        HttpResponse<byte[]> response = get("/");
        String page = new String(response.body());
        assertTrue(page.contains("<option value=\"a &quot;green&quot; dog &amp; more\">"), page);
        assertTrue(response.headers().firstValue("Content-Security-Policy").orElseThrow().startsWith("default-src 'none'"));
        assertTrue(!page.contains("http:") && !page.contains("https:"), "external resources");
        for (String id : page.split("<(?:input|select) id=\"")) {
            String name = id.substring(0, Math.max(0, id.indexOf('"')));
            assertTrue(id.startsWith("<!DOCTYPE") || page.contains("<label for=\"" + name + "\">"), name);
        }
    }

    /** A few seconds of what {@code serve --load} does. */
    @Test
    void pictures_under_load_have_the_bits_of_the_run_alone() throws Exception {
        start(StandIn.free(), 6, 4, 64);
        LoadTest load = new LoadTest(server.uri(), network);
        for (int clients : new int[] {1, 8}) {
            LoadTest.Result result = load.run(clients, Duration.ofSeconds(2));
            assertTrue(result.pictures() >= 2 * clients, result.toString());
            assertEquals(0, result.different(), result.toString());
        }
    }

    @Test
    void limits_are_positive() throws Exception {
        start(StandIn.free(), 1, 1, 1);
        assertTrue(assertThrows(IllegalArgumentException.class, () -> new PictureServer.Limits(0, 1, 1, 1)).getMessage().contains("got 0, 1, 1"));
    }
}
