package io.github.diffusion4j.docs.emoji;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.docs.server.PictureNetwork;
import io.github.diffusion4j.samplers.pipeline.NetworkCall;
import io.github.diffusion4j.samplers.pipeline.Pipeline;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EmojiPipelineNetworkTest {

    private static HostArray evaluated(PictureNetwork network, HostArray x, double... times) {
        HostArray out = HostArrays.DIRECT.make(ElementType.FLOAT, x.shape());
        List<String> words = IntStream.range(0, times.length).mapToObj(i -> network.examples().get((int) times[i] % network.examples().size())).toList();
        network.evaluate(new NetworkCall<>(x, times, Collections.nCopies(times.length, Branch.CONDITIONAL), words, out));
        return out;
    }

    @Test
    void a_sample_has_the_same_bits_in_any_company() throws Exception {
        try (EmojiNetwork emoji = EmojiNetwork.open()) {
            PictureNetwork network = emoji.forPipelines();
            HostArray x = EmojiNetwork.noise(CounterNoise.of(3), 9);
            double[] times = IntStream.range(0, 9).mapToDouble(i -> 111.3 * i + 5).toArray();
            List<HostArray> alone = IntStream.range(0, 9).mapToObj(i -> evaluated(network, x.part(0, i, i + 1), times[i])).toList();
            for (int size = 2; size <= 9; size++) {
                HostArray together = evaluated(network, x.part(0, 9 - size, 9), java.util.Arrays.copyOfRange(times, 9 - size, 9));
                for (int i = 0; i < size; i++) {
                    assertArrayEquals(alone.get(9 - size + i).values(), together.part(0, i, i + 1).values(), "sample " + i + " of " + size);
                }
            }
        }
    }

    @Test
    void pipelines_share_its_calls() throws Exception {
        try (EmojiNetwork emoji = EmojiNetwork.open()) {
            PictureNetwork network = emoji.forPipelines();
            Pipeline<HostArray, String> draw = Pipeline.<HostArray, String>of(HostArrays.DIRECT, network.config(), 3, 32, 32).condition(Branch.UNCONDITIONAL, "").steps(4).guidance(2);
            List<Pipeline<HostArray, String>> two = List.of(draw.condition("noto red heart"), draw.condition("noto cat face").scheduler("Euler a").steps(5).guidance(1));
            List<List<HostArray>> together = Pipeline.together(two, network, progress -> { });
            assertEquals(two.get(0).run(network), together.get(0));
            assertEquals(two.get(1).run(network), together.get(1));
            assertTrue(assertThrows(IllegalArgumentException.class, () -> network.check("noto hearrt")).getMessage().contains("heart"));
            network.examples().forEach(network::check);
        }
    }
}
