package io.github.diffusion4j.schedules.draws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.noise.CounterUniform;
import io.github.diffusion4j.core.training.LevelDraw;
import io.github.diffusion4j.core.training.LevelSampler;
import io.github.diffusion4j.core.training.LossWeight;
import io.github.diffusion4j.core.training.Uniforms;
import io.github.diffusion4j.schedules.BetaSchedule;
import io.github.diffusion4j.schedules.EdmSchedule;
import io.github.diffusion4j.schedules.Flow;
import io.github.diffusion4j.schedules.FlowShift;
import io.github.diffusion4j.schedules.GeometricSchedule;
import io.github.diffusion4j.schedules.TrigSchedule;
import io.github.diffusion4j.schedules.VarianceSde;
import io.github.diffusion4j.schedules.networks.EdmNetwork;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Scale;
import org.hipparchus.analysis.integration.IterativeLegendreGaussIntegrator;
import org.junit.jupiter.api.Test;

class LevelDrawsTest {

    private static final List<LevelDraw> LAWS = List.of(LevelDraws.normal(-1.2, 1.2), LevelDraws.splitNormal(-1.2, 1.2, 0.6), LevelDraws.logistic(Math.log(0.5), 0.5), LevelDraws.uniformAngle(0.5),
            LevelDraws.logUniform(0.02, 100), LevelDraws.uniformVpTime(19.9, 0.1, 1e-5), LevelDraws.interpolatedCosine(256, 32, 256, 0.5), LevelDraws.mode(1.29), LevelDraws.mode(-0.9),
            LevelDraws.powerTime(1.5, 0.001), LevelDraws.powerTime(0.5, 0), LevelDraws.normal(0, 1).shifted(3), LevelDraws.uniformAngle(0.5).truncated(0.01, 160), LevelDraws.powerTime(3, 0.01).mirrored());

    @Provide
    static Arbitrary<LevelDraw> laws() {
        return Arbitraries.of(LAWS);
    }

    @Property(tries = 500, seed = "42")
    void quantiles_and_shares_are_inverses(@ForAll("laws") LevelDraw law, @ForAll @Scale(6) @DoubleRange(min = 1e-6, max = 1 - 1e-6) double u) {
        double rho = law.logRatio(u);
        assertEquals(u, law.cdf(rho), 1e-9);
        double h = 1e-5;
        if (law.density(rho - h) > 0 && law.density(rho + h) > 0) {
            assertEquals(law.density(rho), (law.cdf(rho + h) - law.cdf(rho - h)) / (2 * h), 1e-5 * (1 + law.density(rho)), "the derivative of the share");
        }
    }

    /** Between quantiles, by Gauss and Legendre. */
    @Property(tries = 100, seed = "42")
    void the_density_integrates_to_the_share(@ForAll("laws") LevelDraw law, @ForAll @DoubleRange(min = 0.01, max = 0.99) double u, @ForAll @DoubleRange(min = 0.01, max = 0.99) double w) {
        double from = law.logRatio(Math.min(u, w));
        double to = law.logRatio(Math.max(u, w));
        if (to - from < 1e-6) {
            return;
        }
        double integral = new IterativeLegendreGaussIntegrator(20, 1e-8, 1e-8).integrate(1_000_000, law::density, from, to);
        assertEquals(Math.abs(u - w), integral, 1e-6);
    }

    private static void same(LevelDraw one, LevelDraw other, double error) {
        for (double u = 0.005; u < 1; u += 0.01) {
            double rho = one.logRatio(u);
            assertEquals(rho, other.logRatio(u), error);
            assertEquals(one.cdf(rho), other.cdf(rho), error);
            assertEquals(one.density(rho), other.density(rho), error);
        }
    }

