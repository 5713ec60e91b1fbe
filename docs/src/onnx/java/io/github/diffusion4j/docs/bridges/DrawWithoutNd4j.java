package io.github.diffusion4j.docs.bridges;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.samplers.Sampling;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;

/** Draws a picture from words in Java's own memory: nothing of ND4J is on the class path. */
public final class DrawWithoutNd4j {

    private static final int SIDE = 32;
    private static final int MOST_WORDS = 8;

    private DrawWithoutNd4j() {}

    /**
     * The program.
     *
     * @param arguments the folder of a model, the file to write, and words
     * @throws IOException if a file cannot be read or written
     * @throws OrtException if the network cannot be run
     */
    public static void main(String[] arguments) throws IOException, OrtException {
        Path folder = Path.of(arguments[0]);
        Plan plan = DiffusersConfig.load(folder.resolve("scheduler")).as("DPMSolverMultistepScheduler").config().scheduler().plan(10);
        Runs<HostArray> runs = plan.on(HostArrays.DIRECT);
        HostArray noise = runs.noise(CounterNoise.of(42), ElementType.FLOAT, 1, 3, SIDE, SIDE);
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession unet = environment.createSession(folder.resolve("unet").resolve("model.onnx").toString());
                OnnxTensor words = OnnxTensor.createTensor(environment, words(folder, arguments), new long[] {1, MOST_WORDS});
                OnnxModel<HostArray> model = new OnnxModel<>(unet, HostArrays.DIRECT, noise, Map.of("words", words))) {
            HostArray picture = Sampling.run(runs, model, noise, NoiseSource.none(), Sampling.Listener.none());
            ImageIO.write(image(picture.floats()), "png", Path.of(arguments[1]).toFile());
        }
    }

    private static LongBuffer words(Path folder, String... arguments) throws IOException {
        List<String> vocabulary = Arrays.asList(new JsonMapper().readValue(folder.resolve("words").resolve("vocabulary.json").toFile(), String[].class));
        LongBuffer numbers = LongBuffer.allocate(MOST_WORDS);
        for (int i = 2; i < arguments.length; i++) {
            int number = vocabulary.indexOf(arguments[i]);
            if (number < 0) {
                throw new IllegalArgumentException("the network was not taught the word '" + arguments[i] + "'");
            }
            numbers.put(i - 2, number);
        }
        return numbers;
    }

    /** Channels in -1..1 as a picture. */
    private static BufferedImage image(FloatBuffer channels) {
        BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        for (int place = 0; place < SIDE * SIDE; place++) {
            int colour = 0;
            for (int channel = 0; channel < 3; channel++) {
                float value = channels.get(channel * SIDE * SIDE + place);
                colour = colour << 8 | Math.round(Math.max(0, Math.min(1, (value + 1) / 2)) * 255);
            }
            image.setRGB(place % SIDE, place / SIDE, colour);
        }
        return image;
    }
}
