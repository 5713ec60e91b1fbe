package io.github.diffusion4j.docs.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a job found, as a page and as text: sections of words, tables and figures in their order. */
public final class Report {

    private final String title;
    private final String lead;
    private final String source;
    private final List<String> parts = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();

    /**
     * An empty report.
     *
     * @param title the title
     * @param lead what was done, HTML
     * @param source where the data are from, HTML
     */
    public Report(String title, String lead, String source) {
        this.title = title;
        this.lead = lead;
        this.source = source;
    }

    /**
     * Begins a section.
     *
     * @param title the title
     * @param words HTML
     */
    public void section(String title, String words) {
        parts.add("<h2>" + title + "</h2>\n<p>" + words + "</p>\n");
    }

    /**
     * A table.
     *
     * @param title what the terminal shows above it
     * @param table the table
     */
    public void table(String title, ReportTable table) {
        parts.add("<div class=\"wide\">" + table.html() + "</div>\n");
        text.append(System.lineSeparator()).append(title).append(System.lineSeparator()).append(table.text());
    }

    /**
     * A picture.
     *
     * @param file its file, beside the page
     * @param caption HTML
     */
    public void figure(String file, String caption) {
        String plain = caption.replaceAll("<[^>]*>", "");
        parts.add("<figure><img src=\"" + file + "\" alt=\"" + plain + "\"><figcaption>" + caption + "</figcaption></figure>\n");
    }

    /**
     * Anything else.
     *
     * @param html HTML
     */
    public void html(String html) {
        parts.add(html);
    }

    /**
     * The tables as text.
     *
     * @return lines for the terminal
     */
    public String text() {
        return text + System.lineSeparator();
    }

    /**
     * Writes the page.
     *
     * @param file the file
     * @param settings what was set, after the lead
     * @throws IOException if it cannot be written
     */
    public void write(Path file, String settings) throws IOException {
        Files.writeString(file, PAGE.replace("{title}", title).replace("{lead}", lead).replace("{settings}", settings).replace("{source}", source).replace("{parts}", String.join("", parts)));
    }

    private static final String PAGE = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>diffusion4j: {title}</title>
            <style>
              :root { color-scheme: light dark; --ink: #222; --faint: #5a5a5a; --paper: #fff; --line: #ddd; }
              @media (prefers-color-scheme: dark) { :root { --ink: #ddd; --faint: #a5a5a5; --paper: #161616; --line: #3a3a3a; } }
              body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; color: var(--ink); background: var(--paper); }
              img { max-width: 100%; background: #fff; } figure { margin: 1.5rem 0; } figcaption { color: var(--faint); font-size: .9rem; }
              .wide { overflow-x: auto; } table { border-collapse: collapse; } th, td { padding: .25rem .75rem; border-bottom: 1px solid var(--line); text-align: right; }
              th:first-child, td:first-child { text-align: left; }
            </style>
            </head>
            <body>
            <h1>{title}</h1>
            <p>{lead} {settings}</p>
            {parts}<p>{source}</p>
            </body>
            </html>
            """;
}
