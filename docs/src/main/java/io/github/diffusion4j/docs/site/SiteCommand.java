package io.github.diffusion4j.docs.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Writes the documentation site. */
@Command(name = "site", description = "Write the documentation as a static site that opens from disk.", mixinStandardHelpOptions = true)
public final class SiteCommand implements Callable<Integer> {

    @Option(names = "--docs", defaultValue = "docs", description = "The folder with the Markdown files (default: ${DEFAULT-VALUE}).")
    private Path docs;

    @Option(names = "--out", required = true, description = "The folder to write to.")
    private Path out;

    @Option(names = "--captions", defaultValue = "0", description = "How many captions the explorer's page has pictures of, up to 4; one takes about a minute on two cores (default: ${DEFAULT-VALUE}).")
    private int captions;

    @Option(names = "--seeds", defaultValue = "1", description = "With how many seeds each (default: ${DEFAULT-VALUE}).")
    private int seeds;

    /** Made by the command line. */
    public SiteCommand() {}

    @Override
    public Integer call() throws IOException {
        if (!Files.isRegularFile(docs.resolve("contents.md"))) {
            throw new IllegalArgumentException(docs + " has no contents.md; --docs names the folder with the Markdown files");
        }
        int pages = new Site(docs, out).write();
        new Atlas(captions, seeds).write(out);
        System.out.println(pages + " pages: " + out.resolve("index.html"));
        return 0;
    }
}
