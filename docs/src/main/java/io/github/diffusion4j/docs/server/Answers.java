package io.github.diffusion4j.docs.server;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import io.github.diffusion4j.core.kernel.HostArray;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;

/** What is answered: JSON, files, and progress as server-sent events. */
final class Answers {

    private static final JsonMapper JSON = new JsonMapper();
    /** After which a stream says that it is still there, so that a reader who left is noticed. */
    private static final Duration QUIET = Duration.ofSeconds(10);

    private Answers() {}

    /** Where a picture stands, with links. */
    static ObjectNode state(Picture picture) {
        ObjectNode root = progress(picture, picture.progress());
        String self = path(picture);
        root.putObject("links").put("self", self).put("picture", self + "/picture.png").put("floats", self + "/picture.f32").put("events", self + "/events");
        return root;
    }

    static String path(Picture picture) {
        return "/pictures/" + picture.id();
    }

    private static ObjectNode progress(Picture picture, Progress progress) {
        ObjectNode root = JsonNodeFactory.instance.objectNode().put("id", picture.id()).put("state", progress.state().toString()).put("evaluation", progress.evaluation())
                .put("evaluations", picture.request().plan().evaluations());
        progress.reason().ifPresent(reason -> root.put("reason", reason));
        return root;
    }

    static void json(HttpExchange exchange, int status, ObjectNode json) throws IOException {
        bytes(exchange, status, "application/json", JSON.writeValueAsBytes(json));
    }

    static void error(HttpExchange exchange, int status, String message) throws IOException {
        json(exchange, status, JsonNodeFactory.instance.objectNode().put("error", message));
    }

    static void bytes(HttpExchange exchange, int status, String type, byte[] bytes) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
        exchange.sendResponseHeaders(status, bytes.length);
        try (OutputStream body = exchange.getResponseBody()) {
            body.write(bytes);
        }
    }

    /** An event for all progress until the end; a reader who is slow misses some, and nobody waits for it. */
    static void events(HttpExchange exchange, Picture picture) throws IOException, InterruptedException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.sendResponseHeaders(200, 0);
        picture.watch();
        try (OutputStream body = exchange.getResponseBody()) {
            Progress seen = null;
            Progress now = picture.progress();
            while (true) {
                body.write((now == seen ? ": still here\n\n" : event(picture, seen, now)).getBytes(StandardCharsets.UTF_8));
                body.flush();
                if (now.state().isEnd()) {
                    return;
                }
                seen = now;
                now = picture.after(seen, QUIET);
            }
        } finally {
            picture.unwatch();
        }
    }

    private static String event(Picture picture, Progress before, Progress now) throws IOException {
        ObjectNode data = progress(picture, now);
        HostArray shown = before == null ? null : before.array().orElse(null);
        if (!now.state().isEnd() && now.array().isPresent() && now.array().get() != shown) {
            data.put("preview", Base64.getEncoder().encodeToString(Png.write(now.array().get())));
        }
        return "event: " + (now.state().isEnd() ? now.state() : "progress") + "\ndata: " + JSON.writeValueAsString(data) + "\n\n";
    }
}
