package io.github.diffusion4j.docs.bridges;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.samplers.Sampling;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class SameDiffBridgeTest {

    private static final Plan PLAN = Ring.SCHEDULER.plan(20);
    private static final SamplerState<INDArray> START = PLAN.start(CounterNoise.of(42), ElementType.FLOAT, 500, 2);

    private static INDArray draw(Sampling.Model<INDArray> model) {
        return Sampling.run(PLAN, model, START, NoiseSource.none(), Sampling.Listener.none());
    }

    /** Root mean square distance from the circle. */
    private static double distance(INDArray points) {
        return points.norm2(1).sub(1).norm2Number().doubleValue() / Math.sqrt(points.size(0));
    }

    @Test
    void training_brings_the_samples_to_the_data() {
        Ring ring = new Ring(7);
        double before = distance(draw(ring.model()));
        ring.train(20);
        INDArray points = draw(ring.model());
        assertTrue(distance(points) < 0.7 * before, "distance from the circle " + before + " before, " + distance(points) + " after training");
        assertEquals(0, points.sub(draw(ring.mlp())).amaxNumber().doubleValue(), 1e-4, "the same network without SameDiff");
    }
}
