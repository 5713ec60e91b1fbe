package io.github.diffusion4j.schedules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

/** Closed forms, ends and domains of the schedules that are not tables. */
class ContinuousSchedulesTest {

    private static void refuses(Runnable action) {
        assertThrows(IllegalArgumentException.class, action::run);
    }

    /** {@code ln alpha = -1/2 Int beta}, the integral by Simpson's rule, which is exact for a line. */
    @Property(tries = 50, seed = "42")
    void the_variance_preserving_sde(@ForAll @DoubleRange(min = 0, max = 1) double t) {
        VarianceSde sde = new VarianceSde(0.1, 20);
        double integral = t / 6 * (sde.beta(0) + 4 * sde.beta(t / 2) + sde.beta(t));
        assertEquals(Math.exp(-integral / 2), sde.at(t).alpha(), 1e-12);
        assertEquals(1, Math.hypot(sde.at(t).alpha(), sde.at(t).sigma()), 1e-12);
        assertEquals(0.1 + 19.9 * t, sde.beta(t), 1e-12);
        assertEquals(t, sde.at(t).time());
    }

    @Property(tries = 50, seed = "42")
    void the_cosine(@ForAll @DoubleRange(min = 0.02, max = 0.98) double t) {
        double s = 0.008;
        double plain = Math.pow(Math.cos((t + s) / (1 + s) * Math.PI / 2) / Math.cos(s / (1 + s) * Math.PI / 2), 2);
        assertEquals(plain, Math.pow(new CosineSchedule(1, s).at(t).alpha(), 2), 1e-12);
        double later = 1 - Math.pow(1 - t, 2);
        assertEquals(new CosineSchedule(1, s).at(later).alpha(), new CosineSchedule(2, s).at(t).alpha(), 1e-12);
        assertEquals(new CosineSchedule(1, s).at(Math.sqrt(t)).alpha(), new CosineSchedule(0.5, s).at(t).alpha(), 1e-12);
    }

    @Test
    void the_cosine_keeps_a_little_signal_and_a_little_noise() {
        CosineSchedule cosine = new CosineSchedule(1, 0.008);
        assertEquals(0.9999, Math.pow(cosine.cleanest().alpha(), 2), 1e-15);
        assertEquals(1e-4, Math.pow(cosine.noisiest().alpha(), 2), 1e-15);
        assertEquals(0, cosine.cleanest().time());
        assertEquals(1, cosine.noisiest().time());
        assertEquals(0.5, cosine.atEdmSigma(cosine.at(0.5).edmSigma()).time(), 1e-12);
        assertEquals(1, cosine.atEdmSigma(cosine.noisiest().edmSigma()).sigma() / cosine.noisiest().sigma(), 1e-12);
        refuses(() -> cosine.at(-0.01));
        refuses(() -> cosine.at(1.01));
        refuses(() -> cosine.atEdmSigma(1e-4));
        refuses(() -> cosine.atEdmSigma(200));
        refuses(() -> new CosineSchedule(0, 0.008));
        refuses(() -> new CosineSchedule(1, -0.1));
        refuses(() -> new CosineSchedule(Double.POSITIVE_INFINITY, 0.008));
        refuses(() -> new CosineSchedule(1, Double.POSITIVE_INFINITY));
        assertEquals(0, new CosineSchedule(1, 0).at(0.5).alpha() - Math.cos(Math.PI / 4), 1e-12);
    }

    @Property(tries = 50, seed = "42")
    void the_circle(@ForAll @DoubleRange(min = 0, max = 1) double place) {
        TrigSchedule trig = new TrigSchedule(2 / Math.PI);
        NoiseLevel level = trig.at(place);
        assertEquals(Math.cos(place * Math.PI / 2), level.alpha(), 1e-12);
        assertEquals(Math.sin(place * Math.PI / 2), level.sigma(), 1e-12);
        assertEquals(place, TrigSchedule.ofSigma(level.sigma()).time(), 1e-7);
        assertEquals(level.alpha(), TrigSchedule.ofSigma(level.sigma()).alpha(), 1e-7);
        assertEquals(place, trig.atEdmSigma(level.edmSigma()).time(), 1e-12);
    }

    @Test
    void the_ends_of_the_circle() {
        TrigSchedule trig = new TrigSchedule(1);
        assertEquals(Math.PI / 2, trig.noisiest().time());
        assertEquals(1, trig.noisiest().sigma(), 1e-15);
        assertEquals(0, trig.cleanest().sigma());
        assertEquals(0, trig.at(1.5708).alpha(), "SANA-Sprint's rounded end");
        refuses(() -> trig.at(-0.1));
        refuses(() -> trig.at(1.6));
        refuses(() -> new TrigSchedule(0));
        refuses(() -> new TrigSchedule(Double.POSITIVE_INFINITY));
    }

    @Property(tries = 50, seed = "42")
    void geometric_levels(@ForAll @DoubleRange(min = 0, max = 1) double t) {
        GeometricSchedule schedule = new GeometricSchedule(0.01, 50);
        assertEquals((1 - t) * Math.log(0.01) + t * Math.log(50), Math.log(schedule.at(t).sigma()), 1e-12);
        assertEquals(1, schedule.at(t).alpha());
        assertEquals(t, schedule.atEdmSigma(schedule.at(t).sigma()).time(), 1e-12);
    }

