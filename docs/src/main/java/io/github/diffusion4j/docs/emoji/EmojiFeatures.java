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
import java.util.stream.IntStream;
import org.hipparchus.linear.MatrixUtils;

/** What a classifier of real pictures sees in drawn ones, and how far sets of them are from real sets. */
public final class EmojiFeatures implements AutoCloseable {

    private static final int GROUPS = 16;
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

    /**
     * How far a set of pictures is from the held ones.
     *
     * @param value the Frechet distance of all of them
     * @param spread its standard error, by a jackknife that leaves out one sixteenth at a time: {@code sqrt((g - 1) / g sum (d_k - mean)^2)} (Efron and Stein, Annals of Statistics 9:586, 1981)
     */
    public record Distance(double value, double spread) {}

    /**
     * The Frechet distance to the held pictures, and how far chance moves it.
     *
     * @param pictures arrays of shape [1, 3, 32, 32], a few hundred: fewer are far from any others
     * @return the distance
     */
    public Distance distance(List<HostArray> pictures) {
        List<double[]> rows = pictures.stream().map(picture -> features(picture)[0]).toList();
        double[] without = IntStream.range(0, GROUPS).mapToDouble(group -> Gaussian.fitted(IntStream.range(0, rows.size()).filter(k -> k % GROUPS != group).mapToObj(rows::get).toArray(double[][]::new))
                .frechetDistance(held)).toArray();
        double mean = Arrays.stream(without).average().orElseThrow();
        double squares = Arrays.stream(without).map(distance -> (distance - mean) * (distance - mean)).sum();
        return new Distance(Gaussian.fitted(rows.toArray(double[][]::new)).frechetDistance(held), Math.sqrt((GROUPS - 1.0) / GROUPS * squares));
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
