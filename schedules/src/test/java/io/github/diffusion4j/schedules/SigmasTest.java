package io.github.diffusion4j.schedules;

import static io.github.diffusion4j.schedules.BetaScheduleTest.says;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Spacing;
import io.github.diffusion4j.core.training.LevelDraw;
import io.github.diffusion4j.schedules.draws.LevelDraws;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SigmasTest {

    private static final DiscreteSchedule TABLE = BetaSchedule.SCALED_LINEAR.schedule(1000, 0.00085, 0.012);

    /** Schedules without pure noise or clean data at their ends. */
    @Provide
    static Arbitrary<NoiseSchedule> bounded() {
        return Arbitraries.of(TABLE, VarianceExploding.of(TABLE), new EdmSchedule(0.002, 80), new GeometricSchedule(0.01, 1348), new CosineSchedule(1, 0.008));
    }

    @Provide
    static Arbitrary<NoiseSchedule> all() {
        return Arbitraries.of(TABLE, VarianceExploding.of(TABLE), new EdmSchedule(0.002, 80), new GeometricSchedule(0.01, 1348), new CosineSchedule(2, 0.008),
                new VarianceSde(0.1, 20), new TrigSchedule(1), new Flow(1000));
    }

    @Property(tries = 200, seed = "42")
    void level_and_noise_are_inverses(@ForAll("all") NoiseSchedule schedule, @ForAll @DoubleRange(min = 0.05, max = 0.9) double place) {
        double from = schedule.cleanest().time();
        double time = from + place * (schedule.noisiest().time() - from);
        NoiseLevel level = schedule.at(time);
        assertEquals(level.edmSigma(), schedule.atEdmSigma(level.edmSigma()).edmSigma(), 1e-9 * level.edmSigma());
        if (!(schedule instanceof VarianceExploding)) {
            assertEquals(time, schedule.atEdmSigma(level.edmSigma()).time(), 1e-9 * Math.abs(schedule.noisiest().time()));
        }
    }

    @Property(tries = 100, seed = "42")
    void a_ramp_keeps_the_ends_of_the_schedule(@ForAll("bounded") NoiseSchedule schedule, @ForAll @IntRange(min = 2, max = 50) int steps) {
        List<NoiseLevel> levels = Sigmas.ramp(SigmaRamp.karras(7)).levels(schedule, steps);
        assertEquals(steps, levels.size());
        assertEquals(schedule.noisiest().edmSigma(), levels.get(0).edmSigma(), 1e-9 * schedule.noisiest().edmSigma());
        assertEquals(schedule.cleanest().edmSigma(), levels.get(steps - 1).edmSigma(), 1e-9);
    }

    @Property(tries = 100, seed = "42")
    void steps_of_log_snr_are_equal(@ForAll("all") NoiseSchedule schedule, @ForAll @IntRange(min = 2, max = 50) int steps) {
        List<NoiseLevel> levels = Sigmas.logSnr(2.5, -2).levels(schedule, steps);
        for (int i = 0; i < steps; i++) {
            assertEquals(-2 + 4.5 * i / (steps - 1), levels.get(i).lambda(), 1e-9);
        }
    }

    @Property(tries = 100, seed = "42")
    void steps_of_log_snr_reach_the_ends_of_a_schedule(@ForAll("bounded") NoiseSchedule schedule, @ForAll @IntRange(min = 2, max = 50) int steps) {
        List<NoiseLevel> levels = Sigmas.logSnr(schedule.cleanest().lambda(), schedule.noisiest().lambda()).levels(schedule, steps);
        assertEquals(schedule.noisiest(), levels.get(0));
        assertEquals(schedule.cleanest(), levels.get(steps - 1));
    }

    @Test
    void sigma_is_the_time_of_a_flow() {
        assertArrayEquals(new double[] {750, 500, 250}, times(Sigmas.explicit(0.75, 0.5, 0.25), new Flow(1000), 3), 1e-9);
        assertArrayEquals(new double[] {1000, 750, 500, 250}, times(Sigmas.time(), new Flow(1000), 4), 1e-9);
        assertArrayEquals(new double[] {1000, 900, 750, 500}, times(Sigmas.shiftedFlow(3), new Flow(1000), 4), 1e-9);
        assertArrayEquals(new double[] {800, 400, 200}, times(Sigmas.ramp(SigmaRamp.exponential(), 0.8, 0.2), new Flow(1000), 3), 1e-9);
    }

    /** A uniform law of times gives equal steps of time; the others are the quantiles that a formula gives. */
    @Property(tries = 50, seed = "42")
    void quantiles_of_a_law_are_steps_of_equal_shares(@ForAll @IntRange(min = 1, max = 60) int steps) {
        assertArrayEquals(times(Sigmas.time(), new Flow(1000), steps), times(Sigmas.quantiles(LevelDraw.uniformFlowTime()), new Flow(1000), steps), 1e-9);
        assertArrayEquals(times(Sigmas.shiftedFlow(3), new Flow(1000), steps), times(Sigmas.quantiles(LevelDraw.uniformFlowTime().shifted(3)), new Flow(1000), steps), 1e-9);
        List<NoiseLevel> even = Sigmas.quantiles(LevelDraws.logUniform(1e-4, 1e4)).levels(new EdmSchedule(0.002, 80), steps);
        for (int i = 0; i < steps; i++) {
            assertEquals(-Math.log(80) + Math.log(80 / 0.002) * i / steps, even.get(i).lambda(), 1e-9);
        }
    }

    /** Ideogram's quarters of a logit-normal law, mean 0.5 ln(4096 / 1024): the quartile of a normal law is 0.6744897501960817. */
    @Test
    void a_logit_normal_spacing_has_the_quartiles_of_its_law() {
        double mean = 0.5 * Math.log(4);
        double[] expected = {1, 1 / (1 + Math.exp(-mean - 1.75 * 0.6744897501960817)), 1 / (1 + Math.exp(-mean)), 1 / (1 + Math.exp(-mean + 1.75 * 0.6744897501960817))};
        double[] got = Sigmas.quantiles(LevelDraws.normal(mean, 1.75)).levels(new Flow(1000), 4).stream().mapToDouble(NoiseLevel::sigma).toArray();
        assertArrayEquals(expected, got, 1e-9);
        says("draws nothing", () -> Sigmas.quantiles(LevelDraws.logUniform(100, 200)).levels(new EdmSchedule(0.002, 80), 4));
    }

    @Property(tries = 200, seed = "42")
    void one_step_from_the_noisiest_level_then_another_spacing(@ForAll("all") NoiseSchedule schedule, @ForAll @IntRange(min = 1, max = 50) int steps) {
        Spacing rest = Sigmas.ramp(SigmaRamp.exponential(), 0.8, 0.2);
        List<NoiseLevel> levels = Sigmas.fromNoisiest(rest).levels(schedule, steps);
        assertEquals(steps, levels.size());
        assertEquals(schedule.noisiest(), levels.get(0));
        if (steps > 1) {
            assertEquals(rest.levels(schedule, steps - 1), levels.subList(1, steps));
        }
        List<NoiseLevel> law = Sigmas.quantiles(LevelDraws.normal(0, 1.75)).levels(schedule, steps);
        assertEquals(schedule.noisiest(), law.get(0));
        for (int i = 1; i < steps; i++) {
            assertTrue(law.get(i).edmSigma() < law.get(i - 1).edmSigma() && law.get(i).edmSigma() > schedule.cleanest().edmSigma());
        }
    }

    @Test
    void a_spacing_that_begins_at_the_noisiest_level_stays_as_it_is() {
        EdmSchedule schedule = new EdmSchedule(0.002, 80);
        Spacing karras = Sigmas.ramp(SigmaRamp.karras(7));
        assertEquals(karras.levels(schedule, 5), Sigmas.fromNoisiest(karras).levels(schedule, 5));
        assertArrayEquals(new double[] {80, 3, 1}, times(Sigmas.fromNoisiest(Sigmas.explicit(3, 1)), schedule, 3));
    }

    private static double[] times(Spacing spacing, NoiseSchedule schedule, int steps) {
        return spacing.levels(schedule, steps).stream().mapToDouble(NoiseLevel::time).toArray();
    }

    @Property(tries = 100, seed = "42")
    void dividing_the_snr_divides_the_snr(@ForAll @DoubleRange(min = 0.2, max = 5) double scale, @ForAll @IntRange(max = 999) int t) {
        DiscreteSchedule shifted = TABLE.withSnrDivided(scale);
        assertEquals(TABLE.snr()[t] / scale, shifted.snr()[t], 1e-9 * TABLE.snr()[t] / scale);
    }

    @Test
    void bad_input_is_refused() {
        says("give the range", () -> Sigmas.ramp(SigmaRamp.karras(7)).levels(new Flow(1000), 5));
        says("0 < lowest < highest", () -> Sigmas.ramp(SigmaRamp.karras(7), 1, 2));
        says("lowest < highest", () -> Sigmas.logSnr(-2, 2));
        says("descend strictly", () -> Sigmas.explicit(1, 1));
        says("above 0", () -> Sigmas.explicit(1, 0));
        says("2 explicit noise levels", () -> Sigmas.explicit(2, 1).levels(TABLE, 3));
        says("outside the schedule's range", () -> Sigmas.explicit(20, 1).levels(TABLE, 2));
        says("need a flow", () -> Sigmas.shiftedFlow(3).levels(TABLE, 2));
        says("at least one step", () -> Sigmas.time().levels(TABLE, 0));
        says("positive", () -> Sigmas.shiftedFlow(-1));
        says("0 < sigma_min < sigma_max", () -> new GeometricSchedule(2, 1));
        says("outside the schedule's range", () -> new GeometricSchedule(1, 2).atEdmSigma(3));
        says("positive and finite", () -> TABLE.withSnrDivided(0));
    }
}
