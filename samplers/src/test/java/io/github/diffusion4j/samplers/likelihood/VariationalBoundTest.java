package io.github.diffusion4j.samplers.likelihood;

import static io.github.diffusion4j.samplers.likelihood.GaussianNetwork.array;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.schedules.VarianceSde;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class VariationalBoundTest {

    private static final DiscreteSchedule TABLE = DiscreteSchedule.ofBetas(0.02, 0.05, 0.1, 0.2, 0.4, 0.6);
    private static final HostArray DATA = array(new double[] {-1, 0.6, 1, -249.0 / 255, 7.0 / 255, -0.2, 0.4, 0}, 2, 2, 2);
    private static final HostArray NOISE = array(new double[] {0.7, -0.5, 0.2, 0.4, -1, 1.5, -1.6, 1.2}, 2, 2, 2);

    private static VariationalBound bound(Parameterization parameterization, ReverseVariance variance, Decoder decoder) {
        return new VariationalBound(TABLE, parameterization, variance, decoder, DataCorrection.NONE);
    }

    private static List<Parameterization> parameterizations() {
        return List.of(Parameterization.epsilon(), Parameterization.sample(), Parameterization.velocity(), new ForwardPosterior(TABLE).previousSample());
    }

    private static HostArray mix(Parameterization.Weights weights) {
        double[] x0 = DATA.values();
        double[] eps = NOISE.values();
        return array(IntStream.range(0, x0.length).mapToDouble(i -> weights.first() * x0[i] + weights.second() * eps[i]).toArray(), DATA.shape());
    }

    private static HostArray noised(int t) {
        return mix(new Parameterization.Weights(TABLE.at(t).alpha(), TABLE.at(t).sigma()));
    }

    @Property(seed = "42")
    void the_bins_of_a_decoder_sum_to_one(@ForAll Decoder decoder, @ForAll @DoubleRange(min = -1.5, max = 1.5) double mean, @ForAll @DoubleRange(min = -4, max = 2) double logScale) {
        double sum = IntStream.range(0, 256).mapToDouble(k -> Math.exp(decoder.logLikelihood(2 * k / 255.0 - 1, mean, logScale))).sum();
        assertEquals(1, sum, 1e-9);
    }

    @Property(seed = "42")
    void the_published_decoder_is_near_the_exact_one(@ForAll @DoubleRange(min = -1, max = 1) double mean, @ForAll @DoubleRange(min = -3, max = 0) double logScale) {
        for (int k = 0; k < 256; k += 5) {
            double x = 2 * k / 255.0 - 1;
            assertEquals(Math.exp(Decoder.EXACT.logLikelihood(x, mean, logScale)), Math.exp(Decoder.TANH.logLikelihood(x, mean, logScale)), 7e-4);
        }
    }

    @Test
    void the_exact_decoder_is_finite_far_out() {
        double far = Decoder.EXACT.logLikelihood(0.5, -0.5, -5);
        assertEquals(-Math.pow((1 - 1.0 / 255) * Math.exp(5), 2) / 2, far, 10);
        double near = Decoder.EXACT.logLikelihood(1, -1, Math.log(2 / 36.6));
        double beyond = Decoder.EXACT.logLikelihood(1, -1, Math.log(2 / 36.4));
        assertEquals(36.5 * 0.2, beyond - near, 0.1);
        assertEquals(Math.log(1e-12), Decoder.TANH.logLikelihood(0.5, -0.5, -5), 1e-12);
        assertTrue(Double.isFinite(Decoder.EXACT.logLikelihood(-1, 1, -5)));
    }

    @Property(seed = "42")
    void a_decoder_knows_its_derivatives(@ForAll Decoder decoder, @ForAll @DoubleRange(min = -1.2, max = 1.2) double mean, @ForAll @DoubleRange(min = -2, max = 1) double logScale) {
        double h = 1e-5;
        for (double x : new double[] {-1, 0.2, 1}) {
            if (Math.abs(x - mean) * Math.exp(-logScale) < 4) {
                assertEquals((decoder.logLikelihood(x, mean + h, logScale) - decoder.logLikelihood(x, mean - h, logScale)) / (2 * h), decoder.byMean(x, mean, logScale), 1e-3);
                assertEquals((decoder.logLikelihood(x, mean, logScale + h) - decoder.logLikelihood(x, mean, logScale - h)) / (2 * h), decoder.byLogScale(x, mean, logScale), 1e-3);
            }
        }
    }

    @Test
    void the_true_posterior_has_no_divergence() {
        for (Parameterization parameterization : parameterizations()) {
            VariationalBound bound = bound(parameterization, ReverseVariance.FIXED_SMALL, Decoder.EXACT);
            for (int t = 1; t < TABLE.size(); t++) {
                double[] terms = bound.terms(HostArrays.HEAP, DATA, noised(t), mix(parameterization.target(TABLE.at(t))), t);
                assertArrayEquals(new double[2], terms, 1e-13, parameterization + " at " + t);
                assertArrayEquals(DATA.values(), bound.reverse(HostArrays.HEAP, noised(t), mix(parameterization.target(TABLE.at(t))), t).data().values(), 1e-12);
            }
        }
    }

    @Test
    void divergences_are_known() {
        assertEquals(0, Likelihood.divergence(0.3, -2, 0.3, -2));
        assertEquals(0.5 * (Math.log(2) - 1 + 0.5 + 0.5), Likelihood.divergence(1, 0, 0, Math.log(2)), 1e-15);
        assertEquals(0.25e-12, Likelihood.divergence(0, 1e-6, 0, 0), 1e-18);
    }

    /** Learned variances that say what the fixed ones are. */
    @Test
    void variances_agree() {
        ForwardPosterior posterior = new ForwardPosterior(TABLE);
        HostArray mean = NOISE;
        int t = 3;
        assertArrayEquals(terms(ReverseVariance.FIXED_SMALL, mean, t), terms(ReverseVariance.LEARNED_RANGE, with(mean, -1), t), 1e-14);
        assertArrayEquals(terms(ReverseVariance.FIXED_LARGE, mean, t), terms(ReverseVariance.LEARNED_RANGE, with(mean, 1), t), 1e-14);
        assertArrayEquals(terms(ReverseVariance.FIXED_SMALL, mean, t), terms(ReverseVariance.LEARNED_LOG, with(mean, posterior.logVariance(t)), t), 1e-14);
        assertArrayEquals(terms(ReverseVariance.FIXED_SMALL, mean, t), terms(ReverseVariance.LEARNED, with(mean, posterior.variance(t)), t), 1e-13);
        assertArrayEquals(terms(ReverseVariance.FIXED_LARGE, mean, 0), terms(ReverseVariance.FIXED_SMALL, mean, 0), 1e-14);
    }

    private static double[] terms(ReverseVariance variance, HostArray output, int t) {
        return bound(Parameterization.epsilon(), variance, Decoder.EXACT).terms(HostArrays.HEAP, DATA, noised(t), output, t);
    }

    private static HostArray with(HostArray mean, double v) {
        double[] values = new double[16];
        for (int i = 0; i < 8; i++) {
            values[i + i / 4 * 4] = mean.values()[i];
            values[i + i / 4 * 4 + 4] = v;
        }
        return array(values, 2, 4, 2);
    }

    /** The target less the output is the gradient of the loss, but that the squared error's mean is not moved by the bound. */
    @Test
    void a_loss_is_a_regression() {
        for (Parameterization parameterization : parameterizations()) {
            for (Objective objective : Objective.values()) {
                for (ReverseVariance variance : List.of(ReverseVariance.LEARNED, ReverseVariance.LEARNED_LOG, ReverseVariance.LEARNED_RANGE, ReverseVariance.FIXED_LARGE)) {
                    for (Decoder decoder : Decoder.values()) {
                        checkGradient(bound(parameterization, variance, decoder), objective, 0, 3);
                    }
                }
            }
        }
    }

    private static void checkGradient(VariationalBound bound, Objective objective, int... timesteps) {
        HostArray sample = array(IntStream.range(0, 8).mapToDouble(i -> noised(timesteps[i / 4]).values()[i]).toArray(), 2, 2, 2);
        HostArray clean = array(IntStream.range(0, 8).mapToDouble(i -> 0.3 + 0.9 * mix(bound.parameterization().target(TABLE.at(timesteps[i / 4]))).values()[i]).toArray(), 2, 2, 2);
        boolean learned = bound.variance().learned();
        HostArray output = learned ? with(clean, 0.3) : clean;
        double[] u = output.values();
        double[] target = bound.regressionTarget(objective, HostArrays.HEAP, DATA, NOISE, sample, output, timesteps).values();
        for (int i = 0; i < u.length; i++) {
            boolean frozen = objective.squared() && !(learned && i % 8 >= 4);
            double h = 1e-5;
            double difference = (loss(bound, objective, sample, u, i, h, frozen, timesteps) - loss(bound, objective, sample, u, i, -h, frozen, timesteps)) / (2 * h);
            assertEquals(difference, u[i] - target[i], 2e-4 * Math.max(1, Math.abs(difference)), bound + " " + objective + " " + i);
        }
    }

    private static double loss(VariationalBound bound, Objective objective, HostArray sample, double[] u, int place, double h, boolean frozen, int... timesteps) {
        double[] moved = u.clone();
        moved[place] += h;
        VariationalBound.Loss loss = bound.loss(objective, HostArrays.HEAP, DATA, NOISE, sample, array(moved, bound.variance().learned() ? new long[] {2, 4, 2} : new long[] {2, 2, 2}), timesteps);
        return Arrays.stream(frozen ? loss.squared() : loss.total()).sum();
    }

    /** The nodes and weights of midpoint quadrature of N(0, 1) on [-6, 6]. */
    private static final int NODES = 48;

    private static double node(int i) {
        return -6 + 12 * (i + 0.5) / NODES;
    }

    private static double weight(int i) {
        return 12.0 / NODES * Math.exp(-node(i) * node(i) / 2) / Math.sqrt(2 * Math.PI);
    }

    /** Gaussian data of deviation 0.2 with the perfect network, averaged over data and noise by quadrature: above the entropy, and nearer the more timesteps. */
    @Test
    void the_bound_of_gaussian_data_comes_down_to_their_entropy() {
        double before = Double.POSITIVE_INFINITY;
        for (int timesteps : new int[] {8, 32, 128, 512}) {
            double gap = averageBound(timesteps, ReverseVariance.FIXED_LARGE) - ENTROPY;
            assertTrue(gap > 0 && gap < before, timesteps + " timesteps leave " + gap);
            before = gap;
        }
        assertTrue(before < 0.2, "512 timesteps leave " + before);
    }

    /** Where the variance of the reverse step is the true one as well, the chain is the data's own law, in any number of timesteps. */
    @Test
    void the_true_reverse_chain_has_the_entropy_of_the_data() {
        for (int timesteps : new int[] {2, 8, 32}) {
            assertEquals(0, averageBound(timesteps, ReverseVariance.LEARNED_LOG) - ENTROPY, 1e-3, timesteps + " timesteps");
        }
    }

    private static final double DATA_VARIANCE = 0.04;

    /** Of the data in bins of 2/255, in bits. */
    private static final double ENTROPY = 0.5 * Math.log(2 * Math.PI * Math.E * DATA_VARIANCE) / Math.log(2) - Math.log(2.0 / 255) / Math.log(2);

    private static double averageBound(int timesteps, ReverseVariance variance) {
        VarianceSde sde = new VarianceSde(0.1, 20);
        double[] betas = new double[timesteps];
        for (int t = 0; t < timesteps; t++) {
            betas[t] = 1 - Math.pow(sde.at((t + 1.0) / timesteps).alpha() / sde.at((double) t / timesteps).alpha(), 2);
        }
        DiscreteSchedule schedule = DiscreteSchedule.ofBetas(betas);
        VariationalBound bound = new VariationalBound(schedule, Parameterization.sample(), variance, Decoder.EXACT, DataCorrection.NONE);
        GaussianNetwork network = new GaussianNetwork(Parameterization.sample(), 0, DATA_VARIANCE);
        int all = NODES * NODES;
        HostArray data = array(IntStream.range(0, all).mapToDouble(i -> Math.sqrt(DATA_VARIANCE) * node(i / NODES)).toArray(), all, 1);
        NoiseSource noise = (request, out) -> out.fill(IntStream.range(0, all).mapToDouble(i -> node(i % NODES)).toArray());
        double[] total = bound.evaluate(HostArrays.HEAP, input -> {
            HostArray mean = network.evaluate(input, input.sample()).output();
            return variance.learned() ? beside(mean, trueLogVariance(new ForwardPosterior(schedule), (int) input.timestep())) : mean;
        }, data, noise).total();
        return IntStream.range(0, all).mapToDouble(i -> weight(i / NODES) * weight(i % NODES) * total[i]).sum();
    }

    private static HostArray beside(HostArray mean, double v) {
        double[] values = mean.values();
        return array(IntStream.range(0, 2 * values.length).mapToDouble(i -> i % 2 == 0 ? values[i / 2] : v).toArray(), values.length, 2);
    }

    /** The variance of the posterior when the data are known, and what is unknown of the data. */
    private static double trueLogVariance(ForwardPosterior posterior, int t) {
        NoiseLevel level = posterior.schedule().at(t);
        double unknown = DATA_VARIANCE * level.sigma() * level.sigma() / (level.alpha() * level.alpha() * DATA_VARIANCE + level.sigma() * level.sigma());
        return Math.log(posterior.variance(t) + posterior.weightOfData(t) * posterior.weightOfData(t) * unknown);
    }

    @Test
    void a_sample_does_not_know_its_neighbours() {
        VariationalBound bound = new VariationalBound(TABLE, Parameterization.epsilon(), ReverseVariance.FIXED_LARGE, Decoder.EXACT, DataCorrection.clip(1));
        NoiseSource noise = CounterNoise.of(3);
        double[] both = bound.evaluate(HostArrays.HEAP, input -> input.sample(), DATA, noise).total();
        assertEquals(both[0], bound.evaluate(HostArrays.HEAP, input -> input.sample(), DATA.row(0), noise).total()[0]);
    }

    @Test
    void what_has_no_bound_is_refused() {
        refused("zero terminal SNR", () -> new VariationalBound(TABLE.withZeroTerminalSnr(), Parameterization.epsilon(), ReverseVariance.FIXED_SMALL, Decoder.EXACT, DataCorrection.NONE));
        new VariationalBound(TABLE.withZeroTerminalSnr(), Parameterization.velocity(), ReverseVariance.FIXED_SMALL, Decoder.EXACT, DataCorrection.NONE);
        refused("two timesteps", () -> new ForwardPosterior(DiscreteSchedule.ofBetas(0.1)));
        refused("timestep 1 adds no noise", () -> new ForwardPosterior(DiscreteSchedule.ofBetas(0.1, 0, 0.2)));
        VariationalBound bound = bound(Parameterization.epsilon(), ReverseVariance.LEARNED, Decoder.EXACT);
        refused("[2, 4, 2]", () -> bound.terms(HostArrays.HEAP, DATA, DATA, DATA, 1));
        refused("timestep 6", () -> bound.terms(HostArrays.HEAP, DATA, DATA, with(DATA, 1), 6));
        refused("LEARNED_LOG", () -> bound.terms(HostArrays.HEAP, DATA, DATA, with(DATA, -1), 1));
        refused("each of the 2 samples", () -> bound.terms(HostArrays.HEAP, DATA, DATA, with(DATA, 1), 1, 2, 3));
        refused("data must have", () -> bound.terms(HostArrays.HEAP, DATA.row(0), DATA, with(DATA, 1), 1));
        refused("no gradient", () -> new VariationalBound(TABLE, Parameterization.epsilon(), ReverseVariance.FIXED_SMALL, Decoder.EXACT, DataCorrection.clip(1))
                .regressionTarget(Objective.KL, HostArrays.HEAP, DATA, NOISE, DATA, DATA, 1));
        refused("whole timesteps", () -> new ForwardPosterior(TABLE).previousSample().target(new NoiseLevel(0.5, 0.9, 0.4)));
    }

    private static void refused(String because, org.junit.jupiter.api.function.Executable action) {
        String message = assertThrows(IllegalArgumentException.class, action).getMessage();
        assertTrue(message.contains(because), message);
    }
}
