package io.github.diffusion4j.docs.gallery;

import io.github.diffusion4j.docs.figures.Svg;
import io.github.diffusion4j.samplers.tables.Table;

/**
 * A figure with the numbers that it shows.
 *
 * @param name the name of its files
 * @param title what it shows
 * @param words what is to be seen in it, for those who cannot see it and for those who can
 * @param java how to get what it shows
 * @param svg the figure
 * @param further what follows it, as Markdown
 * @param table its numbers
 */
record Figure(String name, String title, String words, String java, Svg svg, String further, Table table) {

    Figure(String name, String title, String words, String java, Svg svg, Table table) {
        this(name, title, words, java, svg, "", table);
    }

    String markdown() {
        return "# " + title + "\n\n" + words + "\n\n" + (java.isEmpty() ? "" : "`" + java + "`\n\n") + "![" + title + "](" + name + ".svg)\n\n"
                + (further.isEmpty() ? "" : further + "## Numbers\n\n") + "The numbers with all their digits: [" + name + ".csv](" + name + ".csv). All figures: [the gallery](index.md).\n\n" + table.markdown();
    }
}
