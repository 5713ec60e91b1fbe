package io.github.diffusion4j.samplers.statistics;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.diffusion4j.samplers.WholeFile;
import io.github.diffusion4j.samplers.solvers.ModelStatistics;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Sums over fine runs at each of their levels, of {@code y = x / alpha} and the estimates D. They add up, {@link #plus}, so that runs may be made one by one, anywhere and in any order.
 *
 * @param halfLogSnr the levels, ascending
 * @param diagonal {@code alpha sum diag(dD/dx)}, estimated
 * @param samples {@code sum y^2}
 * @param products {@code sum y D}
 * @param estimates {@code sum D^2}
 * @param numbers how many numbers are summed
 */
public record MeasuredStatistics(List<Double> halfLogSnr, List<Double> diagonal, List<Double> samples, List<Double> products, List<Double> estimates, long numbers) implements Serializable {

    private static final long serialVersionUID = 1;
    private static final List<String> KEYS = List.of("half_log_snr", "diagonal", "samples", "products", "estimates");
    private static final int MOST_LEVELS = 100_000;
    /** What is left where terms cancel is no less than this of their squares: there it is rounding. */
    private static final double FLOOR = 1e-12;

    /** Checks the sizes. */
    public MeasuredStatistics {
        halfLogSnr = List.copyOf(halfLogSnr);
        diagonal = List.copyOf(diagonal);
        samples = List.copyOf(samples);
        products = List.copyOf(products);
        estimates = List.copyOf(estimates);
        int size = halfLogSnr.size();
        if (size < 2 || numbers < 1 || Stream.of(diagonal, samples, products, estimates).anyMatch(sums -> sums.size() != size)) {
            throw new IllegalArgumentException("there are as many sums as levels, at least two, of at least one number, got " + size + " levels, " + diagonal.size() + ", " + samples.size() + ", "
                    + products.size() + " and " + estimates.size() + " sums of " + numbers);
        }
    }

    /**
     * With other runs on the same levels.
     *
     * @param other what they measured
     * @return of all runs
     * @throws IllegalArgumentException if levels differ
     */
    public MeasuredStatistics plus(MeasuredStatistics other) {
        if (!halfLogSnr.equals(other.halfLogSnr)) {
            throw new IllegalArgumentException("runs on other levels do not add up");
        }
        return new MeasuredStatistics(halfLogSnr, sum(diagonal, other.diagonal), sum(samples, other.samples), sum(products, other.products), sum(estimates, other.estimates), numbers + other.numbers);
    }

    private static List<Double> sum(List<Double> a, List<Double> b) {
        return IntStream.range(0, a.size()).mapToObj(i -> a.get(i) + b.get(i)).toList();
    }

    /**
     * What follows for the solver: {@code l = 1 - diagonal / numbers}, and S from {@code sum f^2 = (1 - l)^2 sum y^2 - 2 (1 - l) sum y D + sum D^2}. Beyond the highest noise that was measured l is 1, as it
     * is where the estimate no longer depends on the sample.
     *
     * @return the statistics
     * @throws IllegalStateException if the sums are 0 or not finite
     */
    public ModelStatistics statistics() {
        List<Double> linear = diagonal.stream().map(sum -> 1 - sum / numbers).toList();
        List<Double> logSize = IntStream.range(0, halfLogSnr.size()).mapToObj(i -> logSize(i, 1 - linear.get(i))).toList();
        return new ModelStatistics(before(halfLogSnr.get(0) - 1, halfLogSnr), before(1, linear), before(logSize.get(0), logSize));
    }

    private static List<Double> before(double first, List<Double> rest) {
        return Stream.concat(Stream.of(first), rest.stream()).toList();
    }

    private double logSize(int level, double share) {
        double terms = share * share * samples.get(level) + estimates.get(level);
        double rest = Math.max(share * share * samples.get(level) - 2 * share * products.get(level) + estimates.get(level), FLOOR * terms);
        if (!(rest > 0 && Double.isFinite(rest))) {
            throw new IllegalStateException("samples and estimates of these runs are 0 at half log-SNR " + halfLogSnr.get(level) + ", or not finite; there is nothing to fit to");
        }
        return Math.log(rest / numbers) / 2;
    }

    private List<List<Double>> columns() {
        return List.of(halfLogSnr, diagonal, samples, products, estimates);
    }

    /**
     * The sums as JSON.
     *
     * @return the text
     */
    public String toJson() {
        var root = new JsonMapper().createObjectNode().put("numbers", numbers);
        IntStream.range(0, KEYS.size()).forEach(i -> root.putPOJO(KEYS.get(i), columns().get(i)));
        return root.toPrettyString();
    }

    /**
     * Reads what {@link #toJson} wrote.
     *
     * @param json the text
     * @return the sums
     * @throws IllegalArgumentException if there are none
     */
    public static MeasuredStatistics parse(String json) {
        try {
            JsonNode root = new JsonMapper().readTree(json);
            if (!root.path("numbers").isIntegralNumber() || root.path(KEYS.get(0)).size() > MOST_LEVELS) {
                throw new IllegalArgumentException("measured statistics have the keys numbers, " + String.join(", ", KEYS) + ", for at most " + MOST_LEVELS + " levels");
            }
            List<List<Double>> columns = new ArrayList<>();
            for (String key : KEYS) {
                List<Double> column = new ArrayList<>();
                root.path(key).forEach(value -> column.add(value.asDouble(Double.NaN)));
                columns.add(column);
            }
            return new MeasuredStatistics(columns.get(0), columns.get(1), columns.get(2), columns.get(3), columns.get(4), root.path("numbers").asLong());
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("measured statistics are JSON; this is none: " + e.getOriginalMessage(), e);
        }
    }

    /**
     * Reads the sums.
     *
     * @param file the file
     * @return the sums
     * @throws IOException if it cannot be read
     */
    public static MeasuredStatistics load(Path file) throws IOException {
        return parse(Files.readString(file));
    }

    /**
     * Writes the sums, whole or not at all.
     *
     * @param file the file
     * @throws IOException if it cannot be written
     */
    public void save(Path file) throws IOException {
        WholeFile.write(file, (toJson() + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
