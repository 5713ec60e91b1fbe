package io.github.diffusion4j.docs.emoji;

import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.docs.emoji.QualityWays.Setting;
import io.github.diffusion4j.docs.figures.Sheet;
import io.github.diffusion4j.samplers.solvers.SolverCatalog;
import java.awt.image.BufferedImage;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What the solvers of a family draw of one caption, from one noise, with few and many evaluations: a strip for each solver. */
public final class SolverPictures {

    /** The numbers of evaluations that a run may take. */
    public static final List<Integer> EVALUATIONS = List.of(3, 5, 8, 12, 20);

    /** How many pixels of a strip the side of a pixel takes. */
    public static final int SCALE = 2;

    private static final String CAPTION = "noto cat face";
    private static final String SPACING = "exponential, 80 to 0.02";
    private static final long SEED = 42;

    private SolverPictures() {}

    /**
     * Draws the strips.
     *
     * @param network the network
     * @param family solvers of one name
     * @return for each of them its pictures
     */
    public static List<List<BufferedImage>> draw(EmojiNetwork network, List<SolverCatalog.Entry> family) {
        QualityWays ways = new QualityWays(network);
        List<Plan> plans = family.stream().flatMap(entry -> EVALUATIONS.stream().map(count -> ways.plan(new Setting(entry.toString(), SPACING, true, count)))).toList();
        List<BufferedImage> drawn = Way.images(Captions.of(network, List.of(CAPTION), SEED).drawn(0, plans, () -> { }));
        int columns = EVALUATIONS.size();
        return IntStream.range(0, family.size()).mapToObj(row -> drawn.subList(row * columns, (row + 1) * columns)).toList();
    }

    /**
     * The strips on a sheet.
     *
     * @param network the network
     * @param family solvers of one name
     * @return the sheet
     */
    public static Sheet sheet(EmojiNetwork network, List<SolverCatalog.Entry> family) {
        Sheet sheet = new Sheet(EVALUATIONS.stream().map(String::valueOf).toList(), SCALE);
        Iterator<List<BufferedImage>> strips = draw(network, family).iterator();
        family.forEach(entry -> sheet.row(label(entry), "", strips.next()));
        return sheet;
    }

    private static String label(SolverCatalog.Entry entry) {
        return entry.variant().isEmpty() ? entry.name() : entry.variant();
    }

    /**
     * What a page says of the strips.
     *
     * @param family solvers of one name
     * @param file the sheet's file
     * @return Markdown
     */
    public static String markdown(List<SolverCatalog.Entry> family, String file) {
        String counts = EVALUATIONS.stream().map(String::valueOf).collect(Collectors.joining(", "));
        String rows = family.stream().map(SolverPictures::label).collect(Collectors.joining("; "));
        return """
                ## Pictures

                ![%1$s by %2$s; rows: %3$s; columns: %4$s evaluations](%5$s)

                "%1$s" from one noise in at most %4$s evaluations, each of both branches, guidance scale %6$d, by the small network of [pictures from words](../index.md). The levels go
                from sigma 80 to 0.02 and are spaced exponentially. A solver of several evaluations a step makes as many steps as fit. What is no cat was drawn in steps that are too long for the solver.

                """.formatted(CAPTION, family.get(0).name(), rows, counts, file, (int) QualityWays.SCALE);
    }
}
