package io.github.diffusion4j.docs.figures;

import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.samplers.WholeFile;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Small colour pictures in rows and columns that have names, as PNG. Pictures are enlarged pixel by pixel. */
public final class Sheet {

    /** Between two pictures. */
    public static final int GAP = 6;

    /** Around all of them. */
    public static final int MARGIN = 12;

    private static final int SCALE = 3;
    private static final Font NAME = new Font(Font.SANS_SERIF, Font.BOLD, 15);
    private static final Font NOTE = new Font(Font.SANS_SERIF, Font.PLAIN, 14);
    private static final Color INK = new Color(0x222222);
    private static final Color PALE = new Color(0x555555);

    private final List<String> columns;
    private final int scale;
    private final List<Row> rows = new ArrayList<>();

    /** A row: what it is called, what there is to say of it, and its pictures. */
    private record Row(String name, String note, List<BufferedImage> pictures) {}

    /**
     * A sheet without rows.
     *
     * @param columns what the columns are called
     */
    public Sheet(List<String> columns) {
        this(columns, SCALE);
    }

    /**
     * A sheet without rows.
     *
     * @param columns what the columns are called
     * @param scale how many pixels of the sheet the side of a pixel of a picture takes
     */
    public Sheet(List<String> columns, int scale) {
        this.columns = List.copyOf(columns);
        this.scale = scale;
    }

    /**
     * Adds a row.
     *
     * @param name what it is called
     * @param note what there is to say of it, lines with line feeds between them
     * @param pictures a picture for each column, all of one size
     * @return this sheet
     */
    public Sheet row(String name, String note, List<BufferedImage> pictures) {
        rows.add(new Row(name, note, List.copyOf(pictures)));
        return this;
    }

    /**
     * A picture of an array.
     *
     * @param pictures of shape [samples, 3, height, width], values from -1 to 1; those beyond are drawn as the nearest
     * @param sample which
     * @return the picture
     */
    public static BufferedImage image(HostArray pictures, int sample) {
        int height = (int) pictures.size(2);
        int width = (int) pictures.size(3);
        FloatBuffer channels = pictures.row(sample).floats();
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int place = 0; place < height * width; place++) {
            int colour = 0;
            for (int channel = 0; channel < 3; channel++) {
                float value = channels.get(channel * height * width + place);
                colour = colour << 8 | Math.round(Math.max(0, Math.min(1, (value + 1) / 2)) * 255);
            }
            image.setRGB(place % width, place / width, colour);
        }
        return image;
    }

    /**
     * What {@link #image} made a picture of, to 8 bits.
     *
     * @param image a square picture
     * @return its values from -1 to 1: all of red, of green, of blue
     */
    public static float[] values(BufferedImage image) {
        int side = image.getWidth();
        float[] values = new float[3 * side * side];
        for (int i = 0; i < values.length; i++) {
            int place = i % (side * side);
            int shift = 8 * (2 - i / (side * side));
            values[i] = (image.getRGB(place % side, place / side) >> shift & 255) * 2f / 255 - 1;
        }
        return values;
    }

    /**
     * Writes the sheet.
     *
     * @param file the PNG file
     * @throws IOException if it cannot be written
     */
    public void write(Path file) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
        ImageWriteParam smallest = writer.getDefaultWriteParam();
        smallest.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        smallest.setCompressionQuality(0);
        try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(stream);
            writer.write(null, new IIOImage(drawn(), null, null), smallest);
        } finally {
            writer.dispose();
        }
        WholeFile.write(file, bytes.toByteArray());
    }

    /**
     * A picture of a sheet that was written. Places are counted from the last row and column: how much room names take before the first ones depends on the fonts of a machine.
     *
     * @param sheet the sheet
     * @param side the side of its pictures
     * @param row the row, 0 for the last
     * @param column the column, 0 for the last
     * @return the picture, as it was before it was enlarged
     */
    public static BufferedImage picture(BufferedImage sheet, int side, int row, int column) {
        int left = sheet.getWidth() - MARGIN + GAP - (column + 1) * (SCALE * side + GAP);
        int top = sheet.getHeight() - MARGIN + GAP - (row + 1) * (SCALE * side + GAP);
        BufferedImage picture = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
        for (int place = 0; place < side * side; place++) {
            picture.setRGB(place % side, place / side, sheet.getRGB(left + SCALE * (place % side), top + SCALE * (place / side)));
        }
        return picture;
    }

    private BufferedImage drawn() {
        FontMetrics names = metrics(NAME);
        FontMetrics notes = metrics(NOTE);
        int side = scale * rows.get(0).pictures().get(0).getWidth();
        int labels = rows.stream().mapToInt(row -> Math.max(names.stringWidth(row.name()), row.note().lines().mapToInt(notes::stringWidth).max().orElse(0))).max().orElse(0);
        List<List<String>> headings = columns.stream().map(column -> wrapped(column, notes, side)).toList();
        int left = MARGIN + labels + MARGIN;
        int top = MARGIN + headings.stream().mapToInt(List::size).max().orElse(0) * notes.getHeight();
        BufferedImage sheet = new BufferedImage(left + columns.size() * (side + GAP) + MARGIN - GAP, top + rows.size() * (side + GAP) + MARGIN - GAP, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = graphics(sheet);
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
        for (int column = 0; column < columns.size(); column++) {
            List<String> heading = headings.get(column);
            for (int line = 0; line < heading.size(); line++) {
                int x = left + column * (side + GAP) + (side - notes.stringWidth(heading.get(line))) / 2;
                text(graphics, NOTE, INK, heading.get(line), x, top - GAP + notes.getAscent() - (heading.size() - line) * notes.getHeight());
            }
        }
        for (int k = 0; k < rows.size(); k++) {
            int y = top + k * (side + GAP);
            List<String> lines = rows.get(k).note().lines().toList();
            int line = y + (side - names.getHeight() - lines.size() * notes.getHeight()) / 2;
            text(graphics, NAME, INK, rows.get(k).name(), MARGIN, line + names.getAscent());
            for (int n = 0; n < lines.size(); n++) {
                text(graphics, NOTE, PALE, lines.get(n), MARGIN, line + names.getHeight() + n * notes.getHeight() + notes.getAscent());
            }
            for (int column = 0; column < columns.size(); column++) {
                graphics.drawImage(rows.get(k).pictures().get(column), left + column * (side + GAP), y, side, side, null);
            }
        }
        graphics.dispose();
        return sheet;
    }

    private static FontMetrics metrics(Font font) {
        return graphics(new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB)).getFontMetrics(font);
    }

    private static Graphics2D graphics(BufferedImage image) {
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR);
        return graphics;
    }

    private static void text(Graphics2D graphics, Font font, Color color, String text, int x, int y) {
        graphics.setFont(font);
        graphics.setColor(color);
        graphics.drawString(text, x, y);
    }

    /** Lines no wider than a picture, broken between words. */
    private static List<String> wrapped(String text, FontMetrics metrics, int width) {
        List<String> lines = new ArrayList<>();
        for (String word : text.split(" ")) {
            String last = lines.isEmpty() ? "" : lines.get(lines.size() - 1);
            if (!last.isEmpty() && metrics.stringWidth(last + " " + word) <= width) {
                lines.set(lines.size() - 1, last + " " + word);
            } else {
                lines.add(word);
            }
        }
        return lines;
    }
}
