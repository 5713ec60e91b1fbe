package io.github.diffusion4j.docs.digits;

import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Reduction;
import io.github.diffusion4j.core.plan.Regression;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.core.plan.StepDistribution;
import io.github.diffusion4j.samplers.solvers.CoefficientsPreserving;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.rewards.Advantages;
import io.github.diffusion4j.samplers.rewards.PolicyLoss;
import io.github.diffusion4j.samplers.training.Recipe;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/**
 * Trains a network for a reward with Flow-GRPO (Liu et al., arXiv:2505.05470): runs with noise are a policy, a picture is better than the others of its digit or worse, and each of its steps becomes
 * likelier or less likely. The reward here is ink, the mean grey of a picture; nothing holds the network to its start but the small steps, and how far it went is measured.
 */
final class RewardRun {

    private static final int STEPS = 10;
    private static final int GROUP = 8;
    private static final double LEARNING_RATE = 1e-5;
    private static final double CLIP = 0.2;
    private static final double LARGEST_ADVANTAGE = 5;

    /**
     * An iteration.
     *
     * @param reward the mean reward of what was drawn
     * @param divergence the Kullback-Leibler divergence of the run from that of the start, in nats for each picture
     */
    record Point(double reward, double divergence) {}

    /** A step that was taken: the state before it, the sample after it, and what its log-probability was. */
    private record Taken(int evaluation, SamplerState<INDArray> before, INDArray next, double... logProb) {}

    private final Plan plan;
    private final Denoiser start;
    private final Denoiser policy;
    private final long seed;
    private final int[] digits = IntStream.range(0, Digits.CLASSES * GROUP).map(i -> i / GROUP).toArray();
    private final INDArray condition = Digits.oneHot(digits);
    private final List<String> groups = Arrays.stream(digits).mapToObj(Integer::toString).toList();

    RewardRun(Denoiser start, Recipe flow, long seed) {
        this.plan = flow.scheduler().plan(STEPS).with(new FirstOrder(new CoefficientsPreserving(0.5), true));
        this.start = start;
        this.policy = start.copy();
        this.seed = seed;
        policy.learnWith(new Adam(LEARNING_RATE));
    }

    Denoiser policy() {
        return policy;
    }

    /** Ink: 0 for white paper, 1 for black; what lies beyond is no blacker. */
    static double[] ink(INDArray images) {
        float[] values = images.dup('c').data().asFloat();
        int pixels = Digits.SIDE * Digits.SIDE;
        return IntStream.range(0, values.length / pixels)
                .mapToDouble(k -> IntStream.range(k * pixels, (k + 1) * pixels).mapToDouble(i -> (Math.max(-1, Math.min(1, values[i])) + 1) / 2).average().orElseThrow()).toArray();
    }

    /** Draws, compares and learns once. */
    Point iterate(int iteration) {
        CounterNoise noise = CounterNoise.of(seed + iteration);
        List<Taken> taken = new ArrayList<>();
        double divergence = 0;
        SamplerState<INDArray> state = plan.start(noise.draw(NoiseRequest.start(), DataType.FLOAT, digits.length, 1, Digits.SIDE, Digits.SIDE));
        for (int i = 0; i < plan.evaluations(); i++) {
            ModelInput<INDArray> input = plan.input(i, state);
            INDArray output = output(policy, input);
            SamplerState<INDArray> next = plan.step(i, output, state, noise);
            // The last step adds no noise and is no part of the policy.
            if (i < plan.evaluations() - 1) {
                try (StepDistribution<INDArray> now = plan.distribution(i, output, state); StepDistribution<INDArray> before = plan.distribution(i, output(start, input), state)) {
                    taken.add(new Taken(i, state, next.sample(), now.logProb(next.sample(), Reduction.SUM)));
                    divergence += DoubleStream.of(now.kl(before, Reduction.SUM)).average().orElseThrow();
                }
            }
            state = next;
        }
        double[] rewards = ink(state.sample());
        double[] advantages = Advantages.limited(LARGEST_ADVANTAGE, Advantages.perGroup(groups, rewards, Advantages.Scale.GROUP, 1e-4));
        taken.forEach(step -> learn(step, advantages));
        return new Point(DoubleStream.of(rewards).average().orElseThrow(), divergence);
    }

    private INDArray output(Denoiser denoiser, ModelInput<INDArray> input) {
        return denoiser.output(input.sample(), input.timesteps(), condition);
    }

    private void learn(Taken step, double... advantages) {
        ModelInput<INDArray> input = plan.input(step.evaluation(), step.before());
        INDArray output = output(policy, input);
        try (StepDistribution<INDArray> now = plan.distribution(step.evaluation(), output, step.before())) {
            PolicyLoss loss = PolicyLoss.clipped(now.logProb(step.next(), Reduction.SUM), step.logProb(), advantages, CLIP);
            try (Regression<INDArray> regression = loss.regression(now, output, step.next(), Reduction.SUM)) {
                INDArray weights = Nd4j.createFromArray(regression.weights()).castTo(DataType.FLOAT);
                policy.fit(new MultiDataSet(new INDArray[] {input.sample(), input.timesteps(), condition}, new INDArray[] {regression.target(), weights}));
            }
        }
    }
}
