package io.github.diffusion4j.docs.figures;

import com.github.weisj.jsvg.SVGDocument;
import com.github.weisj.jsvg.parser.LoaderContext;
import com.github.weisj.jsvg.parser.SVGLoader;
import de.rototor.pdfbox.graphics2d.PdfBoxGraphics2D;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import javax.swing.JComponent;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;

/** Figures on paper: the same drawing as on screens, in light colours on white. */
final class Print {

    /** Pixels of CSS, and points of PDF, in an inch. */
    private static final float PIXELS = 96;
    private static final float POINTS = 72;
    private static final double MILLIMETRES = 25.4;
    private static final int MOST_PIXELS = 50_000_000;

    private Print() {}

    /**
     * A figure as PNG.
     *
     * @param density dots to the inch, 96 for those of a screen, 300 for print; the file says so
     * @return the file
     * @throws IllegalArgumentException if the picture would be empty or too large
     */
    static byte[] png(Svg svg, double density) throws IOException {
        double scale = density / PIXELS;
        double width = Math.ceil(svg.width() * scale);
        double height = Math.ceil(svg.height() * scale);
        if (!(width >= 1 && height >= 1 && width * height <= MOST_PIXELS)) {
            throw new IllegalArgumentException("a picture of " + width + " x " + height + " pixels at density " + density + "; take a density for which it has 1 to " + MOST_PIXELS + " pixels");
        }
        BufferedImage image = new BufferedImage((int) width, (int) height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        graphics.scale(scale, scale);
        document(svg).render((JComponent) null, graphics);
        graphics.dispose();
        return written(image, density);
    }

    private static SVGDocument document(Svg svg) {
        return new SVGLoader().load(new ByteArrayInputStream(svg.printed().getBytes(StandardCharsets.UTF_8)), null, LoaderContext.createDefault());
    }

    private static byte[] written(BufferedImage image, double density) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
        IIOMetadata metadata = writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(image), null);
        IIOMetadataNode dimension = new IIOMetadataNode("Dimension");
        for (String side : new String[] {"HorizontalPixelSize", "VerticalPixelSize"}) {
            IIOMetadataNode size = new IIOMetadataNode(side);
            size.setAttribute("value", Double.toString(MILLIMETRES / density));
            dimension.appendChild(size);
        }
        IIOMetadataNode root = new IIOMetadataNode("javax_imageio_1.0");
        root.appendChild(dimension);
        metadata.mergeTree("javax_imageio_1.0", root);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(stream);
            writer.write(new IIOImage(image, null, metadata));
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    /**
     * A figure as PDF, lines and letters as outlines, on a page of its size.
     *
     * @return the file
     */
    static byte[] pdf(Svg svg) throws IOException {
        float scale = POINTS / PIXELS;
        float width = (float) svg.width() * scale;
        float height = (float) svg.height() * scale;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PDDocument pdf = new PDDocument()) {
            PDPage page = new PDPage(new PDRectangle(width, height));
            pdf.addPage(page);
            PdfBoxGraphics2D graphics = new PdfBoxGraphics2D(pdf, width, height);
            graphics.scale(scale, scale);
            document(svg).render((JComponent) null, graphics);
            graphics.dispose();
            try (PDPageContentStream contents = new PDPageContentStream(pdf, page)) {
                contents.drawForm(graphics.getXFormObject());
            }
            pdf.save(bytes);
        }
        return bytes.toByteArray();
    }
}
