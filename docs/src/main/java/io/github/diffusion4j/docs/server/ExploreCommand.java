package io.github.diffusion4j.docs.server;

import io.github.diffusion4j.docs.emoji.EmojiNetwork;
import io.github.diffusion4j.samplers.WholeFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The explorer with a network behind it. */
@Command(name = "explore", description = "Pick schedule, spacing, solver, steps, guidance, words and seed on a page, and see the picture drawn step by step. Served to this machine alone.",
        mixinStandardHelpOptions = true, sortOptions = false)
public final class ExploreCommand implements Callable<Integer> {

    @Option(names = "--port", defaultValue = "8080", description = "Where to listen, 0 for any port that is free (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(names = "--draw", description = "Instead of serving, draw what an address of the page says after #, for instance \"words=noto+owl&solver=unipc2&steps=10&guidance=2&seed=1\".")
    private String query;

    @Option(names = "--out", defaultValue = "picture.png", description = "The file for the picture of --draw (default: ${DEFAULT-VALUE}).")
    private Path out;

    /** Made by the command line. */
    public ExploreCommand() {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (EmojiNetwork network = EmojiNetwork.open()) {
            return query == null ? serve(network) : draw(network);
        }
    }

    private int draw(EmojiNetwork network) throws IOException {
        WholeFile.write(out, Png.write(ExplorerServer.frames(network, query).picture()));
        System.out.println("Picture: " + out.toAbsolutePath().normalize());
        return 0;
    }

    private int serve(EmojiNetwork network) throws IOException, InterruptedException {
        System.setProperty("sun.net.httpserver.nodelay", "true");
        try (ExplorerServer server = ExplorerServer.start(network, PictureServer.loopback(port))) {
            System.out.println("Explorer at " + server.uri() + "; Ctrl+C ends it");
            new CountDownLatch(1).await();
            return 0;
        }
    }
}
