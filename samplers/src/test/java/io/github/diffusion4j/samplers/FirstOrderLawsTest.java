package io.github.diffusion4j.samplers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.Spacing;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.noise.RecordedNoise;
import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.core.plan.Scheduler;
import io.github.diffusion4j.samplers.diffusers.DDIMInverseScheduler;
import io.github.diffusion4j.samplers.diffusers.DDIMParallelScheduler;
import io.github.diffusion4j.samplers.diffusers.DDIMScheduler;
import io.github.diffusion4j.samplers.diffusers.DDPMParallelScheduler;
import io.github.diffusion4j.samplers.diffusers.DDPMScheduler;
import io.github.diffusion4j.samplers.diffusers.DiscreteProcess;
import io.github.diffusion4j.samplers.diffusers.ParallelScheduler;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.Posterior;
import io.github.diffusion4j.samplers.solvers.Renoise;
import io.github.diffusion4j.samplers.solvers.VarianceType;
import io.github.diffusion4j.schedules.BetaSchedule;
import io.github.diffusion4j.schedules.Timesteps;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The closed forms of DDPM and DDIM. */
class FirstOrderLawsTest {

    private static final DiscreteSchedule SCHEDULE = BetaSchedule.SCALED_LINEAR.schedule(1000, 0.00085, 0.012);

    @Provide
    static Arbitrary<Parameterization> parameterizations() {
        return Arbitraries.of(Parameterization.epsilon(), Parameterization.sample(), Parameterization.velocity());
    }

    @Provide
    static Arbitrary<Spacing> spacings() {
        return Arbitraries.of(Timesteps.leading(0), Timesteps.leading(1), Timesteps.linspace(), Timesteps.trailing());
    }

    private static DiscreteProcess process() {
        return DiscreteProcess.of(SCHEDULE);
    }

    private static INDArray normal(int number) {
        return CounterNoise.of(number).draw(NoiseRequest.start(), DataType.DOUBLE, 2, 3, 2, 2);
    }

    private static double[] values(INDArray array) {
        return array.castTo(DataType.DOUBLE).dup('c').data().asDouble();
    }

    /** A network's output that is right about data and noise. */
    private static INDArray truth(Parameterization parameterization, NoiseLevel level, INDArray data, INDArray eps) {
        Parameterization.Weights u = parameterization.target(level);
        return data.mul(u.first()).addi(eps.mul(u.second()));
    }

    @Property(tries = 100, seed = "42")
    void the_posterior_is_bayes_rule(@ForAll @IntRange(min = 1, max = 998) int later, @ForAll @IntRange(max = 997) int earlierDraw) {
        int earlier = earlierDraw % later;
        NoiseLevel from = SCHEDULE.at(later);
        NoiseLevel to = SCHEDULE.at(earlier);
        // x' | x0 ~ N(alpha' x0, sigma'^2) and x | x' ~ N(r x', beta): precisions add, means are weighted by them.
        double r = from.alpha() / to.alpha();
        double beta = from.sigma() * from.sigma() - r * r * to.sigma() * to.sigma();
        double precision = 1 / (to.sigma() * to.sigma()) + r * r / beta;
        double ofData = to.alpha() / (to.sigma() * to.sigma()) / precision;
        double ofSample = r / beta / precision;
        Renoise.Split split = new Posterior(VarianceType.FIXED_SMALL, false).split(from, to);
        assertEquals(1 / precision, split.fresh() * split.fresh(), 1e-9 / precision);
        assertEquals(ofSample, split.keep() / from.sigma(), 1e-9);
        assertEquals(ofData, to.alpha() - split.keep() / from.sigma() * from.alpha(), 1e-9);
    }

    @Property(tries = 100, seed = "42")
    void kept_and_fresh_noise_make_up_the_level(@ForAll @IntRange(min = 1, max = 999) int later, @ForAll @IntRange(max = 998) int earlier,
            @ForAll @DoubleRange(min = 0, max = 1) double eta) {
        NoiseLevel from = SCHEDULE.at(later);
        NoiseLevel to = SCHEDULE.at(earlier % later);
        Renoise.Split split = new Ancestral(eta).split(from, to);
        assertEquals(to.sigma() * to.sigma(), split.keep() * split.keep() + split.fresh() * split.fresh(), 1e-15);
        // Song et al., equation 16.
        double a = from.alpha() * from.alpha();
        double b = to.alpha() * to.alpha();
        assertEquals(eta * Math.sqrt((1 - b) / (1 - a)) * Math.sqrt(1 - a / b), split.fresh(), 1e-9);
    }

