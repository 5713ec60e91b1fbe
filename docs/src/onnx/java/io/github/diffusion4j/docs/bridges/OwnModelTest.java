package io.github.diffusion4j.docs.bridges;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.docs.emoji.EmojiModel;
import io.github.diffusion4j.docs.emoji.EmojiNetwork;
import io.github.diffusion4j.docs.emoji.Vocabulary;
import io.github.diffusion4j.samplers.Sampling;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.guidance.LinearGuidance;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The guide for a model of one's own, on a folder whose network has other names and takes whole timesteps. */
class OwnModelTest {

    static final Path EMOJI = Path.of("src", "main", "resources", "emoji");

    private static double[] heart;

    @TempDir
    private Path folder;

    @BeforeAll
    static void draw() throws Exception {
        heart = DrawModelFolder.sample(EMOJI, "words", numbers("noto red heart")).values();
    }

    static long[] numbers(String caption) throws IOException {
        try (InputStream words = Files.newInputStream(EMOJI.resolve("words/vocabulary.json"))) {
            return Vocabulary.read(words).numbers(caption);
        }
    }

    /** The network that draws from words as somebody else would have exported it. */
    private void write(long... timestep) throws IOException {
        OnnxFile file = OnnxFile.inside(Files.readAllBytes(EMOJI.resolve("unet/model.onnx")));
        file.input("x", -1, 3, 32, 32).node("Identity", "sample", "x");
        file.cast(OnnxFile.INT64, "t", "time", timestep).integers("vector", -1).node("Reshape", "timestep", "time", "vector");
        file.input(OnnxFile.INT64, "encoder_hidden_states", -1, Vocabulary.MOST_WORDS).node("Identity", "words", "encoder_hidden_states");
        file.node("Identity", "v", "out_sample").output("v", -1, 3, 32, 32);
        Files.write(Files.createDirectories(folder.resolve("unet")).resolve("model.onnx"), file.bytes());
        Files.copy(EMOJI.resolve("scheduler/scheduler_config.json"), Files.createDirectories(folder.resolve("scheduler")).resolve("scheduler_config.json"));
    }

    private OrtSession session() throws OrtException {
        return OrtEnvironment.getEnvironment().createSession(folder.resolve("unet/model.onnx").toString());
    }

    private static OrtSession session(OnnxFile file) throws OrtException {
        return OrtEnvironment.getEnvironment().createSession(file.bytes());
    }

    @ParameterizedTest
    @CsvSource({"a vector,-1", "a vector of one,1", "a number,"})
    void other_names_and_whole_timesteps_draw_the_same_picture(String kind, Long size) throws Exception {
        write(size == null ? new long[0] : new long[] {size});
        double[] drawn = DrawModelFolder.sample(folder, "encoder_hidden_states", numbers("noto red heart")).values();
        assertArrayEquals(heart, drawn, kind);
    }

    /** One call of the network for both branches, on one thread, is two calls of a model for each. */
    @Test
    void a_model_for_each_branch_is_the_guided_run() throws Exception {
        try (EmojiNetwork network = EmojiNetwork.open(); EmojiModel model = network.of("noto red heart")) {
            Plan plan = network.config().as("DPMSolverMultistepScheduler").config().scheduler().plan(10).guided(LinearGuidance.classifierFree(2));
            HostArray picture = model.draw(plan, EmojiNetwork.noise(CounterNoise.of(42), 1), NoiseSource.none());
            assertArrayEquals(picture.values(), heart, 1e-3);
            int middle = 32 * 16 + 16;
            assertTrue(heart[middle] > 0.5 && heart[32 * 32 + middle] < 0, "a heart is red in the middle");
        }
    }

