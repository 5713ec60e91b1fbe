package io.github.diffusion4j.docs.gallery;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A table of texts and numbers.
 *
 * @param columns the headings
 * @param rows the rows: {@link String}, {@link Integer}, {@link Double} or null for an empty cell
 */
public record Table(List<String> columns, List<List<Object>> rows) {

    /**
     * The table as comma-separated values, numbers with all their digits.
     *
     * @return the text
     */
    public String csv() {
        return String.join(",", columns) + "\n" + rows.stream().map(row -> row.stream().map(Table::exact).collect(Collectors.joining(",")) + "\n")
                .collect(Collectors.joining());
    }

    private static String exact(Object cell) {
        String text = cell == null ? "" : cell.toString();
        return text.contains(",") ? '"' + text + '"' : text;
    }

    /**
     * The table as Markdown, numbers with six digits.
     *
     * @return the text
     */
    public String markdown() {
        String rule = columns.stream().map(column -> rows.stream().anyMatch(row -> row.get(columns.indexOf(column)) instanceof String) ? " --- |" : " ---: |")
                .collect(Collectors.joining("", "|", "\n"));
        return "| " + String.join(" | ", columns) + " |\n" + rule + rows.stream()
                .map(row -> row.stream().map(Table::rounded).collect(Collectors.joining(" | ", "| ", " |\n"))).collect(Collectors.joining());
    }

    private static String rounded(Object cell) {
        return cell instanceof Double number && Double.isFinite(number) ? String.format(Locale.ROOT, "%.6g", number) : cell == null ? "" : cell.toString();
    }
}
