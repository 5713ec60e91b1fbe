package io.github.diffusion4j.docs.emoji;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.docs.Main;
import io.github.diffusion4j.samplers.grids.Comparison;
import io.github.diffusion4j.samplers.grids.FittedGrid;
import io.github.diffusion4j.samplers.grids.GridFit;
import io.github.diffusion4j.samplers.solvers.SolverCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FitJobTest {

    private static EmojiNetwork network;
    private static List<String> words;

    @BeforeAll
    static void open() throws IOException {
        network = EmojiNetwork.open();
        words = GuidanceCommand.spread(network.heldCaptions(), 12);
    }

    @AfterAll
    static void close() throws IOException {
        network.close();
    }

    private static FitJob job(long seed) {
        return new FitJob(network.config().scheduler(), k -> network.of(words.get(k)), new long[] {EmojiNetwork.CHANNELS, EmojiNetwork.SIDE, EmojiNetwork.SIDE}, 1, seed);
    }

    /** On noises that it was not fitted to, the grid that lies beside the network halves the squared error of ten evaluations. */
    @Test
    void the_committed_grid_is_worth_having() {
        SolverCatalog.Entry uniPc = SolverCatalog.all().stream().filter(entry -> entry.toString().equals("UniPC order 2 BH2")).findFirst().orElseThrow();
        Comparison compared = job(2026).compare(network.fittedGrid(), uniPc, List.of(10), 6, () -> { }).get(0);
        assertTrue(compared.wins() && Comparison.median(compared.fitted()) < Math.sqrt(0.5) * Comparison.median(compared.usual()), compared::toString);
    }

    @Test
    void a_fit_goes_on_where_it_was_broken_off(@TempDir Path folder) throws Exception {
        GridFit quick = new GridFit(2, 12, 80, 0.002);
        Path part = folder.resolve("part");
        FittedGrid whole = job(1).fit(quick, 3, folder.resolve("whole"), () -> { });
        job(1).fit(quick, 2, part, () -> { });
        AtomicInteger runs = new AtomicInteger();
        assertEquals(whole, job(1).fit(quick, 3, part, runs::incrementAndGet));
        assertEquals(3, runs.get());
        assertEquals(List.of(4L, 4L), List.of(Files.lines(part).count(), Files.lines(folder.resolve("whole")).count()));
        job(3).fit(quick, 2, part, () -> { });
        assertEquals(3, Files.lines(part).count(), "another seed begins anew");
    }

    /** Dynamic programming beats the model's own spacing on noises that it does not see; a descent begins where it is told to. */
    @Test
    void grids_of_one_number_of_steps() throws Exception {
        SolverCatalog.Entry ddim = SolverCatalog.all().stream().filter(entry -> entry.toString().equals("DDIM")).findFirst().orElseThrow();
        FittedGrid programmed = job(1).programmed(new GridFit(2, 30, 80, 0.002), 3, 6, () -> { });
        Comparison compared = job(1).compare(programmed, ddim, List.of(6), 3, () -> { }).get(0);
        assertTrue(Comparison.mean(compared.fitted()) < Comparison.mean(compared.usual()), compared::toString);
        AtomicInteger runs = new AtomicInteger();
        FittedGrid descended = job(1).descended(programmed, ddim, 3, 1, runs::incrementAndGet);
        assertTrue(runs.get() > 10);
        assertEquals(programmed.levels(network.config().scheduler().schedule(), 3).get(0), descended.levels(network.config().scheduler().schedule(), 3).get(0));
        assertEquals(1, Main.execute("fit", "--search", "descent", "--evaluations", "6,8"));
    }

    @Test
    void what_cannot_be_fitted_is_refused(@TempDir Path folder) {
        assertEquals(1, Main.execute("fit", folder.toString(), "--shape", "3,32,32"));
        assertEquals(1, Main.execute("fit", folder.toString(), "--guidance", "2"));
        assertEquals(1, Main.execute("fit", "--solver", "UniPC order 99"));
        assertEquals(1, Main.execute("fit", "--noises", "1"));
    }
}
