package io.github.diffusion4j.docs.emoji;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Session;
import io.github.diffusion4j.docs.Main;
import io.github.diffusion4j.samplers.guidance.LinearGuidance;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmojiNetworkTest {

    private static final int PIXELS = EmojiNetwork.SIDE * EmojiNetwork.SIDE;
    /** What a network's floats may differ by where batches of other sizes are computed otherwise; on x86-64 they are not. */
    private static final double ROUNDING = 1e-5;

    private static EmojiNetwork network;
    private static Plan guided;

    @BeforeAll
    static void open() throws Exception {
        network = EmojiNetwork.open();
        guided = network.config().as("DPMSolverMultistepScheduler").config().scheduler().plan(8).guided(LinearGuidance.classifierFree(2));
    }

    @AfterAll
    static void close() throws Exception {
        network.close();
    }

    private static double[] channel(HostArray pictures, int picture, int channel) {
        return pictures.row(picture).part(1, channel, channel + 1).values();
    }

    private static double mean(double... values) {
        return DoubleStream.of(values).average().orElseThrow();
    }

    @Test
    void a_guided_run_draws_what_the_words_say() {
        try (EmojiModel model = network.of("noto red heart", "fluent-emoji-flat green circle")) {
            HostArray pictures = model.draw(guided, EmojiNetwork.noise(CounterNoise.of(42), 2), NoiseSource.none());
            assertArrayEquals(new long[] {2, 3, 32, 32}, pictures.shape());
            assertEquals(guided.calls(), model.calls());
            int middle = PIXELS / 2 + EmojiNetwork.SIDE / 2;
            assertTrue(channel(pictures, 0, 0)[middle] > 0.5 && channel(pictures, 0, 1)[middle] < 0 && channel(pictures, 0, 2)[middle] < 0, "a heart is red in the middle");
            assertTrue(channel(pictures, 1, 1)[middle] > 0.2 && channel(pictures, 1, 0)[middle] < -0.5, "a circle is green in the middle");
            for (int picture = 0; picture < 2; picture++) {
                assertEquals(1, mean(channel(pictures, picture, 1)[0], channel(pictures, picture, 2)[PIXELS - 1]), 0.2, "the corners are white");
            }
        }
    }

    /** The outputs for an input, for branches and samples stacked as they come. */
    private static List<double[]> outputs(EmojiModel model, HostArray sample, Plan plan) {
        try (Session<HostArray> run = plan.on(HostArrays.DIRECT).session(sample, NoiseSource.none())) {
            return model.outputs(run.input()).stream().map(HostArray::values).toList();
        }
    }

    @Test
    void branches_and_samples_of_one_call_are_those_of_several() {
        HostArray noise = EmojiNetwork.noise(CounterNoise.of(5), 2);
        try (EmojiModel both = network.of("noto red heart", "fxemoji star"); EmojiModel heart = network.of("noto red heart"); EmojiModel star = network.of("fxemoji star");
                EmojiModel nothing = network.of("", "")) {
            List<double[]> together = outputs(both, noise, guided);
            assertArrayEquals(outputs(nothing, noise, guided).get(0), together.get(1), ROUNDING);
            double[] first = outputs(heart, noise.part(0, 0, 1), guided).get(0);
            double[] second = outputs(star, noise.part(0, 1, 2), guided).get(0);
            assertArrayEquals(DoubleStream.concat(DoubleStream.of(first), DoubleStream.of(second)).toArray(), together.get(0), ROUNDING);
        }
    }

    @Test
    void a_negative_caption_is_the_unconditional_branch() {
        HostArray noise = EmojiNetwork.noise(CounterNoise.of(5), 1);
        try (EmojiModel negative = network.of(List.of("noto heart"), List.of("red")); EmojiModel red = network.of("red")) {
            assertArrayEquals(outputs(red, noise, guided).get(0), outputs(negative, noise, guided).get(1), ROUNDING);
        }
    }

    @Test
    void words_that_the_network_was_not_taught_are_refused_with_those_that_are_like_them() {
        String message = assertThrows(IllegalArgumentException.class, () -> network.of("noto red haert")).getMessage();
        assertTrue(message.contains("'haert'") && message.contains("heart"), message);
        assertTrue(assertThrows(IllegalArgumentException.class, () -> network.of("Noto cat")).getMessage().contains("it knows noto"), "the nearest comes first");
        message = assertThrows(IllegalArgumentException.class, () -> network.of("noto a b c d e f g h")).getMessage();
        assertTrue(message.contains("at most 8 words") && message.contains("has 9"), message);
        assertThrows(IllegalArgumentException.class, () -> network.of());
        assertThrows(IllegalArgumentException.class, () -> network.of(List.of("noto cat"), List.of()));
    }

    @Test
    void a_branch_that_the_network_does_not_have_is_refused() {
        Plan perturbed = guided.guided(LinearGuidance.auto(2));
        try (EmojiModel model = network.of("noto cat")) {
            String message = assertThrows(IllegalArgumentException.class, () -> model.draw(perturbed, EmojiNetwork.noise(CounterNoise.of(5), 1), NoiseSource.none())).getMessage();
            assertTrue(message.contains("'" + LinearGuidance.PERTURBED + "'") && message.contains(Branch.UNCONDITIONAL.name()), message);
        }
    }

    @Test
    void held_captions_are_known_words() throws Exception {
        List<String> captions = network.heldCaptions();
        assertEquals(540, captions.size());
        captions.forEach(caption -> network.of(caption).close());
    }

    @Test
    void without_onnx_runtime_the_command_says_what_is_missing(@TempDir Path folder) throws Exception {
        String classPath = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator)).filter(entry -> !entry.contains("onnxruntime")).collect(Collectors.joining(File.pathSeparator));
        Path output = folder.resolve("output.txt");
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", classPath, Main.class.getName(), "guidance", "--out", folder.toString())
                .redirectErrorStream(true).redirectOutput(output.toFile()).start();
        assertTrue(process.waitFor(1, TimeUnit.MINUTES));
        String text = Files.readString(output);
        assertTrue(process.exitValue() == 1 && text.contains("error: this needs ONNX Runtime"), text);
    }

    @Test
    void features_tell_drawn_pictures_from_noise() throws Exception {
        HostArray noise = EmojiNetwork.noise(CounterNoise.of(5), 80);
        try (EmojiFeatures features = EmojiFeatures.open()) {
            double floor = features.trainedOn().frechetDistance(features.held());
            assertEquals(floor, features.held().frechetDistance(features.trainedOn()), 1e-6 * floor);
            assertTrue(floor > 100 && floor < 200, "trained on against held: " + floor);
            List<HostArray> parts = IntStream.range(0, 4).mapToObj(k -> noise.part(0, 20 * k, 20 * k + 20)).toList();
            double whole = features.of(List.of(noise)).frechetDistance(features.held());
            assertTrue(whole > 10_000, "noise: " + whole);
            assertEquals(whole, features.of(parts).frechetDistance(features.held()), 1e-3 * whole);
        }
    }
}
