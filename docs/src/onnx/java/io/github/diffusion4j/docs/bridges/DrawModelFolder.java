package io.github.diffusion4j.docs.bridges;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.samplers.Sampling;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.guidance.LinearGuidance;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import javax.imageio.ImageIO;

/** Draws a picture with the network and the scheduler of a model folder. */
public final class DrawModelFolder {

    private static final int SIDE = 32;

    private DrawModelFolder() {}

    /**
     * The program.
     *
     * @param arguments the folder, the file to write, the name of the network's condition and its numbers
     * @throws IOException if a file cannot be read or written
     * @throws OrtException if the network cannot be run
     */
    public static void main(String[] arguments) throws IOException, OrtException {
        HostArray picture = sample(Path.of(arguments[0]), arguments[2], Arrays.stream(arguments).skip(3).mapToLong(Long::parseLong).toArray());
        ImageIO.write(image(picture.floats()), "png", Path.of(arguments[1]).toFile());
    }

    static HostArray sample(Path folder, String name, long... numbers) throws IOException, OrtException {
        Plan plan = DiffusersConfig.load(folder).as("DPMSolverMultistepScheduler").config().scheduler().plan(10).guided(LinearGuidance.classifierFree(2));
        Runs<HostArray> runs = plan.on(HostArrays.DIRECT);
        HostArray noise = runs.noise(CounterNoise.of(42), ElementType.FLOAT, 1, 3, SIDE, SIDE);
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession network = environment.createSession(folder.resolve("unet").resolve("model.onnx").toString());
                OnnxTensor condition = OnnxTensor.createTensor(environment, new long[][] {numbers});
                OnnxTensor none = OnnxTensor.createTensor(environment, new long[1][numbers.length]);
                OnnxModel<HostArray> with = new OnnxModel<>(network, HostArrays.DIRECT, noise, Map.of(name, condition));
                OnnxModel<HostArray> without = new OnnxModel<>(network, HostArrays.DIRECT, noise, Map.of(name, none))) {
            Sampling.Model<HostArray> both = input -> (input.branches().contains(Branch.UNCONDITIONAL) ? without : with).predict(input);
            return Sampling.run(runs, both, noise, NoiseSource.none(), Sampling.Listener.none());
        }
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
