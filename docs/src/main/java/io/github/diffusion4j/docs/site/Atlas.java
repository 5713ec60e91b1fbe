package io.github.diffusion4j.docs.site;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.docs.emoji.EmojiNetwork;
import io.github.diffusion4j.docs.emoji.Frames;
import io.github.diffusion4j.docs.explorer.Choice;
import io.github.diffusion4j.docs.explorer.Choices;
import io.github.diffusion4j.docs.explorer.Selection;
import io.github.diffusion4j.docs.figures.ProgressBars;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import me.tongfei.progressbar.ProgressBar;

/**
 * Pictures for a page that opens from disk: every solver of the explorer on some spacings, with some numbers of steps, guided and not, of a few captions and seeds. A sheet holds the runs of a solver
 * with all numbers of steps, a row of frames for each; an index says where each run is.
 */
final class Atlas {

    private static final List<String> CAPTIONS = List.of("noto cat face", "fluent-emoji red apple", "noto owl", "fluent-emoji sunflower");
    private static final List<String> SPACINGS = List.of("trailing", "fitted");
    private static final List<Integer> STEPS = List.of(5, 10, 20);
    private static final List<Double> GUIDANCE = List.of(1.0, 2.0);
    private static final String MODEL = "schedule=cosine&prediction=v&";

    private final List<String> captions;
    private final List<Integer> seeds;
    private final Map<String, Place> places = new ConcurrentHashMap<>();

    /**
     * Where a run is.
     *
     * @param sheet the file
     * @param top its first line of pixels
     * @param frames how many there are
     */
    private record Place(String sheet, int top, int frames) {}

    /** Runs that go on one sheet: where they differ is in the number of steps. */
    private record Series(int number, List<String> queries) {

        String sheet() {
            return "atlas/" + number + ".png";
        }
    }

    Atlas(int captions, int seeds) {
        if (captions < 0 || captions > CAPTIONS.size() || seeds < 1) {
            throw new IllegalArgumentException("there are 0 to " + CAPTIONS.size() + " captions and at least one seed to draw, got " + captions + " and " + seeds);
        }
        this.captions = CAPTIONS.subList(0, captions);
        this.seeds = IntStream.rangeClosed(1, seeds).boxed().toList();
    }

    /** The pictures and their index {@code atlas.js}, whose value is null if there are none. */
    void write(Path site) throws IOException {
        if (captions.isEmpty()) {
            Files.writeString(site.resolve("atlas.js"), "const atlas = null;\n");
            return;
        }
        Files.createDirectories(site.resolve("atlas"));
        List<Series> all = series();
        try (EmojiNetwork network = EmojiNetwork.open(); ProgressBar bar = ProgressBars.of("Pictures of the explorer", all.size())) {
            all.parallelStream().forEach(series -> {
                draw(network, series, site);
                bar.step();
            });
        }
        Files.writeString(site.resolve("atlas.js"), "const atlas = " + index() + ";\n");
    }

    private List<Series> series() {
        List<Series> all = new ArrayList<>();
        for (String words : captions) {
            for (int seed : seeds) {
                for (double guidance : GUIDANCE) {
                    for (String spacing : SPACINGS) {
                        for (Choice<?> solver : Choices.SOLVERS) {
                            all.add(new Series(all.size(), STEPS.stream().map(steps -> key(Map.of("words", words.replace(' ', '+'), "seed", seed, "guidance", (int) guidance, "spacing", spacing,
                                    "solver", solver.id(), "steps", steps))).toList()));
                        }
                    }
                }
            }
        }
        return all;
    }

    /** The address of a run, its keys sorted. */
    private static String key(Map<String, Object> settings) {
        return String.join("&", new TreeMap<>(settings).entrySet().stream().map(setting -> setting.getKey() + "=" + setting.getValue()).toList());
    }

    private void draw(EmojiNetwork network, Series series, Path site) {
        List<List<BufferedImage>> rows = new ArrayList<>();
        for (String query : series.queries()) {
            List<BufferedImage> frames = frames(network, Selection.of(MODEL + query));
            if (!frames.isEmpty()) {
                places.put(query, new Place(series.sheet(), rows.size() * 2 * EmojiNetwork.SIDE, frames.size()));
                rows.add(frames);
            }
        }
        if (!rows.isEmpty()) {
            write(rows, site.resolve(series.sheet()));
        }
    }

    private static List<BufferedImage> frames(EmojiNetwork network, Selection selection) {
        List<BufferedImage> frames = new ArrayList<>();
        Plan plan;
        try {
            plan = selection.guided();
        } catch (IllegalArgumentException e) {
            return List.of(); // the page says why there is no such run
        }
        new Frames(network, selection.words(), plan, selection.seed()).draw((evaluation, frame) -> frames.add(frame));
        return frames;
    }

    private static void write(List<List<BufferedImage>> rows, Path file) {
        int columns = rows.stream().mapToInt(List::size).max().orElseThrow();
        BufferedImage sheet = new BufferedImage(columns * EmojiNetwork.SIDE, rows.size() * 2 * EmojiNetwork.SIDE, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = sheet.createGraphics();
        for (int row = 0; row < rows.size(); row++) {
            for (int column = 0; column < rows.get(row).size(); column++) {
                pen.drawImage(rows.get(row).get(column), column * EmojiNetwork.SIDE, row * 2 * EmojiNetwork.SIDE, null);
            }
        }
        pen.dispose();
        try {
            ImageIO.write(sheet, "png", file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String index() throws IOException {
        JsonMapper json = new JsonMapper();
        ObjectNode root = json.createObjectNode();
        root.putPOJO("words", captions).putPOJO("seeds", seeds).putPOJO("guidance", GUIDANCE.stream().map(Double::intValue).toList());
        root.putPOJO("spacings", SPACINGS).putPOJO("steps", STEPS);
        ObjectNode runs = root.putObject("runs");
        new TreeMap<>(places).forEach((key, place) -> runs.putObject(key).put("sheet", place.sheet()).put("top", place.top()).put("frames", place.frames()));
        return json.writeValueAsString(root);
    }
}
