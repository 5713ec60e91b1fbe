package io.github.diffusion4j.docs.emoji;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.docs.quality.Gaussian;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hipparchus.linear.MatrixUtils;

/** What a classifier of real pictures sees in drawn ones, and how far sets of them are from real sets. */
public final class EmojiFeatures implements AutoCloseable {

    private static final int VALUES = EmojiNetwork.CHANNELS * EmojiNetwork.SIDE * EmojiNetwork.SIDE;

    private final OrtSession session;
    private final Gaussian held;
    private final Gaussian trainedOn;

    private EmojiFeatures(OrtSession session, Gaussian held, Gaussian trainedOn) {
        this.session = session;
        this.held = held;
        this.trainedOn = trainedOn;
    }

    /**
     * Opens the classifier that lies beside the network.
     *
     * @return the classifier, to be closed
     * @throws IOException if it cannot be read, or this machine has no ONNX Runtime
     */
    public static EmojiFeatures open() throws IOException {
        try (InputStream stream = Resources.open("features/statistics.json")) {
            JsonNode statistics = new JsonMapper().readTree(stream);
            return new EmojiFeatures(Resources.network("features/model.onnx"), gaussian(statistics.path("held")), gaussian(statistics.path("trained_on")));
        }
    }

    private static Gaussian gaussian(JsonNode statistics) {
        JsonMapper mapper = new JsonMapper();
        return new Gaussian(MatrixUtils.createRealVector(mapper.convertValue(statistics.path("mean"), double[].class)),
                MatrixUtils.createRealMatrix(mapper.convertValue(statistics.path("covariance"), double[][].class)));
    }

    /**
     * The features of the 603 pictures that training never saw.
     *
     * @return their Gaussian
     */
    public Gaussian held() {
        return held;
    }

    /**
     * The features of as many pictures that the network was trained on; their distance to the others is what no network need be better than.
     *
     * @return their Gaussian
     */
    public Gaussian trainedOn() {
        return trainedOn;
    }

    /**
     * The features of drawn pictures.
     *
     * @param pictures arrays of shape [n, 3, 32, 32]; values beyond -1 to 1 count as the nearest, as they are drawn
     * @return their Gaussian
     */
    public Gaussian of(List<HostArray> pictures) {
        return Gaussian.fitted(pictures.stream().flatMap(array -> Arrays.stream(features(array))).toArray(double[][]::new));
    }

    private double[][] features(HostArray pictures) {
        float[] values = pictures.toFloats();
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.max(-1, Math.min(1, values[i]));
        }
        long[] shape = {values.length / VALUES, EmojiNetwork.CHANNELS, EmojiNetwork.SIDE, EmojiNetwork.SIDE};
        try (OnnxTensor tensor = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), FloatBuffer.wrap(values), shape);
                OrtSession.Result result = session.run(Map.of("pictures", tensor), Set.of("features"))) {
            float[][] rows = (float[][]) result.get(0).getValue();
            return Arrays.stream(rows).map(row -> {
                double[] wide = new double[row.length];
                Arrays.setAll(wide, i -> row[i]);
                return wide;
            }).toArray(double[][]::new);
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime could not evaluate the classifier", e);
        }
    }

    @Override
    public void close() throws IOException {
        Resources.close(session);
    }
}