    @Test
    void the_ends_of_geometric_levels() {
        GeometricSchedule schedule = new GeometricSchedule(0.01, 50);
        assertEquals(new NoiseLevel(1, 1, 50), schedule.noisiest());
        assertEquals(0.01, schedule.cleanest().sigma());
        assertEquals(1, schedule.atEdmSigma(50 * (1 + 1e-10)).time());
        refuses(() -> schedule.at(-0.1));
        refuses(() -> schedule.at(1.1));
        refuses(() -> schedule.atEdmSigma(0.009));
        refuses(() -> schedule.atEdmSigma(51));
        refuses(() -> new GeometricSchedule(0, 1));
        refuses(() -> new GeometricSchedule(1, 1));
        refuses(() -> new GeometricSchedule(1, Double.POSITIVE_INFINITY));
    }

    @Test
    void exploding_levels_of_a_table() {
        DiscreteSchedule table = BetaSchedule.LINEAR.schedule(10);
        VarianceExploding exploding = VarianceExploding.of(table);
        double[] sigmas = table.sigmas();
        for (int t = 0; t < 10; t++) {
            assertEquals(new NoiseLevel(t, 1, sigmas[t]), exploding.at(t));
            assertEquals(t, exploding.time(sigmas[t]), 1e-9);
        }
        assertEquals(0.75 * sigmas[4] + 0.25 * sigmas[5], exploding.sigma(4.25), 1e-12);
        assertEquals(6.5, exploding.time(Math.sqrt(sigmas[6] * sigmas[7])), 1e-9);
        assertEquals(0, exploding.time(sigmas[0] / 2));
        assertEquals(0, exploding.time(0));
        assertEquals(9, exploding.time(2 * sigmas[9]));
        assertEquals(exploding.at(9), exploding.noisiest());
        assertEquals(exploding.at(0), exploding.cleanest());
        assertEquals(new NoiseLevel(exploding.time(1e-1), 1, 1e-1), exploding.atEdmSigma(1e-1));
        assertEquals(table, exploding.table());
        assertEquals(VarianceExploding.of(BetaSchedule.LINEAR.schedule(10)), exploding);
        assertNotEquals(VarianceExploding.of(BetaSchedule.LINEAR.schedule(11)), exploding);
        assertNotEquals(exploding, (Object) table);
        assertEquals(exploding.hashCode(), VarianceExploding.of(table).hashCode());
        assertEquals(0, VarianceExploding.of(DiscreteSchedule.ofBetas(0.5)).time(7), "a table of one level");
        refuses(() -> exploding.sigma(-0.1));
        refuses(() -> exploding.sigma(9.1));
    }

    /** Known mu: FLUX.1 between 256 and 4096 tokens; CogView4 at one megapixel; FLUX.2's two fits and its bend at 4300 tokens. */
    @Test
    void dynamic_shifts() {
        assertEquals(0.5, DynamicShift.linear(256, 256, 4096, 0.5, 1.15), 1e-12);
        assertEquals(1.15, DynamicShift.linear(4096, 256, 4096, 0.5, 1.15), 1e-12);
        assertEquals(0.825, DynamicShift.linear(2176, 256, 4096, 0.5, 1.15), 1e-12);
        assertEquals(0.75 * 4 + 0.25, DynamicShift.squareRoot(4096, 0.25, 0.75), 1e-12);
        double m10 = 8.73809524e-5 * 4096 + 1.89833333;
        double m200 = 0.00016927 * 4096 + 0.45666666;
        assertEquals(m10, DynamicShift.empirical(4096, 10), 1e-12);
        assertEquals(m200, DynamicShift.empirical(4096, 200), 1e-12);
        assertEquals((m10 + m200) / 2, DynamicShift.empirical(4096, 105), 1e-12);
        assertEquals(0.00016927 * 4301 + 0.45666666, DynamicShift.empirical(4301, 10), 1e-12);
        assertTrue(DynamicShift.empirical(4300, 10) > 2);
    }

    @Test
    void flows_and_edm_know_their_domain() {
        Flow flow = new Flow(1000);
        assertEquals(new NoiseLevel(250, 0.75, 0.25), flow.at(250));
        assertEquals(new NoiseLevel(1000, 0, 1), flow.atEdmSigma(Double.POSITIVE_INFINITY));
        assertEquals(0.5, flow.atEdmSigma(1).sigma());
        assertEquals(new NoiseLevel(0, 1, 0), flow.atEdmSigma(0));
        refuses(() -> flow.at(-1));
        refuses(() -> flow.at(1001));
        refuses(() -> flow.atEdmSigma(-0.1));
        refuses(() -> new Flow(0));
        refuses(() -> new Flow(Double.POSITIVE_INFINITY));
        refuses(() -> new VarianceSde(0, 1));
        refuses(() -> new VarianceSde(2, 1));
        refuses(() -> new VarianceSde(1, Double.POSITIVE_INFINITY));
        refuses(() -> new VarianceSde(0.1, 20).at(-0.1));
        refuses(() -> new VarianceSde(0.1, 20).at(1.1));
        refuses(() -> new EdmSchedule(0, 1));
        List<NoiseSchedule> all = List.of(flow, new EdmSchedule(0.1, 10), new VarianceSde(0.1, 20), new TrigSchedule(1), new GeometricSchedule(0.1, 10));
        all.forEach(schedule -> assertTrue(IntStream.range(0, 50).allMatch(i -> {
            double from = schedule.cleanest().time();
            double step = (schedule.noisiest().time() - from) / 50;
            return schedule.at(from + i * step).edmSigma() < schedule.at(from + (i + 1) * step).edmSigma();
        }), () -> schedule + " does not rise"));
    }
}
