package io.github.diffusion4j.docs.emoji;

import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.plan.Mask;
import io.github.diffusion4j.samplers.pipeline.Pipeline;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;

/** A whole program: words, guidance, four pictures, a picture from a picture, a soft mask, progress, cancelling, three at once. */
final class DrawWithAPipeline {

    private DrawWithAPipeline() {}

    static List<HostArray> draw() throws Exception {
        try (EmojiNetwork emoji = EmojiNetwork.open()) {
            Pipeline.Network<HostArray, String> network = emoji.forPipelines();
            Pipeline<HostArray, String> draw = Pipeline.<HostArray, String>of(HostArrays.DIRECT, emoji.config(), 3, 32, 32).scheduler("DPM++ 2M").steps(8).guidance(2).condition(Branch.UNCONDITIONAL, "");
            List<HostArray> four = draw.condition("noto red apple").pictures(4).seed(7).run(network, progress -> System.out.println(progress.done() + " of " + progress.all()));
            HostArray changed = draw.condition("noto green apple").from(four.get(0), 0.7).run(network).get(0);
            Mask left = Mask.of(IntStream.range(0, 32).mapToDouble(x -> Math.max(0, Math.min(1, (20 - x) / 8.0))).toArray(), 32);
            HostArray half = draw.condition("noto green apple").keeping(four.get(0), left).seed(7).run(network).get(0);
            try {
                draw.condition("noto blue car").run(network, progress -> {
                    if (progress.estimate(0, 0).toFloats().length > 0 && progress.done() == 3) {
                        progress.cancel();
                    }
                });
            } catch (CancellationException e) {
                System.out.println(e.getMessage());
            }
            List<List<HostArray>> three = Pipeline.together(List.of(draw.condition("noto cat face"), draw.condition("fluent-emoji sun").steps(6), draw.condition("noto red heart").guidance(1)), network, progress -> { });
            return List.of(four.get(0), four.get(3), changed, half, three.get(0).get(0), three.get(1).get(0), three.get(2).get(0));
        }
    }
}
