package io.github.diffusion4j.docs.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.docs.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinksTest {

    private static final Pattern LINK = Pattern.compile("(?:href|src)=\"([^\"]+)\"");
    /** Made by other parts of the build. */
    private static final Pattern ELSEWHERE = Pattern.compile("(https?|mailto):.*|(\\.\\./)*apidocs/index\\.html|explorer-library\\.js");

    @Test
    void no_link_of_the_site_is_broken(@TempDir Path site) throws IOException {
        assertEquals(0, Main.execute("site", "--docs", ".", "--out", site.toString()));
        List<String> broken = new ArrayList<>();
        List<Path> pages;
        try (Stream<Path> files = Files.walk(site)) {
            pages = files.filter(file -> file.toString().endsWith(".html")).toList();
        }
        assertTrue(pages.size() > 50, "only " + pages.size() + " pages");
        for (Path page : pages) {
            Matcher links = LINK.matcher(Files.readString(page));
            while (links.find()) {
                String link = links.group(1);
                if (!ELSEWHERE.matcher(link).matches() && !exists(page, link)) {
                    broken.add(site.relativize(page) + " -> " + link);
                }
            }
        }
        assertEquals(List.of(), broken);
    }

    private static boolean exists(Path page, String link) throws IOException {
        String[] parts = link.split("#", 2);
        Path target = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]);
        return Files.isRegularFile(target) && (parts.length == 1 || Files.readString(target).contains("id=\"" + parts[1] + "\""));
    }

    @Test
    void every_page_is_in_the_contents_or_the_gallery() throws IOException {
        String contents = Files.readString(Path.of("contents.md")) + Files.readString(Path.of("gallery/index.md"));
        try (Stream<Path> files = Files.walk(Path.of(""))) {
            List<Path> missing = files.filter(file -> file.toString().endsWith(".md") && !file.startsWith("src") && !file.startsWith("target"))
                    .filter(file -> !contents.contains(file.getFileName() + ")") && !file.toString().equals("contents.md")).toList();
            assertEquals(List.of(), missing);
        }
    }
}
