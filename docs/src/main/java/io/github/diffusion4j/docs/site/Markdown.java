package io.github.diffusion4j.docs.site;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TableBlock;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.ext.heading.anchor.HeadingAnchorExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.Heading;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.Text;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.AttributeProvider;
import org.commonmark.renderer.html.HtmlRenderer;

/** Markdown as HTML. Links to other Markdown files become links to their pages; links that leave the folder become plain text. */
final class Markdown {

    private static final List<Extension> EXTENSIONS = List.of(TablesExtension.create(), HeadingAnchorExtension.create());
    private static final Parser PARSER = Parser.builder().extensions(EXTENSIONS).build();
    private static final HtmlRenderer RENDERER = HtmlRenderer.builder().extensions(EXTENSIONS).attributeProviderFactory(context -> new Scrollable()).build();

    private Markdown() {}

    /** Wide tables scroll, also by keyboard. */
    private static final class Scrollable implements AttributeProvider {
        @Override
        public void setAttributes(Node node, String tag, Map<String, String> attributes) {
            if (node instanceof TableBlock && tag.equals("table")) {
                attributes.put("tabindex", "0");
            }
        }
    }

    /**
     * The HTML of a text.
     *
     * @param text the Markdown
     * @param file where it stands, relative to the docs folder
     */
    static String html(String text, Path file) {
        Node document = PARSER.parse(text);
        document.accept(new AbstractVisitor() {
            @Override
            public void visit(Link link) {
                visitChildren(link);
                String destination = link.getDestination();
                if (destination.matches("[a-z]+:.*") || destination.startsWith("#")) {
                    return;
                }
                Path target = Path.of("x").resolve(file).resolveSibling(destination).normalize();
                if (target.startsWith("x")) {
                    link.setDestination(destination.replaceFirst("\\.md(#|$)", ".html$1"));
                } else {
                    while (link.getFirstChild() != null) {
                        link.insertBefore(link.getFirstChild());
                    }
                    link.unlink();
                }
            }
        });
        return RENDERER.render(document);
    }

    /** The text of the first heading. */
    static String title(String text) {
        StringBuilder title = new StringBuilder();
        Node node = PARSER.parse(text).getFirstChild();
        while (node != null && !(node instanceof Heading)) {
            node = node.getNext();
        }
        if (node == null) {
            throw new IllegalArgumentException("a page needs a heading, this one has none: " + text.lines().findFirst().orElse(""));
        }
        node.accept(new AbstractVisitor() {
            @Override
            public void visit(Text part) {
                title.append(part.getLiteral());
            }

            @Override
            public void visit(Code part) {
                title.append(part.getLiteral());
            }
        });
        return title.toString();
    }
}
