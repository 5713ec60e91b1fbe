package io.github.diffusion4j.docs.explorer;

import io.github.diffusion4j.samplers.grids.FittedGrid;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The grid that was fitted to the network of docs, {@code fitted_grid.json} beside its config; read without Jackson, which the page in JavaScript lacks. */
public final class EmojiGrid {

    /** Where it lies on the class path. */
    public static final String RESOURCE = "emoji/scheduler/" + FittedGrid.FILE;

    private EmojiGrid() {}

    /**
     * Reads the grid.
     *
     * @return the grid, without what it was fitted to
     */
    public static FittedGrid load() {
        try (InputStream in = EmojiGrid.class.getClassLoader().getResourceAsStream(RESOURCE)) {
            StringBuilder ascii = new StringBuilder(); // decoding a charset is more than TeaVM compiles beside Hipparchus
            for (byte letter : in.readAllBytes()) {
                ascii.append((char) letter);
            }
            String json = ascii.toString();
            return new FittedGrid(json.contains("\"from_noisiest\" : true"), numbers(json, "half_log_snr"), numbers(json, "share"), Map.of());
        } catch (IOException e) {
            throw new UncheckedIOException("the grid of the network cannot be read", e);
        }
    }

    private static List<Double> numbers(String json, String key) {
        int from = json.indexOf('[', json.indexOf('"' + key + '"'));
        return Arrays.stream(json.substring(from + 1, json.indexOf(']', from)).split(",")).map(text -> Double.valueOf(text.trim())).toList();
    }
}
