package io.github.diffusion4j.docs.emoji;

import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.docs.server.PictureNetwork;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.grids.FittedGrid;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * A network that draws pictures of 32x32 from words, in ONNX Runtime. It may be asked by any number of threads; each picture is computed by one of them, so that its bits do not depend on how many
 * processors there are.
 *
 * <pre>{@code
 *   try (EmojiNetwork network = EmojiNetwork.open(); EmojiModel model = network.of("noto red heart", "noto cat face")) {
 *       Plan plan = network.config().as("DPMSolverMultistepScheduler").config().scheduler().plan(25).guided(LinearGuidance.classifierFree(2));
 *       HostArray pictures = model.draw(plan, EmojiNetwork.noise(CounterNoise.of(42), 2), NoiseSource.none());
 *   }
 * }</pre>
 */
public final class EmojiNetwork implements AutoCloseable {

    /** The height and width of a picture. */
    public static final int SIDE = 32;

    /** Red, green, blue. */
    public static final int CHANNELS = 3;

    private final OrtSession session;
    private final Vocabulary vocabulary;
    private final DiffusersConfig config;
    private final FittedGrid fittedGrid;

    private EmojiNetwork(OrtSession session, Vocabulary vocabulary, DiffusersConfig config, FittedGrid fittedGrid) {
        this.session = session;
        this.vocabulary = vocabulary;
        this.config = config;
        this.fittedGrid = fittedGrid;
    }

    /**
     * Opens the network that lies in the resources of docs.
     *
     * @return the network, to be closed
     * @throws IOException if it cannot be read, or this machine has no ONNX Runtime
     */
    public static EmojiNetwork open() throws IOException {
        try {
            return opened();
        } catch (LinkageError e) {
            throw new IOException("this needs ONNX Runtime, which cannot be loaded here (it has no binary for Intel Macs): " + e, e);
        }
    }

    private static EmojiNetwork opened() throws IOException {
        try (InputStream words = Resources.open("words/vocabulary.json"); InputStream scheduler = Resources.open("scheduler/scheduler_config.json");
                InputStream grid = Resources.open("scheduler/" + FittedGrid.FILE)) {
            return new EmojiNetwork(Resources.network("unet/model.onnx"), Vocabulary.read(words), DiffusersConfig.parse(text(scheduler)), FittedGrid.parse(text(grid)));
        }
    }

    private static String text(InputStream stream) throws IOException {
        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }

    /**
     * The process that the network was trained for.
     *
     * @return the config that lies beside it
     */
    public DiffusersConfig config() {
        return config;
    }

    /**
     * The grid of noise levels that the command {@code fit} fitted to this network, without guidance.
     *
     * @return the grid
     */
    public FittedGrid fittedGrid() {
        return fittedGrid;
    }

    /**
     * Captions of pictures that training never saw.
     *
     * @return those of which it saw all words elsewhere, sorted by style and name
     * @throws IOException if they cannot be read
     */
    public List<String> heldCaptions() throws IOException {
        try (InputStream json = Resources.open("words/held_captions.json")) {
            return Arrays.stream(new JsonMapper().readValue(json, String[][].class)).map(List::of).filter(vocabulary::knows).map(words -> String.join(" ", words)).toList();
        }
    }

    /**
     * Noise to start from.
     *
     * @param source the noise
     * @param pictures how many
     * @return the noise, in direct memory
     */
    public static HostArray noise(NoiseSource source, int pictures) {
        HostArray noise = HostArrays.DIRECT.make(ElementType.FLOAT, pictures, CHANNELS, SIDE, SIDE);
        source.fill(NoiseRequest.start(), noise);
        return noise;
    }

    /**
     * The network for given captions, whose unconditional branch has no words.
     *
     * @param captions one for each picture, words with spaces between them
     * @return the model of a run, to be closed before the network
     * @throws IllegalArgumentException if the network was not taught a word
     */
    public EmojiModel of(String... captions) {
        return of(List.of(captions), Collections.nCopies(captions.length, ""));
    }

    /**
     * The network for given captions and negative ones.
     *
     * @param captions one for each picture
     * @param negatives for each picture the words of the unconditional branch, that guidance leads away from
     * @return the model of a run, to be closed before the network
     * @throws IllegalArgumentException if the network was not taught a word, or there are not as many negative captions
     */
    public EmojiModel of(List<String> captions, List<String> negatives) {
        if (captions.isEmpty() || captions.size() != negatives.size()) {
            throw new IllegalArgumentException("a run needs a caption for each picture, and a negative one, got " + captions.size() + " and " + negatives.size());
        }
        return new EmojiModel(session, numbers(captions), numbers(negatives));
    }

    private long[] numbers(List<String> captions) {
        return captions.stream().map(vocabulary::numbers).flatMapToLong(Arrays::stream).toArray();
    }

    /**
     * The network for pipelines and servers, whose samples have words and times of their own.
     *
     * @return the network, to be asked as long as this one is open
     */
    public PictureNetwork forPipelines() {
        return new EmojiPipelineNetwork(session, vocabulary, config);
    }

    @Override
    public void close() throws IOException {
        Resources.close(session);
    }
}