    @Property(tries = 30, seed = "42")
    void ddpm_with_the_posterior_variance_is_ddim_with_eta_1(@ForAll @IntRange(min = 1, max = 60) int steps,
            @ForAll("spacings") Spacing spacing, @ForAll("parameterizations") Parameterization parameterization) {
        DiscreteProcess process = process().withSpacing(spacing).withParameterization(parameterization);
        double[] ddpm = values(run(DDPMScheduler.of(process).plan(steps), CounterNoise.of(5)));
        double[] ddim = values(run(DDIMScheduler.of(process).withEta(1).plan(steps), CounterNoise.of(5)));
        assertClose(ddim, ddpm, 1e-9);
    }

    /** A run with an arbitrary smooth network. */
    private static INDArray run(Plan plan, NoiseSource noise) {
        SamplerState<INDArray> state = plan.start(normal(1));
        return Sampling.run(plan, FirstOrderLawsTest::network, state, noise, Sampling.Listener.none());
    }

    private static INDArray network(ModelInput<INDArray> in) {
        INDArray output = in.sample().dup();
        double[] x = values(in.sample());
        for (int i = 0; i < x.length; i++) {
            x[i] = 0.7 * Math.tanh(x[i]) + 0.2 * Math.sin(0.01 * in.timestep());
        }
        return output.assign(Nd4j.createFromArray(x).reshape(output.shape()).castTo(output.dataType()));
    }

    @Property(tries = 60, seed = "42")
    void a_step_with_the_true_data_stays_on_the_path(@ForAll @IntRange(min = 1, max = 1000) int steps, @ForAll("spacings") Spacing spacing,
            @ForAll("parameterizations") Parameterization parameterization, @ForAll boolean clipped) {
        if (steps == 1000 && spacing.equals(Timesteps.leading(1))) {
            return; // refused, see TimestepsTest
        }
        Scheduler scheduler = DDIMScheduler.of(process().withSpacing(spacing).withParameterization(parameterization)
                .withCorrection(clipped ? DataCorrection.clip(100) : DataCorrection.NONE));
        Plan plan = scheduler.plan(steps);
        INDArray data = normal(1);
        INDArray eps = normal(2);
        INDArray sample = scheduler.addNoise(data, eps, plan.timestep(0));
        SamplerState<INDArray> state = plan.startFrom(sample);
        for (int i = 0; i < Math.min(plan.evaluations(), 12); i++) {
            assertClose(values(scheduler.addNoise(data, eps, plan.timestep(i))), values(state.sample()), 1e-10);
            state = plan.step(i, truth(parameterization, plan.level(i), data, eps), state, NoiseSource.none());
        }
        if (plan.evaluations() <= 12) {
            assertClose(values(data), values(state.sample()), 1e-10);
        }
    }

    @Property(tries = 60, seed = "42")
    void noise_then_an_exact_step_returns(@ForAll @IntRange(max = 999) int t, @ForAll("parameterizations") Parameterization parameterization) {
        Scheduler scheduler = DDIMScheduler.of(process().withParameterization(parameterization));
        INDArray data = normal(1);
        INDArray eps = normal(2);
        INDArray noised = scheduler.addNoise(data, eps, t);
        assertClose(values(data), values(scheduler.step(truth(parameterization, SCHEDULE.at(t), data, eps), t, -1, noised)), 1e-10);
    }

    @Property(tries = 100, seed = "42")
    void estimates_of_data_and_noise_invert_the_target(@ForAll @IntRange(max = 999) int t, @ForAll("parameterizations") Parameterization parameterization,
            @ForAll @DoubleRange(min = -3, max = 3) double data, @ForAll @DoubleRange(min = -3, max = 3) double eps) {
        NoiseLevel level = SCHEDULE.at(t);
        double x = level.alpha() * data + level.sigma() * eps;
        Parameterization.Weights target = parameterization.target(level);
        double u = target.first() * data + target.second() * eps;
        Parameterization.Weights a = parameterization.data(level);
        Parameterization.Weights b = parameterization.noise(level);
        assertEquals(data, a.first() * x + a.second() * u, 1e-10);
        assertEquals(eps, b.first() * x + b.second() * u, 1e-9);
    }

