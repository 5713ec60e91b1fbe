package io.github.diffusion4j.samplers.tables;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A table of texts and numbers, written as people need it: {@link #csv}, {@link #tsv} and {@link #json} with all digits of a double, {@link #markdown} and {@link #latex} with six.
 *
 * @param columns the headings
 * @param rows the rows: {@link String}, {@link Integer}, {@link Double} or null for an empty cell
 */
public record Table(List<String> columns, List<List<Object>> rows) {

    private static final double LARGEST_WHOLE = 1e6;
    private static final JsonMapper JSON = new JsonMapper();

    /** Copies the lists, and checks that every row has a cell for each column. */
    public Table {
        columns = List.copyOf(columns);
        rows = rows.stream().map(row -> Collections.unmodifiableList(new ArrayList<>(row))).toList();
        for (List<Object> row : rows) {
            if (row.size() != columns.size()) {
                throw new IllegalArgumentException("a row of " + row.size() + " cells in a table of " + columns.size() + " columns: " + row);
            }
        }
    }

    /**
     * A table of columns.
     *
     * @param columns the cells of each column by its heading, as many in each
     * @return the table
     */
    public static Table of(Map<String, List<Object>> columns) {
        int rows = columns.values().stream().mapToInt(List::size).max().orElse(0);
        return new Table(List.copyOf(columns.keySet()), IntStream.range(0, rows).mapToObj(i -> columns.values().stream().map(column -> column.get(i)).toList()).toList());
    }

    /**
     * Every so many rows, and the last one.
     *
     * @param stride 1 for all rows, 2 for every other
     * @return the table
     * @throws IllegalArgumentException if the stride is below 1
     */
    public Table every(int stride) {
        if (stride < 1) {
            throw new IllegalArgumentException("a stride of rows is at least 1, got " + stride);
        }
        return new Table(columns, IntStream.range(0, rows.size()).filter(i -> i % stride == 0 || i == rows.size() - 1).mapToObj(rows::get).toList());
    }

    /**
     * This table and another one below it. Columns that one of them lacks are empty there.
     *
     * @param other the other table
     * @return the table
     */
    public Table and(Table other) {
        List<String> all = new ArrayList<>(columns);
        other.columns.stream().filter(column -> !columns.contains(column)).forEach(all::add);
        List<List<Object>> both = new ArrayList<>();
        for (Table table : List.of(this, other)) {
            table.rows.forEach(row -> both.add(all.stream().map(column -> table.columns.contains(column) ? row.get(table.columns.indexOf(column)) : null).toList()));
        }
        return new Table(all, both);
    }

    /**
     * With a column before the others that says the same in every row.
     *
     * @param column its heading
     * @param cell its cells
     * @return the table
     */
    public Table labelled(String column, String cell) {
        List<String> heads = new ArrayList<>(List.of(column));
        heads.addAll(columns);
        return new Table(heads, rows.stream().map(row -> {
            List<Object> cells = new ArrayList<>(List.of(cell));
            cells.addAll(row);
            return cells;
        }).toList());
    }

    /**
     * The table as comma-separated values (RFC 4180, lines end in a line feed), numbers with all their digits.
     *
     * @return the text
     */
    public String csv() {
        return separated(",", Table::quoted);
    }

    /**
     * The table as tab-separated values, numbers with all their digits.
     *
     * @return the text
     */
    public String tsv() {
        return separated("\t", text -> text.replaceAll("[\t\r\n]+", " "));
    }

    private interface Escape {
        String of(String text);
    }

    private String separated(String separator, Escape escape) {
        return lines(columns, separator, escape) + rows.stream().map(row -> lines(row, separator, escape)).collect(Collectors.joining());
    }

    private static String lines(List<?> cells, String separator, Escape escape) {
        return cells.stream().map(cell -> escape.of(cell == null ? "" : cell.toString())).collect(Collectors.joining(separator, "", "\n"));
    }

    private static String quoted(String text) {
        return text.matches("(?s).*[,\"\r\n].*") ? '"' + text.replace("\"", "\"\"") + '"' : text;
    }

    /**
     * The table as a JSON object of one array for each column, numbers with all their digits; null for an empty cell and for what is infinite, for which JSON has no word.
     *
     * @return the text, with a line feed at its end
     */
    public String json() {
        Map<String, List<Object>> arrays = new LinkedHashMap<>();
        for (int k = 0; k < columns.size(); k++) {
            int column = k;
            List<Object> cells = new ArrayList<>();
            rows.forEach(row -> cells.add(row.get(column) instanceof Double number && !Double.isFinite(number) ? null : row.get(column)));
            arrays.put(columns.get(k), cells);
        }
        try {
            return JSON.writeValueAsString(arrays) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts and numbers can be written as JSON", e);
        }
    }

    /**
     * The table as Markdown, numbers with six digits.
     *
     * @return the text
     */
    public String markdown() {
        String rule = IntStream.range(0, columns.size()).mapToObj(column -> isText(column) ? " --- |" : " ---: |").collect(Collectors.joining("", "|", "\n"));
        return "| " + String.join(" | ", columns) + " |\n" + rule + rows.stream()
                .map(row -> row.stream().map(Table::rounded).collect(Collectors.joining(" | ", "| ", " |\n"))).collect(Collectors.joining());
    }

    /** Whether a column holds words. */
    private boolean isText(int column) {
        return rows.stream().anyMatch(row -> row.get(column) instanceof String text && !text.matches("[-+.\\de ±]*"));
    }

    private static String rounded(Object cell) {
        if (cell instanceof Double number && Double.isFinite(number)) {
            boolean whole = number == Math.rint(number) && Math.abs(number) < LARGEST_WHOLE;
            return whole ? Integer.toString(number.intValue()) : String.format(Locale.ROOT, "%.6g", number);
        }
        return cell == null ? "" : cell.toString().replace("|", "\\|");
    }

    /**
     * The table as LaTeX in the style of the package booktabs, numbers with six digits, headings that are a {@link Quantity} as its symbol.
     *
     * @return a {@code tabular} environment
     */
    public String latex() {
        String sides = IntStream.range(0, columns.size()).mapToObj(column -> isText(column) ? "l" : "r").collect(Collectors.joining());
        return "\\begin{tabular}{" + sides + "}\n\\toprule\n" + line(columns.stream().map(Table::head).toList()) + "\\midrule\n"
                + rows.stream().map(row -> line(row.stream().map(Table::typeset).toList())).collect(Collectors.joining()) + "\\bottomrule\n\\end{tabular}\n";
    }

    private static String line(List<String> cells) {
        return String.join(" & ", cells) + " \\\\\n";
    }

    private static String head(String column) {
        return java.util.Arrays.stream(Quantity.values()).filter(quantity -> quantity.id().equals(column)).map(quantity -> "$" + quantity.latex() + "$").findFirst()
                .orElseGet(() -> escaped(column));
    }

    /** Minus signs and powers of ten as in formulas. */
    private static String typeset(Object cell) {
        if (!(cell instanceof Double number)) {
            return cell == null ? "" : escaped(cell.toString());
        }
        String text = Double.isInfinite(number) ? (number > 0 ? "" : "-") + "\\infty" : rounded(number).replaceFirst("e([-+])0*(\\d+)", " \\\\times 10^{$1$2}").replace("{+", "{");
        return text.matches("[\\d.]*") ? text : "$" + text + "$";
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\textbackslash ").replaceAll("([&%$#_{}])", "\\\\$1").replace("~", "\\textasciitilde ").replace("^", "\\textasciicircum ");
    }
}
