package io.github.diffusion4j.docs.server;

import io.github.diffusion4j.docs.emoji.EmojiNetwork;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Serves pictures, or measures how it does under load. */
@Command(name = "serve", description = "Draw pictures for many at once, over HTTP, on this machine alone.", mixinStandardHelpOptions = true, sortOptions = false)
public final class ServeCommand implements Callable<Integer> {

    @Option(names = "--port", defaultValue = "8080", description = "Where to listen, 0 for any port that is free (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(names = "--slots", defaultValue = "16", description = "The most samples in one call of the network; guidance takes two for a picture (default: ${DEFAULT-VALUE}).")
    private int slots;

    @Option(names = "--queue", defaultValue = "64", description = "The most requests that wait (default: ${DEFAULT-VALUE}).")
    private int queue;

    @Option(names = "--load", description = "Instead of serving, ask with so many clients at once, and before that with one, and compare every picture with the run alone.")
    private int load;

    @Option(names = "--seconds", defaultValue = "60", description = "How long each of both asks (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(names = "--known", description = "Instead of the network that draws emoji in ONNX Runtime, a formula that draws 64 known pictures.")
    private boolean known;

    /** Made by the command line. */
    public ServeCommand() {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        System.setProperty("sun.net.httpserver.nodelay", "true");
        if (known) {
            return run(KnownPictures.open());
        }
        try (EmojiNetwork emoji = EmojiNetwork.open()) {
            return run(emoji.forPipelines());
        }
    }

    private int run(PictureNetwork network) throws IOException, InterruptedException {
        PictureServer.Limits usual = PictureServer.Limits.DEFAULT;
        try (PictureServer server = PictureServer.start(network, PictureServer.loopback(load > 0 ? 0 : port), new PictureServer.Limits(slots, queue, usual.kept(), usual.body()))) {
            return load > 0 ? measure(network, server) : serve(server);
        }
    }

    private static int serve(PictureServer server) throws InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(server::close));
        System.out.println("Pictures at " + server.uri() + "; Ctrl+C ends it");
        new CountDownLatch(1).await();
        return 0;
    }

    private int measure(PictureNetwork network, PictureServer server) throws IOException, InterruptedException {
        LoadTest test = new LoadTest(server.uri(), network);
        LoadTest.Result one = test.run(1, Duration.ofSeconds(seconds));
        LoadTest.Result many = test.run(load, Duration.ofSeconds(seconds));
        System.out.print(LoadTest.table(one, many));
        System.out.printf(java.util.Locale.ROOT, "%.2f times the pictures of one request at a time, with %d slots on %d processors%n", many.perSecond() / one.perSecond(), slots,
                Runtime.getRuntime().availableProcessors());
        return one.different() + many.different() == 0 ? 0 : 1;
    }
}