    @Property(tries = 40, seed = "42")
    void one_network_gives_one_trajectory_in_every_parameterization(@ForAll @IntRange(min = 1, max = 50) int steps, @ForAll("spacings") Spacing spacing) {
        double[][] results = Stream.of(Parameterization.epsilon(), Parameterization.sample(), Parameterization.velocity()).map(parameterization -> {
            Plan plan = DDIMScheduler.of(process().withSpacing(spacing).withParameterization(parameterization)).withEta(0.5).plan(steps);
            // One and the same network, an x0 prediction, told in each parameterization.
            Sampling.Model<INDArray> model = in -> {
                INDArray data = network(in);
                INDArray eps = in.sample().sub(data.mul(in.level().alpha())).divi(in.level().sigma());
                return truth(parameterization, in.level(), data, eps);
            };
            return values(Sampling.run(plan, model, plan.start(normal(1)), CounterNoise.of(3), Sampling.Listener.none()));
        }).toArray(double[][]::new);
        assertClose(results[1], results[0], 1e-8);
        assertClose(results[1], results[2], 1e-8);
    }

    @Property(tries = 30, seed = "42")
    void the_forward_process_has_the_stated_mean_and_variance(@ForAll @IntRange(max = 999) int t) {
        // 2^16 numbers: bounds of 5 standard errors, so that one of these 60 checks fails by chance with 4e-5.
        int n = 1 << 16;
        INDArray data = Nd4j.valueArrayOf(new long[] {1, n}, 1.5, DataType.DOUBLE);
        INDArray eps = CounterNoise.of(t).draw(NoiseRequest.forward(0), DataType.DOUBLE, 1, n);
        double[] x = values(DDPMScheduler.of(process()).addNoise(data, eps, t));
        double mean = java.util.Arrays.stream(x).average().orElseThrow();
        NoiseLevel level = SCHEDULE.at(t);
        double variance = java.util.Arrays.stream(x).map(v -> Math.pow(v - level.alpha() * 1.5, 2)).average().orElseThrow();
        double expected = level.sigma() * level.sigma();
        assertEquals(level.alpha() * 1.5, mean, 5 * level.sigma() / Math.sqrt(n));
        assertEquals(expected, variance, 5 * expected * Math.sqrt(2.0 / n));
    }

