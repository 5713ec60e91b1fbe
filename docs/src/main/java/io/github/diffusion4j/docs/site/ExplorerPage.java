package io.github.diffusion4j.docs.site;

import io.github.diffusion4j.docs.figures.Svg;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The explorer's page, for the site and for the server that draws. Beside its assets it asks for {@code explorer-library.js} and {@code atlas.js}. */
public final class ExplorerPage {

    /** Its name. */
    static final String NAME = "explorer.html";

    /** What it is made of, beside the library and the pictures. */
    public static final List<String> ASSETS = List.of("style.css", "explorer.js", "explorer-figures.js", "explorer-cloud.js", "explorer-pictures.js");

    private ExplorerPage() {}

    /**
     * The page without the site's other pages.
     *
     * @return its HTML
     * @throws IOException if a resource cannot be read
     */
    public static String alone() throws IOException {
        return framed("Explorer", "", "", body());
    }

    /**
     * An asset.
     *
     * @param name one of {@link #ASSETS}
     * @return its text
     * @throws IOException if the resource cannot be read
     */
    public static String asset(String name) throws IOException {
        return (name.endsWith(".css") ? Svg.style() : "") + resource(name);
    }

    /** What takes the place of the compiled library where a server has the library itself. */
    public static String live() throws IOException {
        return resource("explorer-live.js");
    }

    static String body() throws IOException {
        return resource(NAME);
    }

    /** A page of the site. */
    static String framed(String title, String root, String navigation, String body) throws IOException {
        return resource("page.html").replace("${title}", title).replace("${root}", root).replace("${navigation}", navigation).replace("${body}", body);
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = ExplorerPage.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
