package io.github.diffusion4j.docs.tabulate;

import io.github.diffusion4j.docs.figures.Chart;
import io.github.diffusion4j.docs.figures.Look;
import io.github.diffusion4j.docs.figures.Svg;
import io.github.diffusion4j.samplers.WholeFile;
import io.github.diffusion4j.samplers.tables.Table;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** Where a table or a figure goes, and how it looks. Nothing is written but the file that {@code --out} names. */
final class Output {

    /** Rows of tables that people read, unless they ask for more. */
    private static final int READ = 20;

    enum Format {
        csv, tsv, json, md, tex, svg, png, pdf;

        boolean figure() {
            return compareTo(svg) >= 0;
        }
    }

    @Option(names = "--format", description = "${COMPLETION-CANDIDATES}; by default the ending of --out, or csv.")
    private Format format;

    @Option(names = "--out", paramLabel = "FILE", description = "The file to write; without it, or with -, what is no png or pdf goes to standard output.")
    private Path out;

    @Option(names = "--every", paramLabel = "N", description = "Every N rows and the last; by default all, but in md and tex at most 20 levels of a schedule and the last.")
    private Integer every;

    @Option(names = "--title", description = "The title of a figure.")
    private String title;

    @Option(names = "--caption", defaultValue = "", description = "Words below a figure.")
    private String caption;

    @Option(names = "--width", defaultValue = "800", description = "Of a figure, in pixels of CSS, 96 to the inch (default: ${DEFAULT-VALUE}).")
    private int width;

    @Option(names = "--height", defaultValue = "480", description = "The same upwards, without the caption (default: ${DEFAULT-VALUE}).")
    private int height;

    @Option(names = "--density", defaultValue = "" + Chart.DENSITY, description = "Dots to the inch of a png (default: ${DEFAULT-VALUE}).")
    private double density;

    @Option(names = "--log-x", description = "An x axis in powers of ten.")
    private boolean logarithmicAcross;

    @Option(names = "--log-y", description = "A y axis in powers of ten.")
    private boolean logarithmicUp;

    private boolean toStandardOutput() {
        return out == null || out.toString().equals("-");
    }

    private Format chosen() {
        if (format != null) {
            return format;
        }
        if (toStandardOutput()) {
            return Format.csv;
        }
        String name = out.toString();
        for (Format candidate : Format.values()) {
            if (name.endsWith("." + candidate)) {
                return candidate;
            }
        }
        throw new IllegalArgumentException("cannot tell the format of " + name + "; add --format csv, tsv, json, md, tex, svg, png or pdf");
    }

    String title(String usual) {
        return title == null ? usual : title;
    }

    Look look() {
        return new Look(width, height, caption, logarithmicAcross, logarithmicUp);
    }

    /** As many rows as were asked for, else all. */
    Table thinned(Table table) {
        return every == null ? table : table.every(every);
    }

    /** As many rows as were asked for, else those that a reader's page holds. */
    Table paged(Table table) {
        boolean read = every == null && (chosen() == Format.md || chosen() == Format.tex);
        return read ? table.every(Math.max(1, (table.rows().size() + READ - 1) / READ)) : thinned(table);
    }

    /** Makes and writes what was asked for. */
    void write(Supplier<Table> table, Supplier<Svg> figure) throws IOException {
        Format chosen = chosen();
        boolean binary = chosen == Format.png || chosen == Format.pdf;
        if (binary && toStandardOutput()) {
            throw new IllegalArgumentException("a " + chosen + " needs a file; add --out figure." + chosen);
        }
        byte[] contents = chosen.figure() ? Chart.bytes(figure.get(), chosen.name(), density) : text(table.get(), chosen).getBytes(StandardCharsets.UTF_8);
        if (toStandardOutput()) {
            PrintStream stream = System.out;
            stream.writeBytes(contents);
            stream.flush();
            return;
        }
        createFolder(out.toAbsolutePath().getParent());
        WholeFile.write(out, contents);
    }

    /** A symbolic link to a folder is a folder. */
    private static void createFolder(Path folder) throws IOException {
        if (folder != null && !Files.isDirectory(folder)) {
            Files.createDirectories(folder);
        }
    }

    private static String text(Table table, Format format) {
        return switch (format) {
            case tsv -> table.tsv();
            case json -> table.json();
            case md -> table.markdown();
            case tex -> table.latex();
            default -> table.csv();
        };
    }
}
