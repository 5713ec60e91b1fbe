package io.github.diffusion4j.docs.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The docs folder as a static site that opens from disk. Every Markdown file is a page at the same place, so that links work here and
 * on GitHub alike; {@code contents.md} is the navigation of all pages. Pictures and data are copied.
 */
final class Site {

    private static final Pattern COPIED = Pattern.compile(".*\\.(svg|png|csv)");
    /** A figure that stands alone in a paragraph is put into the page, where its texts can be read and its lines have titles. */
    private static final Pattern FIGURE = Pattern.compile("<p><img src=\"([^\"]+\\.svg)\" alt=\"([^\"]*)\" /></p>");
    private static final List<String> OWN_FOLDERS = List.of("src", "target");

    private final Path docs;
    private final Path out;
    private final String navigation;

    Site(Path docs, Path out) throws IOException {
        this.docs = docs.toAbsolutePath().normalize();
        this.out = out;
        this.navigation = Markdown.html(Files.readString(docs.resolve("contents.md")), Path.of("contents.md")).replaceFirst("(?s)<h1.*?</h1>", "");
    }

    /** Writes all pages and returns their number. */
    int write() throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(docs)) {
            files = all.filter(Files::isRegularFile).map(docs::relativize).filter(file -> !OWN_FOLDERS.contains(file.getName(0).toString())).sorted().toList();
        }
        int pages = 0;
        for (Path file : files) {
            Path target = out.resolve(file);
            Files.createDirectories(target.getParent());
            if (file.toString().endsWith(".md")) {
                String text = Files.readString(docs.resolve(file));
                page(file.toString().replace('\\', '/').replaceFirst("md$", "html"), Markdown.title(text), figures(Markdown.html(text, file), file));
                pages++;
            } else if (COPIED.matcher(file.toString()).matches()) {
                Files.copy(docs.resolve(file), target, StandardCopyOption.REPLACE_EXISTING);
            }
        }
        page(ExplorerPage.NAME, "Explorer", ExplorerPage.body());
        for (String asset : ExplorerPage.ASSETS) {
            Files.writeString(out.resolve(asset), ExplorerPage.asset(asset));
        }
        return pages + 1;
    }

    private String figures(String html, Path file) throws IOException {
        Matcher matcher = FIGURE.matcher(html);
        StringBuilder text = new StringBuilder();
        while (matcher.find()) {
            Path figure = docs.resolve(file).resolveSibling(matcher.group(1)).normalize();
            boolean gallery = figure.startsWith(docs.resolve("gallery"));
            matcher.appendReplacement(text, Matcher.quoteReplacement(gallery ? "<figure>" + Files.readString(figure) + "</figure>" : matcher.group()));
        }
        return matcher.appendTail(text).toString();
    }

    private void page(String place, String title, String body) throws IOException {
        String root = "../".repeat((int) place.chars().filter(c -> c == '/').count());
        String here = navigation.replace("href=\"", "href=\"" + root)
                .replace("href=\"" + root + place + "\"", "href=\"" + root + place + "\" aria-current=\"page\"");
        Files.writeString(out.resolve(place), ExplorerPage.framed(title, root, "<nav id=\"contents\" aria-label=\"Contents\">\n" + here + "\n</nav>", body));
    }
}
