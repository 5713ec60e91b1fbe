package io.github.diffusion4j.samplers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;

/**
 * A file that is written whole or not at all: beside its place first, then moved there. Where writing fails, an older file stays as it was. In all else as files are written
 * everywhere: a symbolic link stays and the file it leads to is written, a new file has the permissions of the process's umask and an older one keeps its own, a file that may not be
 * written and a folder are refused, and what is no regular file (a device, a pipe) is written to directly.
 */
public final class WholeFile {

    /** Symbolic links followed one after another before they count as a circle. */
    private static final int MOST_LINKS = 40;

    /** Files beside the place that others are writing at the same time, or left when they were killed. */
    private static final int MOST_HALVES = 10_000;

    private WholeFile() {}

    /**
     * Writes a file.
     *
     * @param file the file, or a symbolic link to it; its folder must exist
     * @param contents all of the contents
     * @throws IOException if it cannot be written; then an older file is as it was
     */
    public static void write(Path file, byte[] contents) throws IOException {
        Path target = target(file);
        if (Files.isDirectory(target)) {
            throw new FileSystemException(file.toString(), null, "is a folder; name a file");
        }
        if (Files.exists(target) && !Files.isRegularFile(target)) {
            Files.write(target, contents, StandardOpenOption.WRITE);
            return;
        }
        if (Files.exists(target) && !Files.isWritable(target)) {
            throw new AccessDeniedException(file.toString());
        }
        Path half = null;
        try {
            half = half(target);
            fill(half, contents);
            keepPermissions(target, half);
            move(half, target);
        } finally {
            if (half != null) {
                Files.deleteIfExists(half);
            }
        }
    }

    private static Path target(Path file) throws IOException {
        Path target = file.toAbsolutePath();
        for (int links = 0; Files.isSymbolicLink(target); links++) {
            if (links == MOST_LINKS) {
                throw new FileSystemException(file.toString(), null, "is a symbolic link that leads nowhere");
            }
            target = target.resolveSibling(Files.readSymbolicLink(target));
        }
        return target;
    }

    /** An empty file in the folder of another; unlike the JDK's temporary files it has the usual permissions. */
    private static Path half(Path target) throws IOException {
        for (int i = 0; i < MOST_HALVES; i++) {
            try {
                return Files.createFile(target.resolveSibling(".diffusion4j-" + i + ".part"));
            } catch (FileAlreadyExistsException e) {
                // another one's
            }
        }
        throw new FileAlreadyExistsException(target.resolveSibling(".diffusion4j-*.part").toString(), null, "too many unfinished files; delete them");
    }

    private static void fill(Path file, byte[] contents) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer rest = ByteBuffer.wrap(contents);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            channel.force(true);
        }
    }

    private static void keepPermissions(Path from, Path to) throws IOException {
        PosixFileAttributeView older = Files.getFileAttributeView(from, PosixFileAttributeView.class);
        if (older != null && Files.exists(from)) {
            Files.setPosixFilePermissions(to, older.readAttributes().permissions());
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
