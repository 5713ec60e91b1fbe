package io.github.diffusion4j.docs.emoji;

import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Session;
import io.github.diffusion4j.docs.figures.Sheet;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A picture on its way: at every evaluation the sample and below it the clean picture that the network sees in it, at the end the picture twice.
 *
 * @param network the network
 * @param words what is drawn
 * @param plan how
 * @param seed of all noise
 */
public record Frames(EmojiNetwork network, String words, Plan plan, long seed) {

    /** Sees the frames, in order. */
    public interface Listener {

        /**
         * Called for each frame.
         *
         * @param evaluation the evaluations behind it
         * @param frame two pictures, one above the other
         * @return whether to go on
         */
        boolean frame(int evaluation, BufferedImage frame);
    }

    /**
     * Draws the picture.
     *
     * @param listener sees the frames
     */
    public void draw(Listener listener) {
        CounterNoise noise = CounterNoise.of(seed);
        try (EmojiModel model = network.of(words); Session<HostArray> run = plan.on(HostArrays.DIRECT).session(EmojiNetwork.noise(noise, 1), noise)) {
            while (!run.done()) {
                List<HostArray> outputs = model.outputs(run.input());
                if (!listener.frame(run.evaluation(), column(run.sample(), run.denoised(outputs)))) {
                    return;
                }
                run.step(outputs);
            }
            listener.frame(plan.evaluations(), column(run.result(), run.result()));
        }
    }

    /**
     * Draws the picture and nothing else.
     *
     * @return the picture
     */
    public BufferedImage picture() {
        AtomicReference<BufferedImage> last = new AtomicReference<>();
        draw((evaluation, frame) -> {
            last.set(frame);
            return true;
        });
        return last.get().getSubimage(0, 0, EmojiNetwork.SIDE, EmojiNetwork.SIDE);
    }

    private static BufferedImage column(HostArray sample, HostArray estimate) {
        BufferedImage column = new BufferedImage(EmojiNetwork.SIDE, 2 * EmojiNetwork.SIDE, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = column.createGraphics();
        pen.drawImage(Sheet.image(sample, 0), 0, 0, null);
        pen.drawImage(Sheet.image(estimate, 0), 0, EmojiNetwork.SIDE, null);
        pen.dispose();
        return column;
    }
}
