package io.github.diffusion4j.laws;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** 1,797 handwritten digits of 8x8 pixels, in the order of the file; see the README beside it. */
public final class DigitsFile {

    /** Pixels of a digit. */
    public static final int PIXELS = 64;

    private DigitsFile() {}

    /**
     * The digits.
     *
     * @return for each {@value #PIXELS} values from 0 to 16, row by row, then the digit
     */
    public static List<int[]> rows() {
        try (InputStream file = DigitsFile.class.getResourceAsStream("/digits/digits-8x8.csv.gz");
                BufferedReader reader = new BufferedReader(new InputStreamReader(new GZIPInputStream(file), StandardCharsets.US_ASCII))) {
            return reader.lines().filter(line -> !line.isBlank() && Character.isDigit(line.charAt(0)))
                    .map(line -> Arrays.stream(line.split(",")).mapToInt(value -> (int) Double.parseDouble(value)).toArray()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException("the digits cannot be read", e);
        }
    }
}
