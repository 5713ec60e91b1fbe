package io.github.diffusion4j.docs.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A folder that appears whole or not at all: it is written beside its final place and moved there at the end. */
public final class ReportFolder implements AutoCloseable {

    private static final String MARK = "index.html";

    private final Path target;
    private final Path work;
    private final Thread cleaner;

    private ReportFolder(Path target, Path work) {
        this.target = target;
        this.work = work;
        this.cleaner = new Thread(() -> delete(work));
        Runtime.getRuntime().addShutdownHook(cleaner);
    }

    /**
     * A folder that will replace an older report; anything else in its place is left alone and refused.
     *
     * @param target its final place
     * @return the folder
     * @throws IOException if it cannot be made
     */
    public static ReportFolder replacing(Path target) throws IOException {
        if (Files.exists(target) && !Files.exists(target.resolve(MARK)) && !empty(target)) {
            throw new IllegalArgumentException(target + " exists and is not a report; choose another --out");
        }
        Files.createDirectories(target.getParent());
        return new ReportFolder(target, Files.createTempDirectory(target.getParent(), "." + target.getFileName() + "-"));
    }

    private static boolean empty(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        }
    }

    /**
     * Where to write.
     *
     * @return the folder beside its final place
     */
    public Path path() {
        return work;
    }

    /**
     * Moves the folder to its final place.
     *
     * @throws IOException if it cannot be moved
     */
    public void publish() throws IOException {
        delete(target);
        Files.move(work, target);
    }

    @Override
    public void close() {
        delete(work);
        Runtime.getRuntime().removeShutdownHook(cleaner);
    }

    private static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> entries = Files.walk(folder)) {
            for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(entry);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
