package io.github.diffusion4j.samplers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {

    private static final byte[] OLD = {1, 2, 3};
    private static final byte[] NEW = {4, 5};

    @TempDir
    Path folder;

    private void assertFiles(int count) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(count, files.count());
        }
    }

    private void assumePosix() {
        Assumptions.assumeTrue(folder.getFileSystem().supportedFileAttributeViews().contains("posix"));
    }

    @Test
    void a_file_is_made_and_replaced() throws IOException {
        Path file = folder.resolve("a file");
        WholeFile.write(file, OLD);
        assertArrayEquals(OLD, Files.readAllBytes(file));
        WholeFile.write(file, NEW);
        assertArrayEquals(NEW, Files.readAllBytes(file));
        assertFiles(1);
    }

    @Test
    void permissions_are_those_of_every_file() throws IOException {
        assumePosix();
        Path file = folder.resolve("file");
        WholeFile.write(file, OLD);
        assertEquals(Files.getPosixFilePermissions(Files.createFile(folder.resolve("ordinary"))), Files.getPosixFilePermissions(file));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-x---"));
        WholeFile.write(file, NEW);
        assertEquals("rwxr-x---", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    @Test
    void a_symbolic_link_stays() throws IOException {
        assumePosix();
        Path target = Files.createDirectory(folder.resolve("elsewhere")).resolve("file");
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("elsewhere", "file"));
        Path linkToLink = Files.createSymbolicLink(folder.resolve("second"), link);
        WholeFile.write(linkToLink, OLD);
        WholeFile.write(link, NEW);
        assertArrayEquals(NEW, Files.readAllBytes(target));
        assertTrue(Files.isSymbolicLink(link) && Files.isSymbolicLink(linkToLink));
        Path circle = Files.createSymbolicLink(folder.resolve("circle"), Path.of("circle"));
        assertThrows(FileSystemException.class, () -> WholeFile.write(circle, NEW));
    }

    @Test
    void what_is_no_file_of_ones_own_is_left_alone() throws IOException {
        assertThrows(FileSystemException.class, () -> WholeFile.write(folder, NEW));
        assertThrows(NoSuchFileException.class, () -> WholeFile.write(folder.resolve("missing").resolve("file"), NEW));
        assertFiles(0);
        Path device = Path.of("/dev/null");
        if (Files.exists(device)) {
            WholeFile.write(device, NEW);
            assertFalse(Files.isRegularFile(device));
        }
    }

    @Test
    void a_half_that_was_left_is_not_taken() throws IOException {
        Path left = Files.write(folder.resolve(".diffusion4j-0.part"), OLD);
        WholeFile.write(folder.resolve("file"), NEW);
        assertArrayEquals(OLD, Files.readAllBytes(left));
        assertFiles(2);
    }

    /** A program whose files may be no larger than a kilobyte meets the error of a full disk. */
    @Test
    void an_older_config_stays_when_the_new_one_does_not_fit() throws Exception {
        assumePosix();
        Path file = folder.resolve("scheduler_config.json");
        DiffusersConfig old = DiffusersConfig.of("DDIMScheduler");
        old.save(file);
        Path log = Files.createTempFile("save", ".log");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process = new ProcessBuilder("sh", "-c", "ulimit -f 1 && exec \"$0\" -XX:-UsePerfData -Xshare:auto -cp \"$1\" \"$2\" \"$3\"", java,
                System.getProperty("java.class.path"), Saving.class.getName(), file.toString()).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        assertTrue(process.waitFor(1, TimeUnit.MINUTES));
        assertEquals(Saving.FAILED, process.exitValue(), Files.readString(log));
        assertEquals(old, DiffusersConfig.load(file));
        assertFiles(1);
        Files.delete(log);
    }

    /** Saves a config of many betas. */
    static final class Saving {

        static final int FAILED = 17;

        private Saving() {}

        public static void main(String[] arguments) {
            double[] betas = new double[1000];
            java.util.Arrays.fill(betas, 0.012345678);
            DiffusersConfig large = DiffusersConfig.of("DDIMScheduler").with("trained_betas", betas);
            try {
                large.save(Path.of(arguments[0]));
            } catch (IOException e) {
                System.exit(FAILED);
            }
            System.exit(0);
        }
    }
}
