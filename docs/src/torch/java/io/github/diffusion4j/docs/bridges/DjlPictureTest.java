package io.github.diffusion4j.docs.bridges;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.docs.emoji.EmojiNetwork;
import io.github.diffusion4j.samplers.pipeline.NetworkCall;
import io.github.diffusion4j.samplers.pipeline.Pipeline;
import org.junit.jupiter.api.Test;

/** A picture from words over PyTorch's arrays. */
class DjlPictureTest {

    private static <A> A draw(Arrays<A> arrays, EmojiNetwork emoji, Pipeline.Network<A, String> network) {
        return Pipeline.<A, String>of(arrays, emoji.config(), 3, 32, 32).scheduler("DPM++ 2M").steps(8).guidance(2).condition(Branch.UNCONDITIONAL, "").condition("noto red heart").seed(7)
                .run(network).get(0);
    }

    @Test
    void a_network_in_onnx_runtime_is_asked_through_the_host() throws Exception {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        try (EmojiNetwork emoji = EmojiNetwork.open(); NDManager manager = NDManager.newBaseManager("PyTorch")) {
            DjlArrays arrays = new DjlArrays(manager);
            Pipeline.Network<HostArray, String> onnx = emoji.forPipelines();
            Pipeline.Network<NDArray, String> network = call -> {
                HostArray x = HostArrays.DIRECT.make(ElementType.FLOAT, arrays.shape(call.x()));
                HostArray out = HostArrays.DIRECT.make(ElementType.FLOAT, x.shape());
                arrays.fetch(call.x(), x);
                onnx.evaluate(new NetworkCall<>(x, call.times(), call.branches(), call.conditions(), out));
                arrays.store(out, call.out());
            };
            double[] picture = arrays.values(draw(arrays, emoji, network));
            assertArrayEquals(draw(HostArrays.DIRECT, emoji, onnx).values(), picture, 1e-3);
            assertTrue(picture[16 * 32 + 16] > 0.5 && picture[32 * 32 + 16 * 32 + 16] < 0, "a heart is red in the middle");
        }
    }
}
