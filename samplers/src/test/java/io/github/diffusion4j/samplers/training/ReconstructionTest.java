package io.github.diffusion4j.samplers.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.training.Average;
import io.github.diffusion4j.samplers.training.Reconstruction.Profile;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import org.junit.jupiter.api.Test;

class ReconstructionTest {

    private static final HostArrays ARRAYS = HostArrays.HEAP;
    private static final double[] TRACKED = {0.05, 0.1};

    /** Deviations 0.05 and 0.1, stored at equal intervals. */
    private static List<Profile> tracked(int times, double interval) {
        List<Profile> snapshots = new ArrayList<>();
        for (int i = 1; i <= times; i++) {
            for (double std : TRACKED) {
                snapshots.add(new Profile(i * interval, std));
            }
        }
        return snapshots;
    }

    @Property(tries = 100, seed = "1")
    void a_snapshot_is_reconstructed_as_itself(@ForAll @IntRange(min = 1, max = 20) int times, @ForAll @IntRange(max = 39) int place) {
        List<Profile> snapshots = tracked(times, 100);
        int wanted = place % snapshots.size();
        Reconstruction reconstruction = Reconstruction.of(snapshots, snapshots.get(wanted));
        double[] unit = new double[snapshots.size()];
        unit[wanted] = 1;
        assertArrayEquals(unit, reconstruction.toArray(), 1e-11);
        assertEquals(0, reconstruction.error(), 1e-6);
    }

    /** By the midpoint rule, in the exponent's own variable. */
    @Property(tries = 50, seed = "2")
    void inner_products_are_integrals(@ForAll @DoubleRange(min = 0.02, max = 0.25) @Scale(6) double first, @ForAll @DoubleRange(min = 0.02, max = 0.25) @Scale(6) double second, @ForAll @DoubleRange(min = 0.2, max = 5) @Scale(6) double time) {
        Profile p = new Profile(time, first);
        Profile q = new Profile(1, second);
        int points = 200_000;
        double end = Math.min(time, 1);
        double sum = 0;
        for (int i = 0; i < points; i++) {
            double t = (i + 0.5) / points * end;
            sum += density(p, t) * density(q, t) * end / points;
        }
        assertEquals(sum, p.inner(q), 1e-4 * sum);
        assertEquals(p.inner(q), q.inner(p), 1e-13 * sum);
    }

    private static double density(Profile profile, double t) {
        double g = Average.power(profile.std()).gamma();
        return (g + 1) / profile.time() * Math.pow(t / profile.time(), g);
    }

    /** The table of the documentation: good near what was tracked and at times of snapshots, poor far outside. */
    @Test
    void the_error_says_how_good_the_fit_is() {
        double[] wanted = {0.03, 0.075, 0.15, 0.2, 0.3};
        double[][] most = {{0.174, 0.035, 0.106, 0.223, 0.94}, {0.0112, 0.0009, 0.0024, 0.0066, 0.59}};
        double[][] least = {{0.172, 0.034, 0.105, 0.222, 0.93}, {0.0110, 0.0008, 0.0022, 0.0062, 0.57}};
        for (int k = 0; k < 2; k++) {
            int times = k == 0 ? 4 : 32;
            for (int i = 0; i < wanted.length; i++) {
                double error = Reconstruction.of(tracked(times, 2), new Profile(2 * times, wanted[i])).error();
                assertTrue(error > least[k][i] && error < most[k][i], times + " times, " + wanted[i] + ": " + error);
            }
        }
        assertEquals(0.72, Reconstruction.of(tracked(4, 2), new Profile(7, 0.075)).error(), 0.01);
    }

