package io.github.diffusion4j.docs.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A table of the report: its first column is words, the others are numbers that have been written out. */
public final class ReportTable {

    private final List<String> heads;
    private final List<List<String>> rows = new ArrayList<>();

    /**
     * An empty table.
     *
     * @param heads what its columns hold
     */
    public ReportTable(String... heads) {
        this.heads = List.of(heads);
    }

    /**
     * An empty table.
     *
     * @param heads what its columns hold
     */
    public ReportTable(List<String> heads) {
        this.heads = List.copyOf(heads);
    }

    /**
     * Adds a row.
     *
     * @param cells its cells, one for each column
     */
    public void row(List<String> cells) {
        if (cells.size() != heads.size()) {
            throw new IllegalArgumentException("a row has a cell for each of " + heads + ", got " + cells);
        }
        rows.add(List.copyOf(cells));
    }

    /**
     * Adds a row.
     *
     * @param cells its cells, one for each column
     */
    public void row(String... cells) {
        row(List.of(cells));
    }

    /**
     * The table as text, columns as wide as they must be.
     *
     * @return lines
     */
    public String text() {
        int[] widths = IntStream.range(0, heads.size()).map(k -> Math.max(heads.get(k).length(), rows.stream().mapToInt(row -> row.get(k).length()).max().orElse(0))).toArray();
        return line(widths, heads) + rows.stream().map(row -> line(widths, row)).collect(Collectors.joining());
    }

    private static String line(int[] widths, List<String> cells) {
        String line = IntStream.range(0, widths.length).mapToObj(k -> " ".repeat(widths[k] - cells.get(k).length()))
                .collect(Collectors.collectingAndThen(Collectors.toList(), pads -> cells.get(0) + pads.get(0)
                        + IntStream.range(1, widths.length).mapToObj(k -> "  " + pads.get(k) + cells.get(k)).collect(Collectors.joining())));
        return line.stripTrailing() + System.lineSeparator();
    }

    /**
     * The table as HTML.
     *
     * @return a table element
     */
    public String html() {
        return "<table>\n<thead>" + tableRow("th", heads) + "</thead>\n<tbody>\n" + rows.stream().map(row -> tableRow("td", row) + "\n").collect(Collectors.joining()) + "</tbody>\n</table>\n";
    }

    private static String tableRow(String cell, List<String> cells) {
        return cells.stream().map(text -> "<" + cell + ">" + text + "</" + cell + ">").collect(Collectors.joining("", "<tr>", "</tr>"));
    }
}
