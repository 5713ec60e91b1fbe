package io.github.diffusion4j.samplers.rewards;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * DDPO's memory of rewards by prompt: the last rewards of each are kept over batches, and a reward is compared with those of its prompt once there are enough, with the whole batch before,
 * <pre>
 *   A = (r - mean) / (deviation + 1e-6),      the deviation dividing by n
 * </pre>
 * A value: {@link #update} gives the next one. Source: Black et al., DDPO, arXiv:2305.13301, and its code.
 *
 * @param size the most rewards that are kept of a prompt, at least 1
 * @param fewest with fewer than this many kept rewards a prompt is compared with the batch
 * @param rewards the kept rewards of each prompt, oldest first
 */
public record RewardBuffer(int size, int fewest, Map<String, List<Double>> rewards) implements Serializable {

    private static final double EPSILON = 1e-6;

    /** Checks the sizes and copies the rewards. */
    public RewardBuffer {
        if (size < 1 || fewest < 0) {
            throw new IllegalArgumentException("a buffer keeps one reward or more of a prompt and asks for at least 0, got size " + size + " and fewest " + fewest);
        }
        Map<String, List<Double>> copy = new LinkedHashMap<>();
        rewards.forEach((prompt, kept) -> copy.put(prompt, List.copyOf(kept)));
        rewards = java.util.Collections.unmodifiableMap(copy);
    }

    /**
     * A buffer that holds nothing yet.
     *
     * @param size the most rewards that are kept of a prompt, 16 to 32 in DDPO
     * @param fewest with fewer kept rewards a prompt is compared with the batch, 16 in DDPO
     * @return the buffer
     */
    public static RewardBuffer of(int size, int fewest) {
        return new RewardBuffer(size, fewest, Map.of());
    }

    /**
     * What a batch gives.
     *
     * @param buffer the buffer with the batch in it
     * @param advantages one for each reward of the batch
     */
    public record Update(RewardBuffer buffer, double... advantages) {}

    /**
     * The advantages of a batch, which is in the buffer then.
     *
     * @param prompts the prompt of each reward
     * @param batch the rewards
     * @return the next buffer and the advantages
     * @throws IllegalArgumentException if there are not as many prompts as rewards, or a reward is not finite
     */
    public Update update(List<String> prompts, double... batch) {
        Advantages.check(prompts, batch);
        Map<String, List<Double>> next = new LinkedHashMap<>(rewards);
        double[] advantages = new double[batch.length];
        Advantages.byGroup(prompts).forEach((prompt, places) -> {
            List<Double> kept = new ArrayList<>(rewards.getOrDefault(prompt, List.of()));
            places.forEach(place -> kept.add(batch[place]));
            next.put(prompt, kept.subList(Math.max(0, kept.size() - size), kept.size()));
            double[] like = next.get(prompt).size() < fewest ? batch : next.get(prompt).stream().mapToDouble(Double::doubleValue).toArray();
            double deviation = Advantages.deviation(like, 0) + EPSILON;
            places.forEach(place -> advantages[place] = (batch[place] - Advantages.mean(like)) / deviation);
        });
        return new Update(new RewardBuffer(size, fewest, next), advantages);
    }
}
