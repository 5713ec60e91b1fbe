package io.github.diffusion4j.docs.figures;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Grey images as PNG: grids of samples, dark ink on white. */
public final class Pictures {

    private static final int SCALE = 5;
    private static final int GAP = 4;

    private Pictures() {}

    /**
     * Writes images side by side, row after row.
     *
     * @param file the PNG file
     * @param images of shape [n, 1, height, width] with values in [-1, 1]; values beyond are drawn as black or white
     * @param columns images in a row
     * @throws IOException if the file cannot be written
     */
    public static void grid(Path file, INDArray images, int columns) throws IOException {
        int count = (int) images.size(0);
        int height = (int) images.size(2);
        int width = (int) images.size(3);
        int rows = (count + columns - 1) / columns;
        int tileWidth = width * SCALE + GAP;
        int tileHeight = height * SCALE + GAP;
        BufferedImage picture = new BufferedImage(columns * tileWidth + GAP, rows * tileHeight + GAP, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < picture.getWidth() * picture.getHeight(); i++) {
            picture.setRGB(i % picture.getWidth(), i / picture.getWidth(), 0xC8C8C8);
        }
        float[] values = images.dup('c').data().asFloat();
        for (int k = 0; k < count; k++) {
            int left = GAP + k % columns * tileWidth;
            int top = GAP + k / columns * tileHeight;
            for (int y = 0; y < height * SCALE; y++) {
                for (int x = 0; x < width * SCALE; x++) {
                    float value = values[(k * height + y / SCALE) * width + x / SCALE];
                    picture.getRaster().setSample(left + x, top + y, 0, Math.round(255 * (1 - Math.max(0, Math.min(1, (value + 1) / 2)))));
                }
            }
        }
        ImageIO.write(picture, "png", file.toFile());
    }
}