    @Test
    void one_law_has_several_names() {
        same(LevelDraw.uniformFlowTime(), LevelDraws.logistic(0, 1), 0);
        same(LevelDraw.uniformFlowTime(), LevelDraws.mode(0), 1e-12);
        same(LevelDraw.uniformFlowTime(), LevelDraws.powerTime(1, 0), 1e-12);
        same(LevelDraws.normal(0.3, 1.2).shifted(3), LevelDraws.normal(0.3 + Math.log(3), 1.2), 1e-14);
        same(LevelDraws.normal(0.3, 1.2).mirrored(), LevelDraws.normal(-0.3, 1.2), 1e-12);
        same(LevelDraws.splitNormal(0.5, 2, 2), LevelDraws.normal(0.5, 2), 1e-12);
        same(LevelDraws.uniformAngle(0.5), LevelDraws.uniformAngle(1).shifted(0.5), 1e-12);
        double half = Math.log(0.5);
        for (double rho = -4; rho < 4; rho += 0.5) {
            assertEquals(1 / (Math.PI * Math.cosh(rho - half)), LevelDraws.uniformAngle(0.5).density(rho), 1e-15, "a hyperbolic secant");
        }
    }

    /** With one shift for both ends nothing is interpolated: uniform angles, shifted, between the shifted ends. */
    @Property(tries = 30, seed = "42")
    void an_interpolation_between_equals_is_a_shift(@ForAll @DoubleRange(min = 16, max = 512) double noise) {
        double shift = 64 / noise;
        LevelDraw plain = LevelDraws.uniformAngle(0.5).shifted(shift).truncated(1e-3, 1e3);
        same(plain, LevelDraws.interpolatedCosine(64, noise, noise, 0.5), 1e-7);
    }

    /** Uniform times are the law, whichever way the level is reached. */
    @Test
    void uniform_times_of_a_schedule_are_its_law() {
        same(LevelSampler.uniform(new Flow(1000)), LevelDraw.uniformFlowTime());
        same(LevelSampler.uniform(new TrigSchedule(1)), LevelDraws.uniformAngle(1));
        same(LevelSampler.uniform(new GeometricSchedule(0.02, 100)), LevelDraws.logUniform(0.02, 100));
        same(LevelSampler.uniform(new VarianceSde(0.1, 20)), LevelDraws.uniformVpTime(19.9, 0.1, 1e-300));
    }

    private static void same(LevelSampler sampler, LevelDraw law) {
        for (double u = 0.005; u < 1; u += 0.01) {
            assertEquals(law.logRatio(u), -sampler.level(u).lambda(), 1e-9);
        }
    }

    @Property(tries = 50, seed = "42")
    void a_shifted_law_is_drawn_at_shifted_times(@ForAll @DoubleRange(min = 0.5, max = 6) double shift, @ForAll @DoubleRange(min = 0.01, max = 0.99) double u) {
        Flow flow = new Flow(1);
        assertEquals(FlowShift.shift(shift, u), LevelDraw.uniformFlowTime().shifted(shift).on(flow).level(u).time(), 1e-12);
    }

    /** The weighted mean over strata is the integral over the law whose objective is kept: 4,000 strata, so an error of 1e-4 is some deviations. */
    @Property(tries = 30, seed = "42")
    void importance_weights_keep_the_objective(@ForAll @DoubleRange(min = -1, max = 1) double mean, @ForAll @DoubleRange(min = 1.5, max = 2.5) double deviation) {
        NoiseSchedule schedule = new EdmSchedule(0.002, 80);
        LevelDraw kept = LevelDraws.normal(-0.4, 1).truncated(0.002, 80);
        LevelSampler sampler = LevelDraws.normal(mean, deviation).on(schedule).keeping(LevelDraws.normal(-0.4, 1));
        var drawn = sampler.draw(Uniforms.stratified(), new CounterUniform(4), 0, 4000);
        double estimate = IntStream.range(0, 4000).mapToDouble(i -> drawn.weights()[i] * Math.tanh(drawn.levels().get(i).lambda())).average().orElseThrow();
        double integral = new IterativeLegendreGaussIntegrator(20, 1e-9, 1e-9).integrate(1_000_000, rho -> kept.density(rho) * Math.tanh(-rho), Math.log(0.002), Math.log(80));
        assertEquals(integral, estimate, 2e-3);
    }

    private static void sameObjective(LossWeight one, LevelDraw law, LossWeight other, LevelDraw otherLaw, NoiseSchedule path, NoiseSchedule otherPath) {
        double first = Double.NaN;
        for (double rho = -5; rho <= 5; rho += 0.5) {
            double ratio = one.effective(law, path.atEdmSigma(Math.exp(rho))) / other.effective(otherLaw, otherPath.atEdmSigma(Math.exp(rho)));
            first = Double.isNaN(first) ? ratio : first;
            assertEquals(first, ratio, 1e-9 * first, "at rho " + rho);
        }
    }

