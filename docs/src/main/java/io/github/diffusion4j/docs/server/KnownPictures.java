package io.github.diffusion4j.docs.server;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.docs.figures.Sheet;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.pipeline.NetworkCall;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;

/**
 * The network that a perfect training on 64 pictures would end at, as a formula: for data that are one of n pictures m the best estimate of the clean data is {@code sum w m} with weights
 * {@code w ~ exp(-|x - alpha m|^2 / (2 sigma^2))}. Words leave the pictures that are called by all of them. It draws what it knows and nothing else, and needs no library of networks.
 */
public final class KnownPictures implements PictureNetwork {

    private static final int SIDE = 32;
    private static final int LENGTH = Png.CHANNELS * SIDE * SIDE;

    private final List<float[]> pictures;
    private final List<Set<String>> captions;
    private final DiffusersConfig config;
    private final NoiseSchedule schedule;

    private KnownPictures(List<float[]> pictures, List<Set<String>> captions, DiffusersConfig config) {
        this.pictures = pictures;
        this.captions = captions;
        this.config = config;
        this.schedule = config.scheduler().schedule();
    }

    /**
     * The pictures that lie in the resources of docs.
     *
     * @return the network
     * @throws IOException if they cannot be read
     */
    public static KnownPictures open() throws IOException {
        try (InputStream words = resource("words/held_pictures.json"); InputStream png = resource("words/held_pictures.png"); InputStream config = resource("scheduler/scheduler_config.json")) {
            BufferedImage sheet = ImageIO.read(png);
            List<float[]> pictures = new ArrayList<>();
            for (int top = 0; top < sheet.getHeight(); top += SIDE) {
                for (int left = 0; left < sheet.getWidth(); left += SIDE) {
                    pictures.add(Sheet.values(sheet.getSubimage(left, top, SIDE, SIDE)));
                }
            }
            List<Set<String>> captions = Arrays.stream(new JsonMapper().readValue(words, String[][].class)).map(caption -> Arrays.stream(caption).collect(Collectors.toSet())).toList();
            return new KnownPictures(pictures, captions, DiffusersConfig.parse(new String(config.readAllBytes(), StandardCharsets.UTF_8)));
        }
    }

    private static InputStream resource(String name) {
        return KnownPictures.class.getResourceAsStream("/emoji/" + name);
    }

    @Override
    public void evaluate(NetworkCall<HostArray, String> call) {
        FloatBuffer x = call.x().floats();
        FloatBuffer out = call.out().floats();
        float[] sample = new float[LENGTH];
        for (int k = 0; k < call.times().length; k++) {
            x.get(sample);
            NoiseLevel level = schedule.at(call.times()[k]);
            float[] clean = estimate(sample, level, called(call.conditions().get(k)));
            for (int i = 0; i < LENGTH; i++) {
                out.put((float) ((level.alpha() * sample[i] - clean[i]) / level.sigma()));
            }
        }
    }

    /** The mean of the pictures, each weighted by how likely the sample is noise on it. */
    private static float[] estimate(float[] sample, NoiseLevel level, List<float[]> pictures) {
        double[] logs = pictures.stream().mapToDouble(picture -> -distance(sample, (float) level.alpha(), picture) / (2 * level.sigma() * level.sigma())).toArray();
        double most = Arrays.stream(logs).max().orElseThrow();
        double[] weights = Arrays.stream(logs).map(log -> Math.exp(log - most)).toArray();
        double sum = Arrays.stream(weights).sum();
        float[] mean = new float[LENGTH];
        for (int k = 0; k < weights.length; k++) {
            float weight = (float) (weights[k] / sum);
            float[] picture = pictures.get(k);
            for (int i = 0; weight > 0 && i < LENGTH; i++) {
                mean[i] += weight * picture[i];
            }
        }
        return mean;
    }

    private static double distance(float[] sample, float alpha, float... picture) {
        double sum = 0;
        for (int i = 0; i < LENGTH; i++) {
            float difference = sample[i] - alpha * picture[i];
            sum += difference * difference;
        }
        return sum;
    }

    private List<float[]> called(String words) {
        List<String> wanted = Arrays.stream(words.split(" ")).filter(word -> !word.isEmpty()).toList();
        List<float[]> called = new ArrayList<>();
        for (int k = 0; k < pictures.size(); k++) {
            if (captions.get(k).containsAll(wanted)) {
                called.add(pictures.get(k));
            }
        }
        return called;
    }

    @Override
    public void check(String words) {
        if (called(words).isEmpty()) {
            throw new IllegalArgumentException("no known picture is called '" + words + "'; words are "
                    + captions.stream().flatMap(Set::stream).distinct().sorted().collect(Collectors.joining(", ")));
        }
    }

    @Override
    public DiffusersConfig config() {
        return config;
    }

    @Override
    public int side() {
        return SIDE;
    }

    @Override
    public List<String> examples() {
        return List.of("monarch butterfly", "medal", "cat", "flamingo", "noto", "crown", "person", "heart");
    }
}
