package io.github.diffusion4j.samplers.rewards;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * How much better a sample is than its like: rewards less their mean, over their standard deviation,
 * <pre>
 *   A = (r - mean) / (deviation + epsilon)
 * </pre>
 * Code bases differ in what the mean is over, whether the deviation divides by n or n - 1, and in epsilon.
 */
public final class Advantages {

    private Advantages() {}

    /** What a deviation is over. */
    public enum Scale {

        /** The rewards of the same prompt. */
        GROUP,
        /** All rewards of the batch: groups whose rewards hardly differ are not blown up. */
        BATCH
    }

    /**
     * Flow-GRPO's: the mean of the group, the deviation (dividing by n) of the group or the batch.
     *
     * @param groups what was asked for, one name for each reward; equal names are a group
     * @param rewards the rewards
     * @param scale what the deviation is over
     * @param epsilon what is added to the deviation, 1e-4 in Flow-GRPO
     * @return one advantage for each reward; 0 for a group of one
     * @throws IllegalArgumentException if there are not as many names as rewards, or a reward is not finite
     */
    public static double[] perGroup(List<String> groups, double[] rewards, Scale scale, double epsilon) {
        check(groups, rewards);
        double all = deviation(rewards, 0);
        double[] advantages = new double[rewards.length];
        byGroup(groups).values().forEach(places -> {
            double[] own = places.stream().mapToDouble(place -> rewards[place]).toArray();
            double deviation = (scale == Scale.GROUP ? deviation(own, 0) : all) + epsilon;
            places.forEach(place -> advantages[place] = ratio(rewards[place] - mean(own), deviation));
        });
        return advantages;
    }

    /**
     * DanceGRPO's: one group, the deviation of a sample (dividing by n - 1), plus 1e-8.
     *
     * @param rewards the rewards of one prompt, two or more
     * @return one advantage for each
     * @throws IllegalArgumentException if there are fewer than two, or one is not finite
     */
    public static double[] ofSample(double... rewards) {
        check(rewards);
        if (rewards.length < 2) {
            throw new IllegalArgumentException("the deviation of a sample needs two rewards or more of a prompt, got " + rewards.length);
        }
        double deviation = deviation(rewards, 1) + 1e-8;
        return Arrays.stream(rewards).map(reward -> (reward - mean(rewards)) / deviation).toArray();
    }

    /**
     * MixGRPO's: advantages under several rewards, weighted and added.
     *
     * @param weights the weight of each reward
     * @param advantages for each reward the advantages
     * @return one advantage for each sample
     * @throws IllegalArgumentException if numbers differ
     */
    public static double[] weighted(double[] weights, double[]... advantages) {
        if (weights.length != advantages.length || weights.length == 0) {
            throw new IllegalArgumentException("got " + weights.length + " weights for the advantages of " + advantages.length + " rewards");
        }
        double[] sum = new double[advantages[0].length];
        for (int k = 0; k < weights.length; k++) {
            if (advantages[k].length != sum.length) {
                throw new IllegalArgumentException("reward " + k + " has " + advantages[k].length + " advantages, the first has " + sum.length);
            }
            for (int i = 0; i < sum.length; i++) {
                sum[i] += weights[k] * advantages[k][i];
            }
        }
        return sum;
    }

    /**
     * Advantages clipped to a range, as DDPO and its descendants do before the ratio comes in.
     *
     * @param limit the largest absolute value, 5 in published code
     * @param advantages the advantages
     * @return one for each
     */
    public static double[] limited(double limit, double... advantages) {
        if (!(limit > 0)) {
            throw new IllegalArgumentException("advantages are limited to a value above 0, got " + limit);
        }
        return Arrays.stream(advantages).map(advantage -> Math.max(-limit, Math.min(limit, advantage))).toArray();
    }

    static Map<String, List<Integer>> byGroup(List<String> groups) {
        Map<String, List<Integer>> places = new LinkedHashMap<>();
        IntStream.range(0, groups.size()).forEach(place -> places.computeIfAbsent(groups.get(place), name -> new ArrayList<>()).add(place));
        return places;
    }

    static void check(List<String> groups, double... rewards) {
        if (groups.size() != rewards.length) {
            throw new IllegalArgumentException("got " + groups.size() + " names of groups for " + rewards.length + " rewards; give one for each");
        }
        check(rewards);
    }

    private static void check(double... rewards) {
        for (int i = 0; i < rewards.length; i++) {
            if (!Double.isFinite(rewards[i])) {
                throw new IllegalArgumentException("rewards must be finite, got " + rewards[i] + " for sample " + i);
            }
        }
    }

    static double mean(double... values) {
        return Arrays.stream(values).sum() / values.length;
    }

    /** Dividing by n less what is given. */
    static double deviation(double[] values, int less) {
        double mean = mean(values);
        return Math.sqrt(Arrays.stream(values).map(value -> (value - mean) * (value - mean)).sum() / (values.length - less));
    }

    /** 0 over 0 is 0: a group whose rewards are equal says nothing. */
    static double ratio(double difference, double deviation) {
        return deviation == 0 ? 0 : difference / deviation;
    }
}
