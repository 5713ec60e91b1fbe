package io.github.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.diffusion4j.core.tokens.Tokens;
import java.util.Set;

/**
 * The network of the cases over tokens.
 *
 * @param <A> the array of a library
 * @param golden the case
 * @param comparison what makes the arrays
 */
record TokenNetwork<A>(JsonNode golden, Comparison<A> comparison) {

    private static final double SMALLEST_LOG = -70;

    TokenNetwork {
        golden.path("network").fieldNames().forEachRemaining(key -> TokenCase.known(key, Set.of("scale", "peak", "set")));
    }

    /** What it says at a call, in the layout that the class takes. */
    A logits(int call, Tokens tokens) {
        int classes = golden.path("vocab").asInt();
        int length = tokens.length();
        boolean logs = golden.path("driver").asText().equals("vq");
        boolean second = logs || tokens.shape().length > 2;
        double[] values = new double[tokens.batch() * length * classes];
        for (int place = 0; place < tokens.batch() * length; place++) {
            double[] row = row(call, tokens.at(place / length, place % length), place / length, place % length, place, classes);
            if (logs) {
                normalise(row);
            }
            for (int k = 0; k < classes; k++) {
                values[second ? (place / length * classes + k) * length + place % length : place * classes + k] = row[k];
            }
        }
        int[] shape = tokens.shape();
        long[] all = new long[shape.length + 1];
        int axis = second ? 1 : shape.length;
        for (int k = 0, from = 0; k < all.length; k++) {
            all[k] = k == axis ? classes : shape[from++];
        }
        return comparison.array(values, all);
    }

    private double[] row(int call, int token, int sample, int position, int place, int classes) {
        JsonNode network = golden.path("network");
        double[] row = new double[classes];
        for (int k = 0; k < classes; k++) {
            int i = place * classes + k;
            double base = 1.3 * Math.sin(0.9 * i * (call + 1) + 0.37 * call) + 0.4 * Math.cos(2.3 * i + call);
            row[k] = network.path("scale").asDouble(1) * (base + 0.6 * Math.sin(1.7 * token + 0.9 * k));
            if (k == (3 * position + sample) % classes) {
                row[k] += network.path("peak").asDouble(0) * ((position % 3 + 1) / 3.0 + 0.01 * position);
            }
        }
        if (network.has("set")) {
            row[network.path("set").path(0).asInt()] = network.path("set").path(1).asDouble();
        }
        return row;
    }

    private void normalise(double... row) {
        double sum = 0;
        for (double z : row) {
            sum += Math.exp(z);
        }
        for (int k = 0; k < row.length; k++) {
            row[k] -= Math.log(sum);
            if (golden.path("clamp").asBoolean()) {
                row[k] = Math.max(SMALLEST_LOG, row[k]);
            }
        }
    }
}
