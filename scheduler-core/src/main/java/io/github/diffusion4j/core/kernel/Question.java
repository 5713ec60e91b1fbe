package io.github.diffusion4j.core.kernel;

import java.io.Serializable;

/**
 * What is asked of the logits of each position: {@code y = z / T}, of which the {@code topK} largest stay (ties with the last one all), of these a nucleus.
 *
 * @param temperature T, finite and not 0; 1 is the network's own distribution
 * @param topK how many classes stay, 0 for all
 * @param nucleus which of these stay
 * @param excluded a class that never counts, the mask's own for instance; -1 for none
 * @param normalized whether the values are log probabilities, which are not normalised again
 * @param raised what is added to the logit of the token that stands at the position now
 */
public record Question(double temperature, int topK, Nucleus nucleus, int excluded, boolean normalized, double raised) implements Serializable {

    /** The network's distribution itself. */
    public static final Question PLAIN = new Question(1, 0, Nucleus.ALL, -1, false, 0);

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if the temperature is 0 or not finite, or the number of classes negative
     */
    public Question {
        if (temperature == 0 || !Double.isFinite(temperature)) {
            throw new IllegalArgumentException("logits are divided by a temperature, which is finite and not 0, got " + temperature + "; take greedy candidates instead of temperature 0");
        }
        if (topK < 0) {
            throw new IllegalArgumentException("the number of classes that stay (top_k) is at least 1, or 0 for all, got " + topK);
        }
        if (!Double.isFinite(raised)) {
            throw new IllegalArgumentException("what is added to a logit is finite, got " + raised);
        }
    }

    /**
     * At another temperature.
     *
     * @param other the temperature
     * @return the question
     */
    public Question withTemperature(double other) {
        return new Question(other, topK, nucleus, excluded, normalized, raised);
    }

    /**
     * Of fewer classes.
     *
     * @param count how many of the largest stay, 0 for all
     * @param most which of these stay
     * @return the question
     */
    public Question withFilter(int count, Nucleus most) {
        return new Question(temperature, count, most, excluded, normalized, raised);
    }

    /**
     * Without a class.
     *
     * @param label the class, -1 for none
     * @return the question
     */
    public Question without(int label) {
        return new Question(temperature, topK, nucleus, label, normalized, raised);
    }

    /**
     * Of log probabilities.
     *
     * @return the question
     */
    public Question ofLogProbabilities() {
        return new Question(temperature, topK, nucleus, excluded, true, raised);
    }

    /**
     * With the token that stands at the position now made likelier.
     *
     * @param amount what is added to its logit
     * @return the question
     */
    public Question raising(double amount) {
        return new Question(temperature, topK, nucleus, excluded, normalized, amount);
    }

    /** Whether some classes may be dropped. */
    boolean filters() {
        return topK > 0 || !nucleus.isAll();
    }

    /**
     * Which classes of one position stay.
     *
     * @param logits the logits, before the temperature
     * @return for each class whether it stays
     */
    public boolean[] kept(double... logits) {
        double[] y = new double[logits.length];
        for (int k = 0; k < y.length; k++) {
            y[k] = k == excluded ? Double.NEGATIVE_INFINITY : logits[k] / temperature;
        }
        new Truncation().apply(y, y.length, this, new double[y.length]);
        boolean[] kept = new boolean[y.length];
        for (int k = 0; k < y.length; k++) {
            kept[k] = y[k] != Double.NEGATIVE_INFINITY;
        }
        return kept;
    }
}