    /** Two recipes are one objective where density times weight agree up to a constant. */
    @Test
    void recipes_that_are_one_objective() {
        Flow flow = new Flow(1);
        TrigSchedule trig = new TrigSchedule(1);
        EdmSchedule edm = new EdmSchedule(1e-4, 1e4);
        sameObjective(LossWeight.plain(Parameterization.flow()), LevelDraw.uniformFlowTime(), LossWeight.plain(Parameterization.velocity()), LevelDraws.uniformAngle(1), flow, trig);
        sameObjective(LossWeight.plain(Parameterization.flow()), LevelDraws.uniformAngle(1), LossWeight.cosmap(), LevelDraw.uniformFlowTime(), flow, flow);
        sameObjective(LossWeight.plain(EdmNetwork.of(0.5)), LevelDraws.normal(-1.2, 1.2), LossWeight.edm(0.5), LevelDraws.normal(-1.2, 1.2), edm, edm);
        sameObjective(LossWeight.likelihood(LevelDraws.normal(0, 2)), LevelDraws.normal(0, 2), LossWeight.likelihood(LevelDraws.uniformAngle(1)), LevelDraws.uniformAngle(1), flow, trig);
        assertEquals(1, LossWeight.likelihood(LevelDraws.normal(0, 2)).effective(LevelDraws.normal(0, 2), flow.at(0.3)), 1e-12);
    }

    /** The rate of a variance-preserving SDE, and of an exploding one at both ends too. */
    @Test
    void the_likelihood_weight_is_the_rate_of_the_noise() {
        VarianceSde sde = new VarianceSde(0.1, 20);
        LossWeight weight = LossWeight.likelihood(LevelDraws.uniformVpTime(19.9, 0.1, 1e-300));
        for (double t : new double[] {1e-5, 0.01, 0.5, 1}) {
            NoiseLevel level = sde.at(t);
            assertEquals(sde.beta(t) / (level.sigma() * level.sigma()), weight.weight(level, Parameterization.epsilon()), 1e-9 * weight.weight(level, Parameterization.epsilon()));
        }
        GeometricSchedule exploding = new GeometricSchedule(0.01, 50);
        for (NoiseLevel end : List.of(exploding.cleanest(), exploding.noisiest())) {
            assertEquals(2 * Math.log(5000), LossWeight.likelihood(LevelDraws.logUniform(0.01, 50)).weight(end, Parameterization.epsilon()), 1e-12);
        }
    }

    @Test
    void timesteps_may_be_biased() {
        LevelSampler biased = LevelDraws.biased(BetaSchedule.LINEAR.schedule(10), 2, 4, 5);
        long often = IntStream.range(0, 18_000).mapToObj(i -> biased.level((i + 0.5) / 18_000)).filter(level -> level.time() == 2 || level.time() == 3).count();
        assertEquals(10_000, often);
        LevelSampler cubic = LevelDraws.cubic(BetaSchedule.LINEAR.schedule(1000));
        assertEquals(Math.floor(1000 * (1 - Math.pow(0.3, 3))), cubic.level(0.7).time());
    }

    @Test
    void bad_laws_are_refused() {
        assertThrows(IllegalArgumentException.class, () -> LevelDraws.normal(0, 0));
        assertThrows(IllegalArgumentException.class, () -> LevelDraws.mode(1.8));
        assertThrows(IllegalArgumentException.class, () -> LevelDraws.powerTime(0, 0));
        assertThrows(IllegalArgumentException.class, () -> LevelDraws.uniformAngle(-1));
        assertThrows(IllegalArgumentException.class, () -> LevelDraws.logUniform(2, 1));
        assertThrows(IllegalArgumentException.class, () -> LevelDraws.biased(BetaSchedule.LINEAR.schedule(10), 4, 11, 2));
        String message = assertThrows(IllegalArgumentException.class, () -> LevelDraws.normal(20, 1).on(new EdmSchedule(0.002, 80))).getMessage();
        assertTrue(message.contains("0.002 to 80"), message);
    }
}
