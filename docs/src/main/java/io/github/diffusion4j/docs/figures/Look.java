package io.github.diffusion4j.docs.figures;

/**
 * How a chart looks beside its data.
 *
 * @param width in pixels of CSS, 96 to the inch
 * @param height in the same, without the caption
 * @param caption words below it, empty for none
 * @param logarithmicAcross whether the x axis is in powers of ten
 * @param logarithmicUp whether the y axis is in powers of ten
 */
public record Look(int width, int height, String caption, boolean logarithmicAcross, boolean logarithmicUp) {

    /** As charts are without being asked for more: 800 x 480, linear, without caption. */
    public static final Look USUAL = new Look(800, 480, "", false, false);

    private static final int SMALLEST = 200;
    private static final int LARGEST = 10_000;

    /** Checks the size. */
    public Look {
        if (width < SMALLEST || height < SMALLEST || width > LARGEST || height > LARGEST) {
            throw new IllegalArgumentException("a figure has " + SMALLEST + " to " + LARGEST + " pixels in width and height, got " + width + " x " + height);
        }
    }

    /**
     * With other axes.
     *
     * @param across whether the x axis is in powers of ten
     * @param up whether the y axis is
     * @return the look
     */
    public Look logarithmic(boolean across, boolean up) {
        return new Look(width, height, caption, across, up);
    }
}
