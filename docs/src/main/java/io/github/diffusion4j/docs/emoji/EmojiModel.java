package io.github.diffusion4j.docs.emoji;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.docs.bridges.OnnxModel;
import io.github.diffusion4j.samplers.Sampling;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The network for the pictures of one run: all branches and samples of an evaluation are one call, stacked along the batch. One thread at a time. */
public final class EmojiModel implements Sampling.Model<HostArray>, AutoCloseable {

    private final OrtSession session;
    private final long[] captions;
    private final long[] negatives;
    private final int pictures;
    private final Map<List<Branch>, Stack> stacks = new HashMap<>();
    private int calls;

    EmojiModel(OrtSession session, long[] captions, long[] negatives) {
        this.session = session;
        this.captions = captions;
        this.negatives = negatives;
        this.pictures = captions.length / Vocabulary.MOST_WORDS;
    }

    /**
     * Draws the pictures.
     *
     * @param plan how
     * @param noise where the run starts, a sample for each caption
     * @param source the noise of stochastic steps
     * @return the pictures, about -1 to 1
     */
    public HostArray draw(Plan plan, HostArray noise, NoiseSource source) {
        return Sampling.run(plan.on(HostArrays.DIRECT), this, noise, source, Sampling.Listener.none());
    }

    @Override
    public HostArray predict(ModelInput<HostArray> input) {
        return outputs(input).get(0);
    }

    @Override
    public void predict(ModelInput<HostArray> input, List<HostArray> outputs) {
        outputs.addAll(outputs(input));
    }

    /**
     * Evaluates the network.
     *
     * @param input sample, time and branches
     * @return an output for each branch, in their order; the same arrays in every call
     */
    public List<HostArray> outputs(ModelInput<HostArray> input) {
        List<Branch> branches = input.branches();
        calls += branches.size();
        return branches.isEmpty() ? List.of() : stacks.computeIfAbsent(branches, this::stack).outputs(input);
    }

    /**
     * How often the network was asked for a branch since this model was made.
     *
     * @return the number
     */
    public int calls() {
        return calls;
    }

    private long[] words(Branch branch) {
        if (branch.equals(Branch.CONDITIONAL)) {
            return captions;
        }
        if (branch.equals(Branch.UNCONDITIONAL)) {
            return negatives;
        }
        throw new IllegalArgumentException("this network has a conditional and an unconditional branch, the run asks for '" + branch + "'");
    }

    private Stack stack(List<Branch> branches) {
        try {
            return new Stack(branches);
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime made no tensors for the branches " + branches, e);
        }
    }

    /** The network for some branches: what it reads and writes holds the samples once for each of them. */
    private final class Stack implements AutoCloseable {

        private final HostArray samples;
        private final OnnxTensor words;
        private final OnnxModel<HostArray> model;

        Stack(List<Branch> branches) throws OrtException {
            int rows = branches.size() * pictures;
            samples = HostArrays.DIRECT.make(ElementType.FLOAT, rows, EmojiNetwork.CHANNELS, EmojiNetwork.SIDE, EmojiNetwork.SIDE);
            LongBuffer numbers = ByteBuffer.allocateDirect(rows * Vocabulary.MOST_WORDS * Long.BYTES).order(ByteOrder.nativeOrder()).asLongBuffer();
            branches.forEach(branch -> numbers.put(words(branch)));
            words = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), numbers.flip(), new long[] {rows, Vocabulary.MOST_WORDS});
            model = new OnnxModel<>(session, HostArrays.DIRECT, samples, Map.of("words", words));
        }

        List<HostArray> outputs(ModelInput<HostArray> input) {
            parts(samples).forEach(part -> part.assign(input.sample()));
            return parts(model.predict(new Stacked(samples, input)));
        }

        private List<HostArray> parts(HostArray stacked) {
            return IntStream.range(0, (int) stacked.size(0) / pictures).mapToObj(k -> stacked.part(0, (long) k * pictures, (long) (k + 1) * pictures)).toList();
        }

        @Override
        public void close() {
            model.close();
            words.close();
        }
    }

    /** The samples of all branches as one input. */
    private record Stacked(HostArray sample, ModelInput<HostArray> input) implements ModelInput<HostArray> {

        @Override
        public Arrays<HostArray> arrays() {
            return input.arrays();
        }

        @Override
        public double timestep() {
            return input.timestep();
        }

        @Override
        public NoiseLevel level() {
            return input.level();
        }

        @Override
        public List<Branch> branches() {
            return input.branches();
        }
    }

    @Override
    public void close() {
        stacks.values().forEach(Stack::close);
    }
}
