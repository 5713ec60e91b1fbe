package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.noise.NoiseRequest;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * All numbers of a plan, as data: what each network evaluation sees, and the weights of every update by the names of the arrays
 * ({@code sample}, {@code anchor}, {@code output} of the network, corrected {@code data}, {@code noise}, {@code memory0} the newest
 * remembered prediction, ...).
 *
 * <p>As text ({@link #toString}), Markdown and JSON. The {@link #fingerprint} is equal for plans that compute the same.
 *
 * @param solver the solver
 * @param parameterization what the network outputs
 * @param correction what happens to its estimate of the data
 * @param startScale the factor of the noise the run starts from
 * @param end the level at which the run ends
 * @param rows the network evaluations in order
 * @param guidance what the network is asked for and when it is not, empty without guidance
 */
public record PlanDescription(String solver, String parameterization, String correction, double startScale, NoiseLevel end, List<Row> rows, String guidance) {

    /** The combinations of an evaluation in the order in which they are applied; the one that makes the next sample is the last. */
    public static final List<String> PARTS = List.of("before", "data", "remember", "anchor", "next");

    private static final List<String> UNGUIDED = List.of(Branch.CONDITIONAL.name());

    private static final List<String> REGISTERS = List.of("sample", "anchor", "output", "data", "noise");

    /**
     * A network evaluation.
     *
     * @param index its number, from 0
     * @param step the step it belongs to, from 0
     * @param time the value the network is conditioned on
     * @param level the noise level
     * @param inputScale the factor of the sample before the network sees it
     * @param weights for each of {@link #PARTS} the weights that are not 0 by the name of their array; {@code data} is how the estimate of the data
     *     follows from sample and output, empty where no correction reads it. Where guidance is known, branches have their own names instead of {@code output}, and arrays that it holds
     *     are further parts, {@code held ...}
     * @param scaling the rule of weights that only the arrays can tell
     * @param noise the noise that is drawn
     * @param asks the branches that the network is asked for
     * @param paired those of {@link #PARTS} whose terms cancel so much that FLOAT arrays are summed in pairs of floats and rounded once; all others are chains of fused multiply-adds
     */
    public record Row(int index, int step, double time, NoiseLevel level, double inputScale, Map<String, Map<String, Double>> weights, String scaling,
            List<NoiseRequest> noise, List<String> asks, List<String> paired) {

        static Row of(Evaluation e, int index, int step, NoiseRequest request) {
            Map<String, Map<String, Double>> weights = new LinkedHashMap<>();
            weights.put("before", named(e, e.before()));
            weights.put("data", Map.of());
            weights.put("remember", named(e, e.remember()));
            weights.put("anchor", named(e, e.anchor()));
            weights.put("next", named(e, e.next()));
            if (weights.values().stream().anyMatch(part -> part.containsKey("data"))) {
                weights.put("data", named(e, e.data()));
            }
            for (int k = 0; k < e.kept().length; k++) {
                weights.put("held " + e.guided().heldAfter().get(k), named(e, e.kept()[k]));
            }
            List<NoiseRequest> noise = new ArrayList<>();
            if (e.churns()) {
                noise.add(Program.churn(index));
            }
            if (e.usesNoise()) {
                noise.add(request);
            }
            return new Row(index, step, e.conditioning(), e.level(), e.inputScale(), Collections.unmodifiableMap(weights), e.scaling().toString(), List.copyOf(noise),
                    e.guided().branches().stream().map(Branch::name).toList(), paired(weights, e.chained()));
        }

        private static List<String> paired(Map<String, Map<String, Double>> weights, Evaluation.Chained chained) {
            Map<String, Boolean> chains = Map.of("before", chained.before(), "data", chained.data(), "remember", chained.remember(), "anchor", chained.anchor(), "next", chained.next());
            return PARTS.stream().filter(part -> weights.get(part).size() > 1 && !chains.get(part)).toList();
        }

        private static Map<String, Double> named(Evaluation e, double... weights) {
            Map<String, Double> named = new LinkedHashMap<>();
            for (int k = 0; k < weights.length; k++) {
                if (weights[k] != 0) {
                    named.put(e.name(k), weights[k]);
                }
            }
            return Collections.unmodifiableMap(named);
        }

        /** The updates that do something, the next sample first. */
        private String updates() {
            Map<String, String> trivial = Map.of("before", "sample", "anchor", "anchor");
            List<String> parts = new ArrayList<>(List.of(sum("next")));
            for (String part : weights.keySet()) {
                if (!part.equals("next") && !weights.get(part).isEmpty() && !sum(part).equals(part + " = " + trivial.get(part))) {
                    parts.add(sum(part));
                }
            }
            String asked = asks.equals(UNGUIDED) ? "" : "asks " + (asks.isEmpty() ? "nothing" : String.join(", ", asks)) + ": ";
            return asked + String.join("; ", parts) + (scaling.equals(ArrayScaling.NONE.toString()) ? "" : "; " + scaling);
        }

        private String sum(String part) {
            return part + " = " + weights.get(part).entrySet().stream()
                    .map(w -> w.getValue() == 1 ? w.getKey() : String.format(Locale.ROOT, "%.6g %s", w.getValue(), w.getKey()))
                    .collect(Collectors.joining(" + ")).replace("+ -", "- ");
        }

        private List<String> cells() {
            return List.of("" + index, "" + step, number("%.4f", time), number("%.6f", level.alpha()), number("%.6f", level.sigma()), number("%.4f", level.logSnr()),
                    "" + noise.size(), paired.isEmpty() ? "-" : String.join(" ", paired), updates());
        }

        private Map<String, Object> json() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("index", index);
            json.put("step", step);
            json.put("time", time);
            json.put("alpha", level.alpha());
            json.put("sigma", level.sigma());
            json.put("logSnr", level.logSnr());
            json.put("inputScale", inputScale);
            json.putAll(weights);
            if (!asks.equals(UNGUIDED)) {
                json.put("asks", asks);
            }
            json.put("scaling", scaling);
            json.put("paired", paired);
            json.put("noise", noise.stream().map(request -> List.of(request.draw(), request.interval().from(), request.interval().to())).toList());
            return json;
        }
    }

    private static final List<String> COLUMNS = List.of("evaluation", "step", "time", "alpha", "sigma", "log SNR", "draws", "paired", "updates");

    /** Far above data of unit variance: EDM's largest sigma. */
    private static final double FAR = 80;
    /** So many evaluations there may be. */
    private static final double SHARE = 0.1;

    /** Copies the list. */
    public PlanDescription {
        rows = List.copyOf(rows);
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    private String head() {
        return solver + ", " + parameterization + ", " + correction + ", " + (guidance.isEmpty() ? "" : guidance + ", ") + rows.size() + " evaluations, ends at alpha " + number("%.6f", end.alpha()) + ", sigma "
                + number("%.6f", end.sigma());
    }

    /** The run as text: a line of settings, a line of headings, and a line per evaluation. */
    @Override
    public String toString() {
        String format = "%10s %5s %10s %10s %10s %10s %6s %15s  %s%n";
        StringBuilder text = new StringBuilder(head()).append(String.format("%n")).append(String.format(format, COLUMNS.toArray()));
        rows.forEach(row -> text.append(String.format(format, row.cells().toArray())));
        remarks().forEach(remark -> text.append(remark).append(String.format("%n")));
        return text.toString();
    }

    /**
     * The run as a Markdown table with a line per evaluation.
     *
     * @return the text
     */
    public String markdown() {
        StringBuilder text = new StringBuilder(head()).append("\n\n| ").append(String.join(" | ", COLUMNS)).append(" |\n|").append(" ---: |".repeat(COLUMNS.size() - 1))
                .append(" --- |\n");
        rows.forEach(row -> text.append("| ").append(String.join(" | ", row.cells())).append(" |\n"));
        remarks().forEach(remark -> text.append("\n").append(remark).append("\n"));
        return text.toString();
    }

    /**
     * Where the run spends evaluations on little: more than a tenth of them, and more than one, after the first at sigma / alpha above {@value #FAR}, where samples of unit variance are noise to better than
     * a hundredth.
     *
     * @return sentences, none for most runs
     */
    public List<String> remarks() {
        long far = rows.stream().skip(1).filter(row -> row.level().edmSigma() > FAR).count();
        return far < 2 || far <= SHARE * rows.size() ? List.of() : List.of(far + " of " + rows.size() + " evaluations lie above sigma / alpha = " + Math.round(FAR)
                + " after the first, where the estimate of the data hardly changes; one step from the noisiest level (Sigmas.fromNoisiest) or a grid fitted to the network (FittedGrid) spends them better");
    }

    /**
     * The run as JSON. Numbers have all their digits; those that JSON does not know are texts ({@code "Infinity"}). Noise that is drawn is
     * {@code [number of the draw, start, end]} of the stretch of {@code sigma / alpha} it drives.
     *
     * @return the text
     */
    public String json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("solver", solver);
        json.put("parameterization", parameterization);
        json.put("correction", correction);
        if (!guidance.isEmpty()) {
            json.put("guidance", guidance);
        }
        json.put("startScale", startScale);
        json.put("end", List.of(end.alpha(), end.sigma()));
        json.put("evaluations", rows.stream().map(Row::json).toList());
        return written(json);
    }

    private static String written(Object value) {
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream().map(e -> written(e.getKey()) + ": " + written(e.getValue())).collect(Collectors.joining(", ", "{", "}"));
        }
        if (value instanceof List<?> list) {
            String gap = list.stream().anyMatch(Map.class::isInstance) ? "\n" : "";
            return list.stream().map(PlanDescription::written).collect(Collectors.joining(gap.isEmpty() ? ", " : ",\n", "[" + gap, gap + "]"));
        }
        if (value instanceof Integer || value instanceof Double number && Double.isFinite(number)) {
            return value.toString();
        }
        String text = value.toString().chars().mapToObj(c -> c == '"' || c == '\\' ? "\\" + (char) c : c < ' ' ? String.format("\\u%04x", c) : "" + (char) c)
                .collect(Collectors.joining());
        return '"' + text + '"';
    }

    /**
     * A name for the run that follows from its numbers alone: SHA-256 in hexadecimal over, in this order, the correction as UTF-8 text, then as
     * big-endian IEEE-754 doubles the start scale and alpha and sigma of the end, then for each evaluation: step, time, alpha, sigma, input scale; for each of
     * {@link #PARTS} the weights that are not 0 as (number of the array, weight), closed by -1; for each draw its number and both ends of its stretch, closed
     * by -1; the scaling as UTF-8 text. Arrays are numbered sample 0, anchor 1, output 2, data 3, noise 4, memory0 5, and so on. With guidance its text follows the correction, arrays that it
     * holds are further parts, and branches and held arrays are written by their names.
     *
     * <p>Which solver or schedule led to the numbers does not matter. A correction of your own tells its settings by its {@code toString}.
     *
     * @return 64 hexadecimal digits
     */
    public String fingerprint() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.write(correction.getBytes(StandardCharsets.UTF_8));
            out.write(guidance.getBytes(StandardCharsets.UTF_8));
            write(out, startScale, end.alpha(), end.sigma());
            for (Row row : rows) {
                write(out, row.step(), row.time(), row.level().alpha(), row.level().sigma(), row.inputScale());
                for (Map<String, Double> part : row.weights().values()) {
                    for (Map.Entry<String, Double> weight : part.entrySet()) {
                        writeRegister(out, weight.getKey());
                        write(out, weight.getValue());
                    }
                    write(out, -1);
                }
                for (NoiseRequest request : row.noise()) {
                    write(out, request.draw(), request.interval().from(), request.interval().to());
                }
                write(out, -1);
                out.write(row.scaling().getBytes(StandardCharsets.UTF_8));
            }
            return RunKey.sha256(bytes.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void writeRegister(DataOutputStream out, String name) throws IOException {
        int known = REGISTERS.indexOf(name);
        if (known >= 0) {
            write(out, known);
        } else if (name.startsWith("memory")) {
            write(out, REGISTERS.size() + Integer.parseInt(name.substring("memory".length())));
        } else {
            out.writeUTF(name);
        }
    }

    private static void write(DataOutputStream out, double... numbers) throws IOException {
        for (double number : numbers) {
            out.writeDouble(number);
        }
    }
}
