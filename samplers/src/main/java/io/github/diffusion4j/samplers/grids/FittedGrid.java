package io.github.diffusion4j.samplers.grids;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Spacing;
import io.github.diffusion4j.samplers.WholeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A spacing that was fitted to a network: one curve for any number of steps. The curve is the share of a run's steps that lies above a noise level; step i of n starts where it is {@code i / n}. See
 * {@link GridFit}, which makes it.
 *
 * <pre>{@code
 *   FittedGrid grid = FittedGrid.load(Path.of("model"));
 *   Plan plan = config.scheduler().composed(UniPc.of(2)).withSpacing(grid).plan(10);
 * }</pre>
 *
 * @param fromNoisiest whether the first step starts at the schedule's noisiest level instead of the curve's first point, above which the estimate of the data hardly changes
 * @param halfLogSnr half log-SNR {@code ln(alpha / sigma)} of the curve's points, ascending
 * @param share the share of steps above each, from 0 to 1, ascending
 * @param about what it was fitted to, for people
 */
public record FittedGrid(boolean fromNoisiest, List<Double> halfLogSnr, List<Double> share, Map<String, String> about) implements Spacing {

    /** The file beside a scheduler's config. */
    public static final String FILE = "fitted_grid.json";

    private static final long serialVersionUID = 1;
    /** How far a curve goes on where nothing says how far. */
    private static final double FARTHER = 1;
    private static final int MOST_POINTS = 100_000;

    /** Checks the curve. */
    public FittedGrid {
        halfLogSnr = List.copyOf(halfLogSnr);
        share = List.copyOf(share);
        about = Map.copyOf(about);
        if (halfLogSnr.size() < 2 || halfLogSnr.size() != share.size() || share.get(0) != 0 || share.get(share.size() - 1) != 1) {
            throw new IllegalArgumentException("a curve has as many shares as points, at least two, from 0 to 1, got " + share.size() + " shares and " + halfLogSnr.size() + " points");
        }
        for (int i = 0; i + 1 < share.size(); i++) {
            if (!(halfLogSnr.get(i) < halfLogSnr.get(i + 1) && share.get(i) < share.get(i + 1))) {
                throw new IllegalArgumentException("points and shares of a curve ascend, but those at " + i + " and " + (i + 1) + " are " + halfLogSnr.subList(i, i + 2) + " and " + share.subList(i, i + 2));
            }
        }
    }

    /**
     * The curve through the levels of a run: these levels for as many steps, and what lies between them for other numbers.
     *
     * @param schedule the schedule
     * @param levels where steps start, noisiest first
     * @return the grid
     */
    public static FittedGrid through(NoiseSchedule schedule, List<NoiseLevel> levels) {
        boolean fromNoisiest = levels.get(0).sameAs(schedule.noisiest());
        int steps = levels.size();
        List<Double> points = new ArrayList<>(levels.stream().map(NoiseLevel::lambda).toList());
        points.add(points.get(steps - 1) + (steps > 1 && Double.isFinite(points.get(steps - 2)) ? points.get(steps - 1) - points.get(steps - 2) : FARTHER));
        if (fromNoisiest && !Double.isFinite(points.get(0))) {
            points.set(0, points.get(1) - FARTHER); // never read: the first step starts at the schedule's noisiest level
        }
        return new FittedGrid(fromNoisiest, points, IntStream.rangeClosed(0, steps).mapToObj(i -> (double) i / steps).toList(), Map.of());
    }

    @Override
    public List<NoiseLevel> levels(NoiseSchedule schedule, int steps) {
        if (steps < 1) {
            throw new IllegalArgumentException("a run needs at least one step, got " + steps);
        }
        return IntStream.range(0, steps).mapToObj(i -> i == 0 && fromNoisiest ? schedule.noisiest() : schedule.atEdmSigma(Math.exp(-at((double) i / steps)))).toList();
    }

    /**
     * Where the curve has a share.
     *
     * @param wanted the share of steps above, 0 to 1
     * @return half log-SNR
     */
    public double at(double wanted) {
        if (!(wanted >= 0 && wanted <= 1)) {
            throw new IllegalArgumentException("a share lies between 0 and 1, got " + wanted);
        }
        int after = 1;
        while (after + 1 < share.size() && share.get(after) < wanted) {
            after++;
        }
        double within = (wanted - share.get(after - 1)) / (share.get(after) - share.get(after - 1));
        return halfLogSnr.get(after - 1) + within * (halfLogSnr.get(after) - halfLogSnr.get(after - 1));
    }

    /**
     * With notes.
     *
     * @param notes what it was fitted to
     * @return the same grid
     */
    public FittedGrid withAbout(Map<String, String> notes) {
        return new FittedGrid(fromNoisiest, halfLogSnr, share, notes);
    }

    /**
     * The grid as JSON.
     *
     * @return the text
     */
    public String toJson() {
        ObjectNode root = new JsonMapper().createObjectNode().put("from_noisiest", fromNoisiest);
        root.putPOJO("half_log_snr", halfLogSnr).putPOJO("share", share).putPOJO("about", new TreeMap<>(about));
        return root.toPrettyString();
    }

    /**
     * Reads what {@link #toJson} wrote.
     *
     * @param json the text
     * @return the grid
     * @throws IllegalArgumentException if it is none
     */
    public static FittedGrid parse(String json) {
        try {
            var root = new JsonMapper().readTree(json);
            if (root.path("share").size() > MOST_POINTS || !root.path("from_noisiest").isBoolean()) {
                throw new IllegalArgumentException("a fitted grid has the keys from_noisiest, half_log_snr and share, of at most " + MOST_POINTS + " points");
            }
            List<Double> points = new ArrayList<>();
            List<Double> shares = new ArrayList<>();
            root.path("half_log_snr").forEach(point -> points.add(point.asDouble(Double.NaN)));
            root.path("share").forEach(each -> shares.add(each.asDouble(Double.NaN)));
            Map<String, String> notes = new TreeMap<>();
            root.path("about").properties().forEach(note -> notes.put(note.getKey(), note.getValue().asText()));
            return new FittedGrid(root.path("from_noisiest").asBoolean(), points, shares, notes);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalArgumentException("a fitted grid is JSON; this is none: " + e.getOriginalMessage(), e);
        }
    }

    /**
     * Reads the grid of a model.
     *
     * @param path the file, or a model folder with {@value #FILE} in it or in its folder {@code scheduler}
     * @return the grid
     * @throws IOException if it cannot be read
     */
    public static FittedGrid load(Path path) throws IOException {
        Path inScheduler = path.resolve("scheduler").resolve(FILE);
        return parse(Files.readString(!Files.isDirectory(path) ? path : Files.exists(inScheduler) ? inScheduler : path.resolve(FILE)));
    }

    /**
     * Writes the grid, whole or not at all.
     *
     * @param file the file
     * @throws IOException if it cannot be written
     */
    public void save(Path file) throws IOException {
        WholeFile.write(file, (toJson() + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
