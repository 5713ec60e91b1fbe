package io.github.diffusion4j.docs.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.docs.Main;
import io.github.diffusion4j.samplers.pipeline.Pipeline;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KnownPicturesTest {

    /** Two runs to one picture end at the same; where several have the name, seeds choose. */
    @Test
    void a_picture_is_drawn_by_its_name() throws Exception {
        KnownPictures network = KnownPictures.open();
        Pipeline<HostArray, String> draw = Pipeline.<HostArray, String>of(HostArrays.HEAP, network.config(), 3, 32, 32).scheduler("DPM++ 2M").steps(10);
        List<HostArray> butterflies = draw.condition("monarch butterfly").pictures(2).run(network);
        assertArrayEquals(butterflies.get(0).values(), butterflies.get(1).values(), 1e-4);
        List<HostArray> medals = draw.condition("medal").pictures(8).run(network);
        assertTrue(medals.stream().anyMatch(medal -> apart(medal, medals.get(0)) > 0.5));
        String message = assertThrows(IllegalArgumentException.class, () -> network.check("monarch zebra")).getMessage();
        assertTrue(message.contains("'monarch zebra'") && message.contains("butterfly"), message);
        network.examples().forEach(network::check);
    }

    private static double apart(HostArray a, HostArray b) {
        return IntStream.range(0, a.length()).mapToDouble(i -> Math.abs(a.values()[i] - b.values()[i])).max().orElseThrow();
    }

    @Test
    void the_load_test_runs_as_a_command() {
        assertEquals(0, Main.execute("serve", "--known", "--load", "3", "--seconds", "1", "--slots", "4"));
    }
}
