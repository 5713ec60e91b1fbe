package io.github.diffusion4j.docs.figures;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.samplers.WholeFile;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.schedules.BetaSchedule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes the curve of a schedule as a table or a figure. */
@Command(name = "tabulate", description = "Write the noise curve of a schedule as CSV, Markdown, JSON, SVG or PNG.", mixinStandardHelpOptions = true)
public final class TabulateCommand implements Callable<Integer> {

    private enum Format { csv, md, json, svg, png }

    @Parameters(paramLabel = "SCHEDULE", description = "linear, scaled_linear, squaredcos_cap_v2, sigmoid, laplace, exp, or a scheduler_config.json.")
    private String schedule;

    @Option(names = "--format", description = "${COMPLETION-CANDIDATES}; by default the ending of --out, or csv.")
    private Format format;

    @Option(names = "--out", description = "The file to write; by default csv, md, json and svg go to standard output.")
    private Path out;

    @Option(names = "--timesteps", defaultValue = "1000", description = "T, for a schedule by name (default: ${DEFAULT-VALUE}).")
    private int timesteps;

    @Option(names = "--beta-start", defaultValue = "0.0001", description = "For a schedule by name (default: ${DEFAULT-VALUE}).")
    private double betaStart;

    @Option(names = "--beta-end", defaultValue = "0.02", description = "For a schedule by name (default: ${DEFAULT-VALUE}).")
    private double betaEnd;

    @Option(names = "--zero-snr", description = "Rescale a schedule by name to zero terminal SNR.")
    private boolean zeroSnr;

    /** Made by the command line. */
    public TabulateCommand() {}

    @Override
    public Integer call() throws IOException {
        NoiseCurve curve = curve();
        Format chosen = format != null ? format : out == null ? Format.csv : byEnding(out.toString());
        if (out == null && chosen == Format.png) {
            throw new IllegalArgumentException("a PNG needs a file; add --out curve.png");
        }
        byte[] contents = contents(curve, chosen);
        if (out == null) {
            System.out.print(new String(contents, StandardCharsets.UTF_8));
            return 0;
        }
        createFolder(out.toAbsolutePath().getParent());
        WholeFile.write(out, contents);
        return 0;
    }

    /** A symbolic link to a folder is a folder. */
    private static void createFolder(Path folder) throws IOException {
        if (folder != null && !Files.isDirectory(folder)) {
            Files.createDirectories(folder);
        }
    }

    private NoiseCurve curve() throws IOException {
        if (schedule.endsWith(".json")) {
            return new NoiseCurve(schedule, DiffusersConfig.load(Path.of(schedule)).scheduler().table()
                    .orElseThrow(() -> new IllegalArgumentException(schedule + " describes a process without betas; there is no table to print")));
        }
        DiscreteSchedule named = BetaSchedule.of(schedule).schedule(timesteps, betaStart, betaEnd);
        return new NoiseCurve(schedule, zeroSnr ? named.withZeroTerminalSnr() : named);
    }

    private static Format byEnding(String name) {
        for (Format candidate : Format.values()) {
            if (name.endsWith("." + candidate)) {
                return candidate;
            }
        }
        throw new IllegalArgumentException("cannot tell the format of " + name + "; add --format csv, md, json, svg or png");
    }

    private static byte[] contents(NoiseCurve curve, Format format) throws IOException {
        return switch (format) {
            case csv -> curve.table().csv().getBytes(StandardCharsets.UTF_8);
            case md -> curve.table().markdown().getBytes(StandardCharsets.UTF_8);
            case json -> json(curve).getBytes(StandardCharsets.UTF_8);
            case svg -> curve.chart().svg();
            case png -> curve.chart().png();
        };
    }

    /** Infinite values (the log SNR at zero terminal SNR) are null in JSON, which has no word for them. */
    private static String json(NoiseCurve curve) throws IOException {
        JsonMapper mapper = new JsonMapper();
        ObjectNode root = mapper.createObjectNode().put("name", curve.name());
        for (String column : NoiseCurve.COLUMNS) {
            var values = root.putArray(column);
            for (double value : curve.column(column)) {
                if (Double.isFinite(value)) {
                    values.add(value);
                } else {
                    values.addNull();
                }
            }
        }
        return mapper.writeValueAsString(root) + "\n";
    }
}
