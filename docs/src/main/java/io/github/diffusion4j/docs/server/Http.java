package io.github.diffusion4j.docs.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** The JDK's HTTP server: a thread for each exchange, and an answer to every refusal. */
final class Http implements AutoCloseable {

    private static final int SECONDS_TO_END = 5;

    private final HttpServer server;
    private final ExecutorService handlers = handlers();
    private final Handler handler;

    /** Answers an exchange. */
    interface Handler {
        void answer(HttpExchange exchange) throws IOException, InterruptedException;
    }

    Http(InetSocketAddress address, Handler handler) throws IOException {
        this.handler = handler;
        server = HttpServer.create(address, 0);
        server.setExecutor(handlers);
        server.createContext("/", this::handle);
    }

    void start() {
        server.start();
    }

    URI uri() {
        InetAddress address = server.getAddress().getAddress();
        String host = address.isAnyLocalAddress() ? "localhost" : address.getHostAddress();
        return URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + server.getAddress().getPort() + "/");
    }

    /** Threads cost little where the JDK has virtual ones (21 and newer). */
    private static ExecutorService handlers() {
        try {
            return (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (ReflectiveOperationException e) {
            return Executors.newCachedThreadPool();
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            try {
                handler.answer(exchange);
            } catch (Refused e) {
                e.headers().forEach(exchange.getResponseHeaders()::set);
                Answers.error(exchange, e.status(), e.getMessage());
            } catch (IllegalArgumentException e) {
                Answers.error(exchange, 400, e.getMessage());
            } catch (RuntimeException e) {
                Answers.error(exchange, 500, e.toString());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Refuses all methods but some. */
    static void allow(HttpExchange exchange, String... methods) {
        if (!Arrays.asList(methods).contains(exchange.getRequestMethod())) {
            String allowed = String.join(", ", methods);
            throw new Refused(405, exchange.getRequestURI().getPath() + " takes " + allowed + ", got " + exchange.getRequestMethod(), Map.of("Allow", allowed));
        }
    }

    /** Waits a little for exchanges to end. */
    @Override
    public void close() {
        try {
            handlers.shutdown();
            handlers.awaitTermination(SECONDS_TO_END, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            server.stop(0);
            handlers.shutdownNow();
        }
    }
}