    @Test
    void what_the_network_takes_is_told_where_an_input_gets_nothing() throws Exception {
        write(-1);
        HostArray noise = EmojiNetwork.noise(CounterNoise.of(42), 1);
        try (OrtSession network = session(); OnnxTensor words = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), new long[1][8])) {
            for (Map<String, OnnxTensor> others : List.of(Map.<String, OnnxTensor>of(), Map.of("words", words))) {
                String message = assertThrows(IllegalArgumentException.class, () -> new OnnxModel<>(network, HostArrays.DIRECT, noise, others)).getMessage();
                assertTrue(message.contains("x FLOAT [-1, 3, 32, 32], t INT64 [-1], encoder_hidden_states INT64 [-1, 8] and gives v FLOAT [-1, 3, 32, 32]"), message);
            }
            HostArray wide = HostArray.of(new float[3 * 64 * 64], 1, 3, 64, 64);
            String message = assertThrows(IllegalArgumentException.class, () -> new OnnxModel<>(network, HostArrays.DIRECT, wide, Map.of("encoder_hidden_states", words))).getMessage();
            assertTrue(message.contains("FLOAT [1, 3, 64, 64], further inputs [encoder_hidden_states], and nothing fits"), message);
        }
    }

    @Test
    void times_between_whole_numbers_are_refused_with_what_to_do() throws Exception {
        write(-1);
        HostArray noise = EmojiNetwork.noise(CounterNoise.of(42), 1);
        DiffusersConfig euler = DiffusersConfig.load(folder).as("EulerDiscreteScheduler").config();
        try (OrtSession network = session(); OnnxTensor words = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), new long[1][8]);
                OnnxModel<HostArray> model = new OnnxModel<>(network, HostArrays.DIRECT, noise, Map.of("encoder_hidden_states", words))) {
            for (DiffusersConfig config : new DiffusersConfig[] {euler.with("timestep_spacing", "linspace"), euler.with("use_karras_sigmas", true)}) {
                String message = assertThrows(IllegalStateException.class, () -> run(config, model, noise)).getMessage();
                assertTrue(message.contains("config.with(\"timestep_spacing\", \"trailing\")"), message);
            }
            assertEquals(3, run(euler.with("timestep_spacing", "trailing"), model, noise).shape()[1]);
            String message = assertThrows(IllegalArgumentException.class,
                    () -> Sampling.run(euler.scheduler().plan(3).guided(LinearGuidance.classifierFree(2)).on(HostArrays.DIRECT), model, noise, NoiseSource.none(), Sampling.Listener.none())).getMessage();
            assertTrue(message.contains("[conditional, unconditional]"), message);
        }
    }

    private static HostArray run(DiffusersConfig config, OnnxModel<HostArray> model, HostArray noise) {
        return Sampling.run(config.scheduler().plan(3).on(HostArrays.DIRECT), model, noise, NoiseSource.none(), Sampling.Listener.none());
    }

    /** Where samples are single numbers, they look like timesteps. */
    @Test
    void inputs_that_look_alike_are_named_by_the_caller() throws Exception {
        HostArray noise = HostArrays.DIRECT.make(ElementType.FLOAT, 2);
        noise.fill(2, 3);
        OnnxFile product = new OnnxFile().input("t", -1).input("x", -1).node("Sqrt", "root", "t").node("Mul", "y", "x", "root").output("y", -1).output("root", -1);
        try (OrtSession network = session(product)) {
            String message = assertThrows(IllegalArgumentException.class, () -> new OnnxModel<>(network, HostArrays.DIRECT, noise, Map.of())).getMessage();
            assertTrue(message.contains("several fit") && message.contains("new OnnxModel.Names("), message);
            try (OnnxModel<HostArray> model = new OnnxModel<>(network, new OnnxModel.Names("x", "t", "y"), HostArrays.DIRECT, noise, Map.of())) {
                assertArrayEquals(new double[] {60, 90}, predicted(model, noise), 0);
            }
            message = assertThrows(IllegalArgumentException.class, () -> new OnnxModel<>(network, new OnnxModel.Names("x", "time", "y"), HostArrays.DIRECT, noise, Map.of())).getMessage();
            assertTrue(message.contains("'time'") && message.contains("t FLOAT [-1]"), message);
        }
    }

    /** The output at timestep 900. */
    private static double[] predicted(OnnxModel<HostArray> model, HostArray sample) {
        Runs<HostArray> runs = DiffusersConfig.of("DDIMScheduler").scheduler().plan(10).on(HostArrays.DIRECT);
        return model.predict(runs.input(0, runs.start(sample))).values();
    }

    @ParameterizedTest
    @CsvSource({"INT32," + OnnxFile.INT32, "INT64," + OnnxFile.INT64, "FLOAT," + OnnxFile.FLOAT, "DOUBLE," + OnnxFile.DOUBLE})
    void timesteps_have_the_type_that_the_network_takes(String name, int type) throws Exception {
        HostArray noise = HostArrays.DIRECT.make(ElementType.FLOAT, 2, 1);
        noise.fill(2, 3);
        OnnxFile product = new OnnxFile().input("x", -1, 1).cast(type, "when", "t").node("Mul", "y", "x", "t").output("y", -1, 1);
        try (OrtSession network = session(product); OnnxModel<HostArray> model = new OnnxModel<>(network, HostArrays.DIRECT, noise, Map.of())) {
            assertArrayEquals(new double[] {1800, 2700}, predicted(model, noise), 0, name);
        }
    }
}
