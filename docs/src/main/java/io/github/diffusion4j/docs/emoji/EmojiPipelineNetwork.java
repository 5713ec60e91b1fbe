package io.github.diffusion4j.docs.emoji;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.docs.server.PictureNetwork;
import io.github.diffusion4j.samplers.pipeline.NetworkCall;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The network for pipelines and servers: samples of different times and words in one evaluation, shared among the processors, each part of them in one call of ONNX Runtime. A sample's bits do not
 * depend on how many are computed with it. It reads and writes the batch's own direct memory.
 */
final class EmojiPipelineNetwork implements PictureNetwork {

    private static final Set<Branch> BRANCHES = Set.of(Branch.CONDITIONAL, Branch.UNCONDITIONAL);
    private static final List<String> EXAMPLES = List.of("noto red heart", "noto cat face", "fluent-emoji sun", "fluent-emoji-flat green apple", "fxemoji blue car", "noto-v1 house");

    private final OrtSession session;
    private final Vocabulary vocabulary;
    private final DiffusersConfig config;

    EmojiPipelineNetwork(OrtSession session, Vocabulary vocabulary, DiffusersConfig config) {
        this.session = session;
        this.vocabulary = vocabulary;
        this.config = config;
    }

    @Override
    public void evaluate(NetworkCall<HostArray, String> call) {
        if (!BRANCHES.containsAll(call.branches()) || !call.out().floats().isDirect()) {
            throw new IllegalArgumentException("this network computes " + BRANCHES + " over HostArrays.DIRECT, asked for " + call.branches());
        }
        int samples = call.times().length;
        int parts = Math.min(samples, Runtime.getRuntime().availableProcessors());
        IntStream.range(0, parts).parallel().forEach(k -> evaluate(call, samples * k / parts, samples * (k + 1) / parts));
    }

    private void evaluate(NetworkCall<HostArray, String> call, int from, int to) {
        FloatBuffer times = direct((to - from) * Float.BYTES).asFloatBuffer();
        LongBuffer words = direct((to - from) * Vocabulary.MOST_WORDS * Long.BYTES).asLongBuffer();
        for (int sample = from; sample < to; sample++) {
            times.put((float) call.times()[sample]);
            words.put(vocabulary.numbers(call.conditions().get(sample)));
        }
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        HostArray x = call.x().part(0, from, to);
        HostArray out = call.out().part(0, from, to);
        try (OnnxTensor sample = OnnxTensor.createTensor(environment, x.floats(), x.shape());
                OnnxTensor timestep = OnnxTensor.createTensor(environment, times.flip(), new long[] {to - from});
                OnnxTensor numbers = OnnxTensor.createTensor(environment, words.flip(), new long[] {to - from, Vocabulary.MOST_WORDS});
                OnnxTensor result = OnnxTensor.createTensor(environment, out.floats(), out.shape())) {
            session.run(Map.of("sample", sample, "timestep", timestep, "words", numbers), Map.of("out_sample", result)).close();
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime could not evaluate the network: " + e.getMessage(), e);
        }
    }

    private static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    @Override
    public DiffusersConfig config() {
        return config;
    }

    @Override
    public int side() {
        return EmojiNetwork.SIDE;
    }

    @Override
    public HostArrays arrays() {
        return HostArrays.DIRECT;
    }

    @Override
    public void check(String words) {
        vocabulary.numbers(words);
    }

    @Override
    public List<String> examples() {
        return EXAMPLES;
    }
}
