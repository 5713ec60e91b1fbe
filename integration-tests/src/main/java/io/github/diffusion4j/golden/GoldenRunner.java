package io.github.diffusion4j.golden;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.kernel.Nd4jArrays;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;

/**
 * Runs golden cases from folders of JSON files and prints one line for each class: name, cases passed, cases in all, and the
 * worst relative error on DOUBLE arrays. A case passes if DOUBLE agrees to 1e-7 and FLOAT to 1e-4 of the largest expected
 * value; where the reference's own single precision is further than that from its double precision ({@code stock_vs_exact}), FLOAT may be as far, and the
 * report says so. Training and tokens were recorded in double and must agree to 1e-9, seeded tokens to 1e-5; tokens themselves exactly. Every case runs over ND4J's arrays and over Java's own, which must agree bit by bit. Schedules were recorded in
 * single precision and may be off by 1e-6; random numbers must agree in every bit where bits were recorded. A class or a kind of case that is not known counts as failed.
 */
public final class GoldenRunner {

    static final double DOUBLE_TOLERANCE = 1e-7;
    static final double FLOAT_TOLERANCE = 1e-4;

    private static final JsonMapper JSON = new JsonMapper();

    private final PrintStream out;
    private final Map<String, Tally> tallies = new TreeMap<>();

    private GoldenRunner(PrintStream out) {
        this.out = out;
    }

    private static final class Tally {
        int passed;
        int total;
        double worst;
    }

    /**
     * The program.
     *
     * @param folders folders that are searched for {@code *.json} files
     * @throws IOException if a folder cannot be read
     */
    public static void main(String[] folders) throws IOException {
        if (folders.length == 0) {
            System.err.println("usage: java -jar golden-runner.jar FOLDER...");
            System.exit(2);
        }
        boolean passed = run(System.out, Stream.of(folders).map(Path::of).toList());
        System.exit(passed ? 0 : 1);
    }

    /**
     * Runs all cases below the folders.
     *
     * @param out where the report goes
     * @param folders the folders
     * @return whether every case passed, and there was at least one
     * @throws IOException if a folder cannot be read
     */
    public static boolean run(PrintStream out, List<Path> folders) throws IOException {
        GoldenRunner runner = new GoldenRunner(out);
        for (Path folder : folders) {
            List<Path> files;
            try (Stream<Path> walk = Files.walk(folder)) {
                files = walk.filter(file -> file.toString().endsWith(".json")).sorted().toList();
            }
            for (Path file : files) {
                runner.file(file);
            }
        }
        return runner.report();
    }

    private void file(Path file) throws IOException {
        JsonNode root;
        try {
            root = JSON.readTree(Files.readString(file));
        } catch (JsonProcessingException e) {
            count("unreadable:" + file.getFileName(), file.toString(), Double.NaN, e.getOriginalMessage());
            return;
        }
        if (!root.isArray()) {
            tables(root, file);
            return;
        }
        for (JsonNode golden : root) {
            caseOf(golden, file);
        }
    }

    private void tables(JsonNode root, Path file) {
        List<RandomCase> numbers = RandomCase.of(root);
        List<ScheduleCase> schedules = numbers.isEmpty() ? ScheduleCase.of(root) : List.of();
        if (schedules.isEmpty() && numbers.isEmpty()) {
            count("unknown:" + file.getFileName(), file.toString(), Double.NaN, "no list of cases, schedules or random numbers");
        }
        schedules.forEach(golden -> attempt(golden.schedule(), golden.id(), golden::worstError));
        numbers.forEach(golden -> attempt(golden.kind(), golden.id(), golden.check()::error));
    }

    private void caseOf(JsonNode golden, Path file) {
        String name = golden.path("scheduler_config").path("_class_name").asText(golden.path("sampler").asText(topic(golden, file)));
        String id = golden.path("id").asText(file.toString());
        attempt(name, id, () -> {
            double error = worstError(golden, ElementType.DOUBLE, DOUBLE_TOLERANCE);
            single(golden, id);
            return error;
        });
    }