    @Test
    void zero_terminal_snr_needs_a_network_that_knows_the_data() {
        DiscreteProcess zero = DiscreteProcess.of(SCHEDULE.withZeroTerminalSnr()).withSpacing(Timesteps.trailing());
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> DDIMScheduler.of(zero).plan(10));
        assertTrue(refused.getMessage().contains("zero terminal SNR"), refused.getMessage());
        assertThrows(IllegalArgumentException.class, () -> DDPMScheduler.of(zero).plan(10));
        for (Parameterization good : List.of(Parameterization.velocity(), Parameterization.sample())) {
            for (Scheduler scheduler : List.of(DDIMScheduler.of(zero.withParameterization(good)), DDPMScheduler.of(zero.withParameterization(good)),
                    DDIMScheduler.of(zero.withParameterization(good)).withEta(1))) {
                for (double v : values(run(scheduler.plan(10), CounterNoise.of(1)))) {
                    assertTrue(Double.isFinite(v));
                }
            }
        }
        DDIMScheduler.of(zero.withSpacing(Timesteps.leading(0))).plan(10);
    }

    @Test
    void types_views_and_orders_do_not_matter() {
        for (Scheduler scheduler : List.of(DDIMScheduler.of(process()).withEta(0.5), DDPMScheduler.of(process().withCorrection(DataCorrection.clip(1))),
                DDPMScheduler.of(process().withCorrection(DataCorrection.dynamicThreshold(0.9, 2))))) {
            INDArray output = normal(1);
            INDArray sample = normal(2);
            INDArray noise = normal(3);
            double[] expected = values(scheduler.step(output, 500, 400, sample, noise));
            INDArray view = Nd4j.zeros(DataType.DOUBLE, 2, 2, 3, 2).permute(0, 2, 1, 3);
            view.assign(sample);
            assertArrayEquals(expected, values(scheduler.step(output.dup('f'), 500, 400, view, noise.dup('f'))));
            for (DataType type : new DataType[] {DataType.FLOAT, DataType.FLOAT16, DataType.BFLOAT16}) {
                INDArray result = scheduler.step(output.castTo(type), 500, 400, sample.castTo(type), noise.castTo(type));
                assertEquals(type, result.dataType());
                assertClose(expected, values(result), type == DataType.FLOAT ? 1e-6 : 3e-2);
            }
        }
    }

    @Test
    void each_sample_may_stand_at_its_own_timestep() {
        for (Scheduler scheduler : List.of(DDIMScheduler.of(process()).withEta(0.5), DDPMScheduler.of(process().withCorrection(DataCorrection.clip(1))))) {
            INDArray output = normal(1);
            INDArray sample = normal(2);
            INDArray noise = normal(3);
            double[] together = values(scheduler.step(output, new double[] {700, 20}, new double[] {650, -1}, sample, RecordedNoise.ofSteps(List.of(noise))));
            double[] first = values(scheduler.step(output, 700, 650, sample, noise));
            double[] second = values(scheduler.step(output, 20, -1, sample, noise));
            System.arraycopy(second, 12, first, 12, 12);
            assertArrayEquals(first, together);
        }
    }

    @Test
    void parallel_steps_are_the_means_of_single_ones() {
        ParallelScheduler ddpm = DDPMParallelScheduler.of(process());
        ParallelScheduler ddim = DDIMParallelScheduler.of(process());
        INDArray zero = Nd4j.zeros(DataType.DOUBLE, 2, 3, 2, 2);
        for (ParallelScheduler scheduler : List.of(ddpm, ddim)) {
            double[] means = values(scheduler.batchStepNoNoise(normal(1), new double[] {700, 20}, normal(2), 50));
            double[] first = values(scheduler.step(normal(1), 700, 680, normal(2), zero));
            double[] second = values(scheduler.step(normal(1), 20, 0, normal(2), zero));
            System.arraycopy(second, 12, first, 12, 12);
            assertArrayEquals(first, means);
        }
    }

    @Test
    void inversion_and_sampling_undo_each_other_ever_better() {
        double[] errors = new double[2];
        DiscreteProcess process = process().withSpacing(Timesteps.leading(0));
        for (int k = 0; k < 2; k++) {
            int steps = 100 << k;
            Plan up = DDIMInverseScheduler.of(process).plan(steps);
            Plan down = DDIMScheduler.of(process).plan(steps);
            INDArray data = normal(4);
            INDArray noise = Sampling.run(up, FirstOrderLawsTest::gaussian, up.startFrom(data), NoiseSource.none(), Sampling.Listener.none());
            INDArray back = Sampling.run(down, FirstOrderLawsTest::gaussian, down.startFrom(noise), NoiseSource.none(), Sampling.Listener.none());
            errors[k] = worst(values(data), values(back));
        }
        assertEquals(1, Math.log(errors[0] / errors[1]) / Math.log(2), 0.3, "the round trip errs by the first order of the step");
    }

    /** The exact noise estimate for data N(0, 1/4). */
    private static INDArray gaussian(ModelInput<INDArray> in) {
        double variance = Math.pow(in.level().alpha() / 2, 2) + Math.pow(in.level().sigma(), 2);
        return in.sample().mul(in.level().sigma() / variance);
    }

    private static double worst(double[] expected, double[] actual) {
        double worst = 0;
        for (int i = 0; i < expected.length; i++) {
            worst = Math.max(worst, Math.abs(expected[i] - actual[i]));
        }
        return worst;
    }

    private static void assertClose(double[] expected, double[] actual, double tolerance) {
        double scale = Math.max(1, java.util.Arrays.stream(expected).map(Math::abs).max().orElse(1));
        assertTrue(worst(expected, actual) <= tolerance * scale, () -> "differs by " + worst(expected, actual) + " at scale " + scale);
    }
}
