package io.github.diffusion4j.samplers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.schedules.BetaSchedule;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;

class AdaptiveSamplingTest {

    private static final DiscreteSchedule TABLE = BetaSchedule.LINEAR.schedule(1000);
    private static final AdaptiveSampling.Control CONTROL = new AdaptiveSampling.Control(0, 1, 0);

    private static AdaptiveSampling.Result<INDArray> run(AdaptiveSampling sampling, NoiseLevel from) {
        INDArray start = TestArrays.normal(1, 1, 3);
        return sampling.run(Nd4jArrays.ND4J, TABLE, Parameterization.epsilon(), from, TABLE.at(0), input -> input.sample().dup(), start, NoiseSource.none());
    }

    @ParameterizedTest
    @CsvSource({"3, 0", "0, 0", "-1, 0", "NaN, 0", "1.0001, 0", "0.81, -1", "0.81, 1.1", "0.81, NaN"})
    void settings_are_checked(double acceptSafety, double eta) {
        assertThrows(IllegalArgumentException.class, () -> new AdaptiveSampling(3, 0.05, 0.0078, 0.05, CONTROL, acceptSafety, eta));
    }

    @Test
    void numbers_are_finite() {
        assertThrows(IllegalArgumentException.class, () -> new AdaptiveSampling.Control(Double.NaN, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new AdaptiveSampling.Control(0, Double.POSITIVE_INFINITY, 0));
        assertThrows(IllegalArgumentException.class, () -> AdaptiveSampling.DEFAULT.withTolerances(Double.POSITIVE_INFINITY, 1));
        assertThrows(IllegalArgumentException.class, () -> AdaptiveSampling.DEFAULT.with(3, -1));
        assertThrows(IllegalArgumentException.class, () -> KDiffusion.adaptive(Map.of("order", 2.7)));
        assertThrows(IllegalArgumentException.class, () -> KDiffusion.solver("sample_lms", "", Map.of("order", 2.7), 10));
        assertEquals(2, KDiffusion.adaptive(Map.of("order", 2.0)).order());
    }

    @Test
    void a_run_needs_signal_at_its_start() {
        assertThrows(IllegalArgumentException.class, () -> run(AdaptiveSampling.DEFAULT, new NoiseLevel(999, 0, 1)));
    }

    /** The strictest acceptance, and control that lengthens steps where the error grows: to the end, or an error that says what to change. */
    @Test
    void every_run_ends() {
        assertTrue(run(new AdaptiveSampling(3, 0.05, 0.0078, 0.05, CONTROL, 1, 0), TABLE.at(999)).accepted() > 0);
        for (AdaptiveSampling.Control control : new AdaptiveSampling.Control[] {new AdaptiveSampling.Control(0, -1, 0), new AdaptiveSampling.Control(-1, 1, 0.3),
            new AdaptiveSampling.Control(0, 0, 0)}) {
            for (double safety : new double[] {1, 0.81, 0.01}) {
                try {
                    assertTrue(run(new AdaptiveSampling(2, 0.05, 0.0078, 0.05, control, safety, 0), TABLE.at(999)).accepted() > 0);
                } catch (IllegalStateException e) {
                    assertTrue(e.getMessage().contains("rtol"), e::getMessage);
                }
            }
        }
    }
}
