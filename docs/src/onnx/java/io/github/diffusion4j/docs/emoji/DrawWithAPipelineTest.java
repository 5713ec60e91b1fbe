package io.github.diffusion4j.docs.emoji;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.samplers.pipeline.Pipeline;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class DrawWithAPipelineTest {

    @Test
    void the_program_draws() throws Exception {
        List<HostArray> pictures = DrawWithAPipeline.draw();
        assertEquals(7, pictures.size());
        for (HostArray picture : pictures) {
            assertTrue(Arrays.stream(picture.values()).allMatch(value -> Math.abs(value) < 4), "pictures lie about -1 to 1");
        }
        assertNotEquals(pictures.get(0), pictures.get(1));
        double[] known = pictures.get(0).values();
        double[] half = pictures.get(3).values();
        for (int i = 0; i < known.length; i++) {
            if (i % 32 <= 12) {
                assertEquals(known[i], half[i], 1e-5);
            }
        }
    }

    @Test
    void a_picture_beside_others_is_the_picture_alone() throws Exception {
        try (EmojiNetwork emoji = EmojiNetwork.open()) {
            Pipeline<HostArray, String> heart = Pipeline.<HostArray, String>of(HostArrays.DIRECT, emoji.config(), 3, 32, 32).scheduler("DPM++ 2M").steps(5).guidance(2)
                    .condition(Branch.UNCONDITIONAL, "").condition("noto red heart");
            HostArray alone = heart.run(emoji.forPipelines()).get(0);
            HostArray beside = Pipeline.together(List.of(heart.condition("noto cat face").pictures(2), heart), emoji.forPipelines(), progress -> { }).get(1).get(0);
            assertArrayEquals(alone.values(), beside.values());
        }
    }

    @Test
    void it_takes_thirty_lines() throws Exception {
        List<String> lines = Files.readAllLines(Path.of("src/onnx/java/io/github/diffusion4j/docs/emoji/DrawWithAPipeline.java"));
        int first = lines.indexOf("    static List<HostArray> draw() throws Exception {");
        assertTrue(lines.size() - 1 - first <= 30, "the program has " + (lines.size() - 1 - first) + " lines");
    }
}
