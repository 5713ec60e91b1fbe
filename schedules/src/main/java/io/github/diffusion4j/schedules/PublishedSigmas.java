package io.github.diffusion4j.schedules;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Noise levels that somebody searched for and published: Align Your Steps (Sabour et al., arXiv:2404.14507), GITS (Chen et al., arXiv:2405.11326), OptimalSteps
 * (Pei et al., arXiv:2503.21774). For another number of steps than the published one, ln sigma is interpolated along the run.
 *
 * @param table the name of the table, see {@link #tables()}; {@code GITS/1.20} stands for the runs of 2 to 20 steps that share a coefficient
 * @param end what happens at the end of the table
 */
public record PublishedSigmas(String table, End end) implements SigmaRule {

    private static final Map<String, double[]> TABLES = read();

    /** The longest run of the GITS tables. */
    private static final int GITS_STEPS = 20;

    /** How a published table becomes the sigmas of a run. */
    public enum End {
        /** The last entry becomes 0: ComfyUI's rule. A table of 11 is a run of 10 steps. */
        REPLACED,
        /** A 0 is appended: the web UIs' rule. A table of 11 is a run of 11 steps. */
        APPENDED
    }

    /**
     * Checks the table.
     *
     * @throws IllegalArgumentException if there is none, with the names there are
     */
    public PublishedSigmas {
        if (TABLES.keySet().stream().noneMatch(name -> name.equals(table) || name.startsWith(table + "/") && table.startsWith("GITS/"))) {
            throw new IllegalArgumentException("unknown table '" + table + "'; known are " + tables());
        }
    }

    /**
     * Align Your Steps with ten steps (Sabour et al., arXiv:2404.14507, appendix B).
     *
     * @param model {@code SD1}, {@code SDXL}, {@code SVD} or {@code DeepFloyd}, the first stage of DeepFloyd IF
     * @return the rule
     */
    public static PublishedSigmas alignYourSteps(String model) {
        return new PublishedSigmas("AYS/" + model, End.REPLACED);
    }

    /**
     * GITS for SD1.
     *
     * @param coefficient 0.80 to 1.50 in steps of 0.05; ComfyUI's default is 1.20
     * @return the rule
     */
    public static PublishedSigmas gits(double coefficient) {
        return new PublishedSigmas("GITS/" + String.format(Locale.ROOT, "%.2f", coefficient), End.REPLACED);
    }

    /**
     * OptimalSteps.
     *
     * @param model {@code FLUX}, {@code Wan} or {@code Chroma}
     * @return the rule
     */
    public static PublishedSigmas optimalSteps(String model) {
        return new PublishedSigmas("OPTIMAL-STEPS/" + model, End.REPLACED);
    }

    /**
     * The names of the tables.
     *
     * @return the names, sorted
     */
    public static Set<String> tables() {
        return Collections.unmodifiableSet(TABLES.keySet());
    }

    /**
     * A table as it was published.
     *
     * @param name its name
     * @return the sigmas, descending
     */
    public static double[] published(String name) {
        if (!TABLES.containsKey(name)) {
            throw new IllegalArgumentException("unknown table '" + name + "'; known are " + tables());
        }
        return TABLES.get(name).clone();
    }

    @Override
    public double[] sigmas(TrainedSigmas trained, int steps) {
        double[] published = TABLES.containsKey(table) ? TABLES.get(table) : TABLES.get(table + "/" + Math.max(2, Math.min(GITS_STEPS, steps)));
        int count = end == End.REPLACED ? steps + 1 : steps;
        double[] sigmas = Arrays.copyOf(published.length == count ? published : interpolated(published, count), steps + 1);
        sigmas[steps] = 0;
        return sigmas;
    }

    private static double[] interpolated(double[] table, int count) {
        double[] result = new double[count];
        for (int i = 0; i < count; i++) {
            double place = count == 1 ? 0 : (double) i * (table.length - 1) / (count - 1);
            int low = Math.min((int) place, table.length - 2);
            result[i] = Math.exp(Math.log(table[low]) + (place - low) * (Math.log(table[low + 1]) - Math.log(table[low])));
        }
        return result;
    }

    private static Map<String, double[]> read() {
        try (InputStream in = PublishedSigmas.class.getResourceAsStream("published-sigmas.txt")) {
            Map<String, double[]> tables = new TreeMap<>();
            new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().filter(line -> !line.startsWith("#")).map(line -> line.split(" "))
                    .forEach(words -> tables.put(words[0], Arrays.stream(words, 1, words.length).mapToDouble(Double::parseDouble).toArray()));
            return tables;
        } catch (IOException e) {
            throw new UncheckedIOException("the published noise levels cannot be read", e);
        }
    }
}