    /** A real training: a walk that settles, averaged twice while it goes on; afterwards every width between is the average that would have been kept. */
    @Property(tries = 20, seed = "3")
    void averages_made_afterwards_are_those_that_would_have_been_kept(@ForAll @DoubleRange(min = 0.045, max = 0.13) @Scale(6) double std, @ForAll @IntRange(min = 1, max = 4) int quarters) {
        int steps = 2048;
        double[] values = walk(steps);
        List<Profile> snapshots = tracked(32, 64);
        List<List<HostArray>> stored = snapshots.stream().map(p -> List.of(scalar(mean(values, (int) p.time(), p.std())))).toList();
        int end = steps * quarters / 4;
        Reconstruction reconstruction = Reconstruction.of(snapshots, new Profile(end, std));
        double made = reconstruction.combine(ARRAYS, stored).get(0).values()[0];
        double kept = mean(values, end, std);
        assertEquals(kept, made, 1e-3, () -> "error of the profile " + reconstruction.error());
        assertEquals(1, IntStream.range(0, 64).mapToDouble(reconstruction.coefficients()::get).sum(), 1e-9);
    }

    /** Falls from 3 to 0 with waves, of size 1, that do not die out. */
    private static double[] walk(int steps) {
        return IntStream.range(0, steps).mapToDouble(i -> 3 * Math.exp(-i / 300.0) + Math.sin(0.7 * i) + 0.3 * Math.sin(0.013 * i)).toArray();
    }

    private static double mean(double[] values, int steps, double std) {
        double[] weights = Average.power(std).weights(steps);
        return IntStream.range(0, steps).mapToDouble(i -> weights[i + 1] * values[i]).sum();
    }

    private static HostArray scalar(double value) {
        return ARRAYS.vector(ElementType.DOUBLE, value);
    }

    /** More snapshots than a pass has registers, in every type. */
    @Test
    void any_number_of_snapshots_is_combined() {
        for (ElementType type : List.of(ElementType.DOUBLE, ElementType.FLOAT)) {
            List<Profile> profiles = tracked(70, 1);
            Reconstruction reconstruction = Reconstruction.of(profiles, new Profile(70, 0.08));
            List<List<HostArray>> stored = IntStream.range(0, profiles.size()).mapToObj(i -> List.of(ARRAYS.vector(type, i, 1), ARRAYS.vector(type, -i))).toList();
            double expected = IntStream.range(0, profiles.size()).mapToDouble(i -> i * reconstruction.coefficients().get(i)).sum();
            List<HostArray> average = reconstruction.combine(ARRAYS, stored);
            double error = type == ElementType.DOUBLE ? 1e-10 : 2e-5;
            assertArrayEquals(new double[] {expected, 1}, average.get(0).values(), error * expected);
            assertArrayEquals(new double[] {-expected}, average.get(1).values(), error * expected);
        }
    }

    @Test
    void refusals() {
        Profile profile = new Profile(8, 0.05);
        List<Runnable> refused = List.of(() -> Reconstruction.of(List.of(), profile), () -> Reconstruction.of(List.of(profile, new Profile(8, 0.05)), profile), () -> new Profile(0, 0.1),
                () -> new Profile(1, 0.31), () -> new Profile(1, Double.NaN), () -> Reconstruction.of(List.of(profile), profile).combine(ARRAYS, List.<List<HostArray>>of()));
        refused.forEach(call -> assertTrue(assertThrows(IllegalArgumentException.class, call::run).getMessage().contains("got ")));
    }

    @Test
    void the_learning_rate_of_edm2() {
        int batch = 2048;
        LearningRate rate = new LearningRate(0.01, 70e3 * batch, 10e6);
        assertEquals(0, rate.rate(0));
        assertEquals(0.005, rate.rate(5e6), 1e-15);
        assertEquals(0.01, rate.rate(70e3 * batch), 1e-15);
        assertEquals(0.005, rate.rate(4 * 70e3 * batch), 1e-15);
        assertEquals(0.01, new LearningRate(0.01, 1, 0).rate(0));
        assertThrows(IllegalArgumentException.class, () -> new LearningRate(0, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> rate.rate(-1));
    }
}