    /** What a case is of that names neither class nor sampler. */
    private static String topic(JsonNode golden, Path file) {
        return TrainingCase.knows(golden) ? TrainingCase.name(golden) : golden.has("guider") ? golden.path("guider").asText() : golden.has("rule") ? golden.path("rule").asText()
                : GuidanceCase.knows(golden) || AroundCase.knows(golden) ? file.getFileName().toString().replace(".json", "") : "unknown:" + file.getFileName();
    }

    private void attempt(String name, String id, DoubleSupplier worstError) {
        try {
            count(name, id, worstError.getAsDouble(), "");
        } catch (GoldenMismatch e) {
            count(name, id, e.error(), e.getMessage());
        } catch (RuntimeException e) {
            count(name, id, Double.NaN, e.toString());
        }
    }

    /** The worst error over ND4J's arrays, after Java's own gave the same bits. */
    private static double worstError(JsonNode golden, ElementType type, double allowed) {
        Result nd4j = result(golden, Nd4jArrays.ND4J, type, allowed);
        Result host = result(golden, HostArrays.HEAP, type, allowed);
        if (nd4j.digest() != host.digest()) {
            throw new IllegalStateException(type + " results over host arrays differ from those over ND4J's, of which the worst is off by " + nd4j.worst() + ", theirs by " + host.worst());
        }
        return nd4j.worst();
    }

    private static <A> Result result(JsonNode golden, Arrays<A> arrays, ElementType type, double allowed) {
        if (TokenCase.knows(golden)) {
            return new TokenCase<>(golden, arrays, type).result(allowed);
        }
        if (golden.has("scheduler_config")) {
            return DiffusersCase.of(golden, arrays, type).result(allowed);
        }
        if (TrainingCase.knows(golden)) {
            return new TrainingCase<>(golden, arrays, type).result(type, allowed);
        }
        if (AroundCase.knows(golden)) {
            return new AroundCase<>(golden, arrays, type).result(allowed);
        }
        if (GuidanceCase.knows(golden)) {
            return new GuidanceCase<>(golden, arrays, type).result(allowed);
        }
        if (golden.has("sampler")) {
            return new KDiffusionCase<>(golden, arrays, type).result(allowed);
        }
        throw new UnsupportedOperationException("this kind of case is not known");
    }

    /** In single precision a case is as exact as asked for, or as exact as the reference itself. */
    private void single(JsonNode golden, String id) {
        double reference = golden.path("stock_vs_exact").asDouble(0);
        try {
            worstError(golden, ElementType.FLOAT, FLOAT_TOLERANCE);
        } catch (GoldenMismatch e) {
            if (!(reference > FLOAT_TOLERANCE && e.error() <= reference)) {
                throw e;
            }
            double worst = worstError(golden, ElementType.FLOAT, reference);
            out.printf(Locale.ROOT, "NOTE %s: FLOAT is off by %.3g, the reference's single precision by %.3g%n", id, worst, reference);
        }
    }

    private void count(String name, String id, double error, String failure) {
        Tally tally = tallies.computeIfAbsent(name, key -> new Tally());
        tally.total++;
        if (failure.isEmpty()) {
            tally.passed++;
        } else {
            out.println("FAILED " + id + ": " + failure);
        }
        tally.worst = Math.max(tally.worst, Double.isNaN(error) ? Double.POSITIVE_INFINITY : error);
    }

    private boolean report() {
        tallies.forEach((name, tally) -> out.printf(Locale.ROOT, "%s %d %d %.3g%n", name, tally.passed, tally.total, tally.worst));
        int passed = tallies.values().stream().mapToInt(tally -> tally.passed).sum();
        int total = tallies.values().stream().mapToInt(tally -> tally.total).sum();
        out.printf(Locale.ROOT, "%d passed, %d failed%n", passed, total - passed);
        return total > 0 && passed == total;
    }
}
