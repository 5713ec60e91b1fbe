package io.github.diffusion4j.docs.server;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.docs.emoji.EmojiNetwork;
import io.github.diffusion4j.docs.emoji.Frames;
import io.github.diffusion4j.docs.explorer.Explorer;
import io.github.diffusion4j.docs.explorer.Selection;
import io.github.diffusion4j.docs.site.ExplorerPage;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/**
 * The explorer's page with a network behind it: {@code /draw?schedule=...&words=...} streams the frames of a picture as server-sent events while they are computed, and a reader who leaves ends the run.
 * The page's numbers come from the library here instead of from its copy in JavaScript.
 */
public final class ExplorerServer implements AutoCloseable {

    private static final int MOST_STEPS = 1000;

    private final EmojiNetwork network;
    private final Http http;

    private ExplorerServer(EmojiNetwork network, InetSocketAddress address) throws IOException {
        this.network = network;
        http = new Http(address, this::answer);
    }

    /**
     * Starts a server.
     *
     * @param network the network; it stays yours
     * @param address where to listen
     * @return the server, to be closed
     * @throws IOException if it cannot listen there
     */
    public static ExplorerServer start(EmojiNetwork network, InetSocketAddress address) throws IOException {
        ExplorerServer server = new ExplorerServer(network, address);
        server.http.start();
        return server;
    }

    /**
     * Where the server listens.
     *
     * @return the address of its page
     */
    public URI uri() {
        return http.uri();
    }

    /**
     * What an address of the page draws.
     *
     * @param network the network
     * @param query the part of the address after {@code #}
     * @return the picture on its way
     * @throws IllegalArgumentException if there is no such run, or the network was trained for another process
     */
    static Frames frames(EmojiNetwork network, String query) {
        Selection selection = Selection.of(query);
        if (!selection.schedule().equals("cosine") || !selection.prediction().equals("v")) {
            throw new IllegalArgumentException("the network was trained with schedule=cosine and prediction=v, got " + selection.schedule() + " and " + selection.prediction());
        }
        if (selection.words().isBlank() || selection.steps() > MOST_STEPS || !(selection.guidance() >= 1 && selection.guidance() <= 20)) {
            throw new IllegalArgumentException("a picture has words, at most " + MOST_STEPS + " steps and a guidance of 1 to 20, got '" + selection.words() + "', " + selection.steps() + " and " + selection.guidance());
        }
        network.of(selection.words()).close();
        return new Frames(network, selection.words(), selection.guided(), selection.seed());
    }

    private void answer(HttpExchange exchange) throws IOException {
        Http.allow(exchange, "GET");
        String name = exchange.getRequestURI().getPath().substring(1);
        String query = Optional.ofNullable(exchange.getRequestURI().getQuery()).orElse("");
        switch (name) {
            case "", "explorer.html", "index.html" -> text(exchange, "text/html", ExplorerPage.alone());
            case "explorer-library.js" -> text(exchange, "text/javascript", ExplorerPage.live());
            case "atlas.js" -> text(exchange, "text/javascript", "const atlas = null;\n");
            case "library/choices" -> text(exchange, "application/json", Explorer.choices());
            case "library/run" -> text(exchange, "application/json", Explorer.run(query));
            case "library/refused" -> text(exchange, "application/json", Explorer.refused(query));
            case "library/normals" -> text(exchange, "application/json", normals(query));
            case "library/captions" -> text(exchange, "application/json", new JsonMapper().writeValueAsString(network.heldCaptions()));
            case "draw" -> draw(exchange, query);
            default -> asset(exchange, name);
        }
    }

    private static void asset(HttpExchange exchange, String name) throws IOException {
        if (!ExplorerPage.ASSETS.contains(name)) {
            throw new Refused(404, "there is nothing at /" + name + "; the page is at /");
        }
        text(exchange, name.endsWith(".css") ? "text/css" : "text/javascript", ExplorerPage.asset(name));
    }

    private static void text(HttpExchange exchange, String type, String text) throws IOException {
        Answers.bytes(exchange, 200, type + "; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }

    private static String normals(String query) {
        int[] numbers = Arrays.stream(query.split(",")).mapToInt(Integer::parseInt).toArray();
        if (numbers.length != 4 || numbers[3] > 1 << 16) {
            throw new IllegalArgumentException("seed, index, draw and count are four numbers, the last at most 65536, got " + query);
        }
        return Arrays.toString(Explorer.normals(numbers[0], numbers[1], numbers[2], numbers[3]));
    }

    private void draw(HttpExchange exchange, String query) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream body = exchange.getResponseBody()) {
            try {
                Frames frames = frames(network, query);
                Plan plan = frames.plan();
                frames.draw((evaluation, frame) -> sent(body, evaluation == plan.evaluations() ? "done" : "frame", evaluation + " " + plan.evaluations() + " " + png(frame)));
            } catch (IllegalArgumentException e) {
                sent(body, "refused", e.getMessage().replace('\n', ' '));
            }
        }
    }

    /** False if nobody reads any more. */
    private static boolean sent(OutputStream body, String event, String data) {
        try {
            body.write(("event: " + event + "\ndata: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
            body.flush();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static String png(BufferedImage image) {
        try {
            return Base64.getEncoder().encodeToString(Png.write(image));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
