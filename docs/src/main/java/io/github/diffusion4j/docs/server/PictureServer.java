package io.github.diffusion4j.docs.server;

import com.sun.net.httpserver.HttpExchange;
import io.github.diffusion4j.core.kernel.HostArray;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Pictures over HTTP. Requests that are there at the same time share the calls of the network, whatever their schedulers, steps and guidance are; each picture has the bits it would have alone.
 * Handlers only read requests and write answers; one thread drives the batch.
 *
 * <pre>{@code
 *   try (PictureServer server = PictureServer.start(network, PictureServer.loopback(8080), PictureServer.Limits.DEFAULT)) {
 *       System.out.println(server.uri());                             // a page to try it
 *   }
 * }</pre>
 */
public final class PictureServer implements AutoCloseable {

    private static final Pattern PICTURE = Pattern.compile("/pictures/(\\d{1,18})(|/picture\\.png|/picture\\.f32|/events)");

    private final PictureNetwork network;
    private final Limits limits;
    private final Http http;
    private final PictureQueue queue;
    private final Thread driver;
    /** By number, the eldest first. */
    private final Map<Long, Picture> pictures = new LinkedHashMap<>();
    private long accepted;

    /**
     * How much a server takes on.
     *
     * @param slots the most samples in one call of the network; a request with guidance takes two
     * @param queue the most requests that wait
     * @param kept how many pictures are kept after they are done, cancelled or failed
     * @param body the most bytes of a request
     */
    public record Limits(int slots, int queue, int kept, int body) {

        /** 16 slots, 64 who wait, 256 results, requests of up to 1 MiB. */
        public static final Limits DEFAULT = new Limits(16, 64, 256, 1 << 20);

        /**
         * Checks the limits.
         *
         * @throws IllegalArgumentException if one is less than 1
         */
        public Limits {
            if (slots < 1 || queue < 1 || kept < 1 || body < 1) {
                throw new IllegalArgumentException("a server has 1 or more slots, waiting requests, kept pictures and bytes of a request, got " + slots + ", " + queue + ", " + kept + " and " + body);
            }
        }
    }

    private PictureServer(PictureNetwork network, InetSocketAddress address, Limits limits) throws IOException {
        this.network = network;
        this.limits = limits;
        queue = new PictureQueue(limits.queue());
        driver = new Thread(new Driver(network, queue, limits.slots()), "pictures");
        http = new Http(address, this::answer);
    }

    /**
     * Starts a server.
     *
     * @param network the network; it stays yours
     * @param address where to listen
     * @param limits how much it takes on
     * @return the server, to be closed
     * @throws IOException if it cannot listen there
     */
    public static PictureServer start(PictureNetwork network, InetSocketAddress address, Limits limits) throws IOException {
        PictureServer server = new PictureServer(network, address, limits);
        server.driver.start();
        server.http.start();
        return server;
    }

    /**
     * An address that only this machine reaches.
     *
     * @param port the port, 0 for any that is free
     * @return the address
     */
    public static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /**
     * Where the server listens.
     *
     * @return the address of its page
     */
    public URI uri() {
        return http.uri();
    }

    private void answer(HttpExchange exchange) throws IOException, InterruptedException {
        String path = exchange.getRequestURI().getPath();
        if (path.equals("/")) {
            Http.allow(exchange, "GET");
            page(exchange);
        } else if (path.equals("/pictures")) {
            Http.allow(exchange, "POST");
            Picture picture = accept(PictureRequest.read(body(exchange), network));
            exchange.getResponseHeaders().set("Location", Answers.path(picture));
            Answers.json(exchange, 202, Answers.state(picture));
        } else {
            Matcher matcher = PICTURE.matcher(path);
            if (!matcher.matches()) {
                throw new Refused(404, "there is nothing at " + path + "; pictures are at /pictures");
            }
            picture(exchange, matcher.group(2), find(Long.parseLong(matcher.group(1))));
        }
    }

    private void picture(HttpExchange exchange, String part, Picture picture) throws IOException, InterruptedException {
        if (part.isEmpty()) {
            Http.allow(exchange, "GET", "DELETE");
            boolean cancels = exchange.getRequestMethod().equals("DELETE") && !picture.progress().state().isEnd();
            if (cancels) {
                cancel(picture);
            }
            Answers.json(exchange, cancels ? 202 : 200, Answers.state(picture));
            return;
        }
        Http.allow(exchange, "GET");
        switch (part) {
            case "/events" -> Answers.events(exchange, picture);
            case "/picture.png" -> Answers.bytes(exchange, 200, "image/png", Png.write(result(picture)));
            default -> Answers.bytes(exchange, 200, "application/octet-stream", Png.floats(result(picture)));
        }
    }

    private byte[] body(HttpExchange exchange) throws IOException {
        String type = exchange.getRequestHeaders().getFirst("Content-Type");
        if (type == null || !type.split(";")[0].strip().equalsIgnoreCase("application/json")) {
            throw new Refused(415, "a request is JSON; send it with the header Content-Type: application/json");
        }
        try (InputStream stream = exchange.getRequestBody()) {
            byte[] body = stream.readNBytes(limits.body() + 1);
            if (body.length > limits.body()) {
                throw new Refused(413, "a request has at most " + limits.body() + " bytes");
            }
            return body;
        }
    }

    private Picture accept(PictureRequest request) {
        if (request.slots() > limits.slots()) {
            throw new IllegalArgumentException("the guidance takes " + request.slots() + " slots, but this server has " + limits.slots());
        }
        synchronized (pictures) {
            Picture picture = new Picture(accepted + 1, request);
            queue.add(picture);
            accepted++;
            pictures.put(picture.id(), picture);
            List<Long> ended = pictures.values().stream().filter(each -> each.progress().state().isEnd()).map(Picture::id).toList();
            ended.stream().limit(Math.max(0, ended.size() - limits.kept())).forEach(pictures::remove);
            return picture;
        }
    }

    private Picture find(long id) {
        synchronized (pictures) {
            Picture picture = pictures.get(id);
            if (picture == null) {
                throw new Refused(404, "there is no picture " + id + (id >= 1 && id <= accepted ? " any more; " + limits.kept() + " are kept" : ""));
            }
            return picture;
        }
    }

    private void cancel(Picture picture) {
        picture.cancel();
        if (queue.remove(picture)) {
            picture.end(Progress.State.CANCELLED, Picture.BY_REQUEST);
        }
    }

    private static HostArray result(Picture picture) {
        Progress progress = picture.progress();
        if (progress.state() != Progress.State.DONE) {
            throw new Refused(409, "picture " + picture.id() + " is " + progress.state() + progress.reason().map(reason -> ": " + reason).orElse("; wait for the event done"));
        }
        return progress.array().orElseThrow();
    }

    private void page(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src 'self' data:");
        try (InputStream page = PictureServer.class.getResourceAsStream("/server/page.html")) {
            String examples = network.examples().stream().map(words -> "<option value=\"" + words.replace("&", "&amp;").replace("\"", "&quot;") + "\">").collect(Collectors.joining());
            String html = new String(page.readAllBytes(), StandardCharsets.UTF_8).replace("<!-- examples -->", examples);
            Answers.bytes(exchange, 200, "text/html; charset=utf-8", html.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Cancels what is not done, tells everybody, and ends all threads of the server. */
    @Override
    public void close() {
        queue.close().forEach(picture -> picture.end(Progress.State.CANCELLED, "the server stops"));
        try {
            driver.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            http.close();
        }
    }
}
