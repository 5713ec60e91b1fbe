package io.github.diffusion4j.schedules.networks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.Parameterization.Weights;
import io.github.diffusion4j.core.training.LossWeight;
import io.github.diffusion4j.schedules.BetaSchedule;
import io.github.diffusion4j.schedules.Flow;
import io.github.diffusion4j.schedules.IddpmSchedule;
import io.github.diffusion4j.schedules.TrigSchedule;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class NetworksTest {

    @Provide
    static Arbitrary<NoiseLevel> levels() {
        return Arbitraries.of(0.002, 0.1, 0.5, 1.0, 7.0, 80.0).flatMap(s -> Arbitraries.of(new NoiseLevel(s, 1, s), new Flow(1).atEdmSigma(s), new TrigSchedule(1).atEdmSigma(s)));
    }

    @Provide
    static Arbitrary<Parameterization> networks() {
        return Arbitraries.of(Parameterization.epsilon(), Parameterization.sample(), Parameterization.velocity(), Parameterization.flow(), EdmNetwork.of(0.5), EdmNetwork.of(1.3),
                new VarianceExplodingNetwork(), new FlowNetwork(1));
    }

    /** A loss weight w of x0 means one thing whatever the network outputs: w |x0^ - x0|^2 for every estimate. */
    @Property(tries = 400, seed = "42")
    void the_loss_does_not_depend_on_the_output(@ForAll("levels") NoiseLevel level, @ForAll("networks") Parameterization one, @ForAll("networks") Parameterization other) {
        for (LossWeight weight : List.of(LossWeight.snr(), LossWeight.minSnr(5), LossWeight.softMinSnr(4), LossWeight.truncatedSnr(), LossWeight.p2(1, 0.5), LossWeight.edm(0.5), LossWeight.sigmoid(1),
                LossWeight.snrPower(0.5, 1000), LossWeight.cosmap(), LossWeight.plain(Parameterization.velocity()))) {
            double loss = loss(weight, level, one);
            assertEquals(loss, loss(weight, level, other), 1e-9 * loss, weight + " of " + one + " and " + other);
        }
    }

    /** Of a network whose estimate of x0 = 0.3 is 0.8, at eps = -0.7. */
    private static double loss(LossWeight weight, NoiseLevel level, Parameterization network) {
        double x = level.alpha() * 0.3 + level.sigma() * -0.7;
        double target = network.target(level).first() * 0.3 + network.target(level).second() * -0.7;
        Weights data = network.data(level);
        double output = (0.8 - data.first() * x) / data.second();
        return weight.weight(level, network) * (output - target) * (output - target);
    }

    /** Data of variance sd^2: EDM's input and target have variance 1, and lambda c_out^2 = 1. */
    @Property(tries = 100, seed = "42")
    void edm_makes_everything_of_unit_variance(@ForAll("levels") NoiseLevel level, @ForAll @DoubleRange(min = 0.1, max = 3) double sd) {
        EdmNetwork network = EdmNetwork.of(sd);
        assertEquals(1, network.inputScale(level) * Math.hypot(level.alpha() * sd, level.sigma()), 1e-12);
        assertEquals(1, Math.hypot(network.target(level).first() * sd, network.target(level).second()), 1e-12);
        assertEquals(1, LossWeight.edm(sd).weight(level, network), 1e-9);
    }

    /** At zero terminal SNR a weight is its limit, or refused; never NaN. */
    @Test
    void there_is_no_nan_at_pure_noise() {
        NoiseLevel noise = BetaSchedule.SCALED_LINEAR.schedule(1000, 0.00085, 0.012).withZeroTerminalSnr().noisiest();
        for (Parameterization standard : List.of(Parameterization.epsilon(), Parameterization.velocity(), Parameterization.sample())) {
            for (LossWeight weight : List.of(LossWeight.minSnr(5), LossWeight.snr(), LossWeight.p2(1, 1), LossWeight.softMinSnr(4), LossWeight.sigmoid(0))) {
                double limit = weight.weight(noise, standard);
                assertTrue(limit >= 0 && Double.isFinite(limit), weight + " of " + standard);
            }
        }
        assertEquals(1, LossWeight.minSnr(5).weight(noise, Parameterization.epsilon()));
    }

    @Property(tries = 100, seed = "42")
    void the_boundary_keeps_the_sample(@ForAll @DoubleRange(min = 0.1, max = 2) double sd, @ForAll @DoubleRange(max = 1) double lowest) {
        assertEquals(new Weights(1, 0), new ConsistencyNetwork(sd, lowest).data(new NoiseLevel(lowest, 1, lowest)));
    }

    /** Nowhere to go leaves the sample; all the way down with Euler's weight gives the estimate itself; two steps of one estimate are one. */
    @Property(tries = 100, seed = "42")
    void a_trajectory_starts_where_it_is(@ForAll TrajectoryNetwork.Skip skip, @ForAll @DoubleRange(min = 0.1, max = 80) double from, @ForAll @DoubleRange(max = 1) double share) {
        TrajectoryNetwork network = new TrajectoryNetwork(skip, 0.5, 0.002);
        assertEquals(1, network.step(from, from).first(), 1e-12);
        assertEquals(0, network.step(from, from).second());
        double to = share * from;
        assertEquals(to / from, new TrajectoryNetwork(TrajectoryNetwork.Skip.EULER, 0.5, 0.002).step(from, to).first());
        // The slope of the step at its start is that of the probability flow towards the estimate.
        double h = 1e-6 * from;
        Weights near = network.step(from, from - h);
        Weights data = network.data(from);
        assertEquals((1 - data.first()) / from, (1 - near.first()) / h, 1e-5 * (1 + 1 / from));
        assertEquals(data.second() / from, near.second() / h, 1e-5 * (1 + 1 / from));
        assertThrows(IllegalArgumentException.class, () -> network.step(from, from + 1));
        assertThrows(IllegalArgumentException.class, () -> network.data(0));
    }

    @Test
    void an_embedding_of_no_guidance_is_zeros_and_ones() {
        assertArrayEquals(new double[] {0, 0, 1, 1, 0}, new GuidanceEmbedding(5).of(0));
        assertArrayEquals(new double[] {Math.sin(1500), Math.sin(0.15), Math.cos(1500), Math.cos(0.15)}, new GuidanceEmbedding(4).of(1.5), 1e-12);
        assertThrows(IllegalArgumentException.class, () -> new GuidanceEmbedding(3));
    }

    @Test
    void improved_diffusion_is_the_cosine_table_told_whole_timesteps() {
        IddpmSchedule schedule = IddpmSchedule.of(1000, 0.001, 0.008);
        assertArrayEquals(BetaSchedule.SQUARED_COSINE.schedule(1000).sigmas(), schedule.table().sigmas(), 1e-6);
        double[] sigmas = schedule.table().sigmas();
        for (int t = 0; t < 999; t++) {
            NoiseLevel own = schedule.atEdmSigma(sigmas[t]);
            assertEquals(t, own.time());
            assertTrue(own.sameAs(schedule.at(t)) || t == 0, own + " and " + schedule.at(t));
            double middle = (sigmas[t] + sigmas[t + 1]) / 2;
            assertEquals(t, schedule.atEdmSigma(middle * (1 - 1e-9)).time());
            assertEquals(t + 1, schedule.atEdmSigma(middle * (1 + 1e-9)).time());
        }
        assertEquals(999, schedule.atEdmSigma(1e9).time());
        assertEquals(0, schedule.atEdmSigma(0.6 * sigmas[0]).time());
        assertEquals(-1, schedule.atEdmSigma(0.4 * sigmas[0]).time());
        assertThrows(IllegalArgumentException.class, () -> IddpmSchedule.of(0, 0.001, 0.008));
        assertThrows(IllegalArgumentException.class, () -> schedule.atEdmSigma(Double.NaN));
    }
}
