package io.github.diffusion4j.docs.server;

import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.docs.figures.Sheet;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Pictures as samples of shape [1, 3, side, side] and values from -1 to 1, and as files. */
final class Png {

    /** Red, green, blue. */
    static final int CHANNELS = 3;

    private Png() {}

    /** A sample as a picture of 8 bits; values beyond -1 and 1 are cut off. */
    static byte[] write(HostArray sample) throws IOException {
        return write(Sheet.image(sample, 0));
    }

    static byte[] write(BufferedImage image) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(bytes)) {
            ImageIO.write(image, "png", stream);
        }
        return bytes.toByteArray();
    }

    /** A sample as it is: floats in little-endian order. */
    static byte[] floats(HostArray sample) {
        ByteBuffer bytes = ByteBuffer.allocate(sample.length() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (double value : sample.values()) {
            bytes.putFloat((float) value);
        }
        return bytes.array();
    }

    /** Reads a picture of a given size, which is looked at before the picture is. */
    static HostArray read(byte[] png, int side) {
        return HostArray.of(Sheet.values(decoded(png, side)), 1, CHANNELS, side, side);
    }

    private static BufferedImage decoded(byte[] png, int side) {
        ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
        try (ImageInputStream stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(png))) {
            reader.setInput(stream, true, true);
            if (reader.getWidth(0) != side || reader.getHeight(0) != side) {
                throw new IllegalArgumentException("image is of " + reader.getWidth(0) + "x" + reader.getHeight(0) + ", but this network's pictures are of " + side + "x" + side);
            }
            return reader.read(0);
        } catch (IOException e) {
            throw new IllegalArgumentException("image is a PNG in base64; this is none: " + e.getMessage(), e);
        } finally {
            reader.dispose();
        }
    }
}
