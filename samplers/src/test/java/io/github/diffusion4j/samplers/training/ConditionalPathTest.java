package io.github.diffusion4j.samplers.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.training.DrawnLevels;
import io.github.diffusion4j.core.training.LossWeight;
import io.github.diffusion4j.core.training.NoisedBatch;
import io.github.diffusion4j.samplers.ComposedScheduler;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.schedules.Flow;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class ConditionalPathTest {

    @Provide
    static Arbitrary<ConditionalPath> paths() {
        return Arbitraries.doubles().between(0, 1).flatMap(s -> Arbitraries.of(ConditionalPath.straight(s), ConditionalPath.towardsData(s), ConditionalPath.variancePreserving(s), ConditionalPath.bridge(s)));
    }

    @Property(tries = 300, seed = "42")
    void the_velocity_is_the_derivative_of_the_place(@ForAll("paths") ConditionalPath path, @ForAll @DoubleRange(min = 0.02, max = 0.98) double time) {
        double h = 1e-5;
        ConditionalPath.Weights before = path.at(time - h).place();
        ConditionalPath.Weights after = path.at(time + h).place();
        ConditionalPath.Weights velocity = path.at(time).velocity();
        assertEquals((after.source() - before.source()) / (2 * h), velocity.source(), 1e-6);
        assertEquals((after.data() - before.data()) / (2 * h), velocity.data(), 1e-6);
        assertEquals((after.noise() - before.noise()) / (2 * h), velocity.noise(), 1e-4);
    }

    @Test
    void paths_start_at_their_source_and_end_at_the_data() {
        for (ConditionalPath path : List.of(ConditionalPath.straight(0), ConditionalPath.variancePreserving(0), ConditionalPath.bridge(1, 1e-8))) {
            assertEquals(1, path.at(0).place().source(), 1e-15);
            assertEquals(1, path.at(1).place().data(), 1e-15);
            assertEquals(0, path.at(1).place().source(), 1e-15);
        }
        assertEquals(new ConditionalPath.Weights(0, 0, 1), ConditionalPath.towardsData(0.1).at(0).place());
        assertEquals(0.1, ConditionalPath.towardsData(0.1).at(1).place().noise(), 1e-15);
    }

    /** With noise as the source, the straight path is a flow whose time runs the other way, and its velocity has the other sign. */
    @Test
    void the_straight_path_is_the_flow_backwards() {
        HostArray data = HostArray.of(new double[] {0.3, -1, 2, 0.5}, 2, 2);
        HostArray noise = HostArray.of(new double[] {1, 0.2, -0.7, 0.1}, 2, 2);
        NoisedBatch<HostArray> path = ConditionalPath.straight(0).batch(HostArrays.HEAP, noise, data, noise, 0.25, 0.5);
        ComposedScheduler flow = ComposedScheduler.of(new Flow(1), new FirstOrder(new Ancestral(0), true)).withParameterization(Parameterization.flow());
        NoisedBatch<HostArray> batch = NoisedBatch.of(flow.on(HostArrays.HEAP), data, noise, DrawnLevels.at(flow, 0.75, 0.5), LossWeight.plain());
        assertArrayEquals(batch.input().values(), path.input().values(), 1e-15);
        assertArrayEquals(java.util.Arrays.stream(batch.target().values()).map(v -> -v).toArray(), path.target().values(), 1e-15);
        assertArrayEquals(new double[] {0.25, 0.5}, path.timesteps().values());
    }

    @Test
    void what_has_no_velocity_is_refused() {
        String message = assertThrows(IllegalArgumentException.class, () -> ConditionalPath.bridge(0.5).at(0)).getMessage();
        assertTrue(message.contains("finite"), message);
        assertThrows(IllegalArgumentException.class, () -> ConditionalPath.straight(-1));
        assertThrows(IllegalArgumentException.class, () -> ConditionalPath.bridge(1, -1));
        HostArray one = HostArray.of(new double[2], 2, 1);
        assertThrows(IllegalArgumentException.class, () -> ConditionalPath.straight(0).batch(HostArrays.HEAP, one, one, one, 0.5));
        assertThrows(IllegalArgumentException.class, () -> ConditionalPath.straight(0).batch(HostArrays.HEAP, one, one, one, 0.5, 1.5));
        assertThrows(IllegalArgumentException.class, () -> ConditionalPath.straight(0).batch(HostArrays.HEAP, one, HostArray.of(new double[4], 2, 2), one, 0.5, 0.5));
    }
}
