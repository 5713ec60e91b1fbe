package io.github.diffusion4j.docs.emoji;

import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.docs.figures.Sheet;
import java.awt.image.BufferedImage;
import java.util.List;

/**
 * A way to draw.
 *
 * @param family what it is
 * @param setting its numbers
 * @param plan the run
 */
record Way(String family, String setting, Plan plan) {

    /** The pictures that it drew, as those of a sheet's row. */
    static List<BufferedImage> images(List<Captions.Drawn> drawn) {
        return drawn.stream().map(each -> Sheet.image(each.picture(), 0)).toList();
    }
}
