package io.github.diffusion4j.docs.digits;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What the digits job found, as a page and as text: sections of words, tables and figures in their order. */
final class Report {

    private final List<String> parts = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();

    void section(String title, String words) {
        parts.add("<h2>" + title + "</h2>\n<p>" + words + "</p>\n");
    }

    /** A table, which the terminal shows under a title of its own. */
    void table(String title, ReportTable table) {
        parts.add("<div class=\"wide\">" + table.html() + "</div>\n");
        text.append(System.lineSeparator()).append(title).append(System.lineSeparator()).append(table.text());
    }

    void figure(String file, String caption) {
        String plain = caption.replaceAll("<[^>]*>", "");
        parts.add("<figure><img src=\"" + file + "\" alt=\"" + plain + "\"><figcaption>" + caption + "</figcaption></figure>\n");
    }

    String text() {
        return text + System.lineSeparator();
    }

    void write(Path file, String settings) throws IOException {
        Files.writeString(file, PAGE.replace("{settings}", settings).replace("{parts}", String.join("", parts)));
    }

    private static final String PAGE = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>diffusion4j: handwritten digits</title>
            <style>
              body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; color: #222; background: #fff; }
              img { max-width: 100%; } figure { margin: 1.5rem 0; } figcaption { color: #555; font-size: .9rem; }
              .wide { overflow-x: auto; } table { border-collapse: collapse; } th, td { padding: .25rem 1rem; border-bottom: 1px solid #ddd; text-align: right; }
              th:first-child, td:first-child { text-align: left; }
            </style>
            </head>
            <body>
            <h1>Handwritten digits</h1>
            <p>One small convolutional network, trained on 8x8 handwriting by several recipes, sampled in several ways. {settings}</p>
            {parts}<p>Data: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, CC BY 4.0.</p>
            </body>
            </html>
            """;
}
