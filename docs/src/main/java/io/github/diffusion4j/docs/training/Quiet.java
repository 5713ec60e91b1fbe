package io.github.diffusion4j.docs.training;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Keeps SameDiff's list of differentiated operations, which it prints while it prepares training, off the terminal. */
public final class Quiet {

    private Quiet() {}

    /**
     * Runs a task.
     *
     * @param task the task
     */
    public static void run(Runnable task) {
        PrintStream out = System.out;
        System.setOut(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
        try {
            task.run();
        } finally {
            System.setOut(out);
        }
    }
}
