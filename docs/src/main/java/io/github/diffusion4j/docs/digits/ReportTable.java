package io.github.diffusion4j.docs.digits;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A table of the report: its first column is words, the others are numbers that have been written out. */
final class ReportTable {

    private final List<String> heads;
    private final List<List<String>> rows = new ArrayList<>();

    ReportTable(String... heads) {
        this.heads = List.of(heads);
    }

    ReportTable(List<String> heads) {
        this.heads = List.copyOf(heads);
    }

    void row(List<String> cells) {
        if (cells.size() != heads.size()) {
            throw new IllegalArgumentException("a row has a cell for each of " + heads + ", got " + cells);
        }
        rows.add(List.copyOf(cells));
    }

    void row(String... cells) {
        row(List.of(cells));
    }

    /** Columns as wide as they must be. */
    String text() {
        int[] widths = IntStream.range(0, heads.size()).map(k -> Math.max(heads.get(k).length(), rows.stream().mapToInt(row -> row.get(k).length()).max().orElse(0))).toArray();
        return line(widths, heads) + rows.stream().map(row -> line(widths, row)).collect(Collectors.joining());
    }

    private static String line(int[] widths, List<String> cells) {
        String line = IntStream.range(0, widths.length).mapToObj(k -> " ".repeat(widths[k] - cells.get(k).length()))
                .collect(Collectors.collectingAndThen(Collectors.toList(), pads -> cells.get(0) + pads.get(0)
                        + IntStream.range(1, widths.length).mapToObj(k -> "  " + pads.get(k) + cells.get(k)).collect(Collectors.joining())));
        return line.stripTrailing() + System.lineSeparator();
    }

    String html() {
        return "<table>\n<thead>" + tableRow("th", heads) + "</thead>\n<tbody>\n" + rows.stream().map(row -> tableRow("td", row) + "\n").collect(Collectors.joining()) + "</tbody>\n</table>\n";
    }

    private static String tableRow(String cell, List<String> cells) {
        return cells.stream().map(text -> "<" + cell + ">" + text + "</" + cell + ">").collect(Collectors.joining("", "<tr>", "</tr>"));
    }
}
