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

    private static final double LARGEST_WHOLE = 1e6;

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
        String rule = columns.stream().map(column -> rows.stream().anyMatch(row -> isText(row.get(columns.indexOf(column)))) ? " --- |" : " ---: |")
                .collect(Collectors.joining("", "|", "\n"));
        return "| " + String.join(" | ", columns) + " |\n" + rule + rows.stream()
                .map(row -> row.stream().map(Table::rounded).collect(Collectors.joining(" | ", "| ", " |\n"))).collect(Collectors.joining());
    }

    private static boolean isText(Object cell) {
        return cell instanceof String text && !text.matches("[-+.\\de ±]*");
    }

    private static String rounded(Object cell) {
        if (cell instanceof Double number && Double.isFinite(number)) {
            boolean whole = number == Math.rint(number) && Math.abs(number) < LARGEST_WHOLE;
            return whole ? Integer.toString(number.intValue()) : String.format(Locale.ROOT, "%.6g", number);
        }
        return cell == null ? "" : cell.toString();
    }
}
