package io.github.diffusion4j.docs.emoji;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.docs.figures.Sheet;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;

/** Pictures that training never saw, by their captions: to start from, to keep a part of, to invert. */
public final class HeldPictures {

    private final BufferedImage sheet;
    private final List<String> captions;

    private HeldPictures(BufferedImage sheet, List<String> captions) {
        this.sheet = sheet;
        this.captions = captions;
    }

    /**
     * Those that lie in the resources of docs.
     *
     * @return the pictures
     * @throws IOException if they cannot be read
     */
    public static HeldPictures open() throws IOException {
        try (InputStream png = Resources.open("words/held_pictures.png"); InputStream words = Resources.open("words/held_pictures.json")) {
            return new HeldPictures(ImageIO.read(png), Arrays.stream(new JsonMapper().readValue(words, String[][].class)).map(caption -> String.join(" ", caption)).toList());
        }
    }

    /**
     * A picture.
     *
     * @param caption all of its words, with spaces between them
     * @return a sample of shape [1, 3, 32, 32] with values from -1 to 1
     * @throws IllegalArgumentException if there is no such picture
     */
    public HostArray picture(String caption) {
        int index = captions.indexOf(caption);
        if (index < 0) {
            throw new IllegalArgumentException("no held picture is called '" + caption + "'; there are " + captions);
        }
        int side = EmojiNetwork.SIDE;
        int inRow = sheet.getWidth() / side;
        float[] values = Sheet.values(sheet.getSubimage(index % inRow * side, index / inRow * side, side, side));
        return HostArray.of(values, 1, EmojiNetwork.CHANNELS, side, side);
    }
}
