package io.github.diffusion4j.samplers;

import static io.github.diffusion4j.samplers.TestArrays.normal;
import static io.github.diffusion4j.samplers.TestArrays.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.training.LossWeight;
import io.github.diffusion4j.core.training.NoisedBatch;
import io.github.diffusion4j.core.training.NoisingIterator;
import io.github.diffusion4j.core.training.TimestepSampler;
import io.github.diffusion4j.samplers.diffusers.DDPMScheduler;
import io.github.diffusion4j.samplers.diffusers.DiscreteProcess;
import io.github.diffusion4j.schedules.BetaSchedule;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

class TrainingTest {

    private static final DiscreteProcess PROCESS = DiscreteProcess.of(BetaSchedule.LINEAR.schedule(1000));

    @Test
    void a_batch_holds_the_forward_process_the_target_and_the_weights() {
        for (Parameterization parameterization : List.of(Parameterization.epsilon(), Parameterization.sample(), Parameterization.velocity())) {
            DDPMScheduler scheduler = DDPMScheduler.of(PROCESS.withParameterization(parameterization));
            INDArray data = normal(1, 3, 1, 4);
            INDArray noise = normal(2, 3, 1, 4);
            NoisedBatch batch = NoisedBatch.of(scheduler, data, noise, new TimestepSampler.Draw(new int[] {0, 500, 999}, new double[] {1, 2, 3}), LossWeight.minSnr(5));
            assertArrayEquals(values(scheduler.addNoise(data, noise, 0, 500, 999)), values(batch.input()), 1e-15);
            INDArray target = parameterization == Parameterization.epsilon() ? noise : parameterization == Parameterization.sample() ? data
                    : scheduler.velocity(data, noise, 0, 500, 999);
            assertArrayEquals(values(target), values(batch.target()), 1e-15);
            assertArrayEquals(new double[] {0, 500, 999}, values(batch.timesteps()));
            for (int i = 0; i < 3; i++) {
                NoiseLevel level = PROCESS.schedule().at(new int[] {0, 500, 999}[i]);
                assertEquals((i + 1) * LossWeight.minSnr(5).weight(level, parameterization), values(batch.weights())[i], 1e-15);
            }
            assertEquals(2, batch.toMultiDataSet().getFeatures().length);
        }
    }

    /** The published table: weights of the loss on eps, x0 and v. */
    @Test
    void weights_are_the_published_ones() {
        for (int t : new int[] {0, 250, 500, 999}) {
            NoiseLevel level = PROCESS.schedule().at(t);
            double snr = level.snr();
            check(LossWeight.plain(), level, 1, 1, 1);
            check(LossWeight.snr(), level, 1, snr, snr / (snr + 1));
            check(LossWeight.truncatedSnr(), level, Math.max(snr, 1) / snr, Math.max(snr, 1), Math.max(snr, 1) / (snr + 1));
            check(LossWeight.minSnr(5), level, Math.min(snr, 5) / snr, Math.min(snr, 5), Math.min(snr, 5) / (snr + 1));
            double p2 = Math.pow(1 + snr, -0.5);
            check(LossWeight.p2(1, 0.5), level, p2, p2 * snr, p2 * snr / (snr + 1));
        }
    }

    private static void check(LossWeight weight, NoiseLevel level, double epsilon, double data, double velocity) {
        assertEquals(epsilon, weight.weight(level, Parameterization.epsilon()), 1e-9 * epsilon);
        assertEquals(data, weight.weight(level, Parameterization.sample()), 1e-9 * data);
        assertEquals(velocity, weight.weight(level, Parameterization.velocity()), 1e-9 * velocity);
    }

    @Test
    void at_zero_snr_min_snr_is_zero_for_v_and_refused_for_epsilon() {
        NoiseLevel noise = new NoiseLevel(999, 0, 1);
        assertEquals(0, LossWeight.minSnr(5).weight(noise, Parameterization.velocity()));
        assertEquals(0, LossWeight.minSnr(5).weight(noise, Parameterization.sample()));
        IllegalArgumentException error = assertThrows(IllegalArgumentException.class, () -> LossWeight.minSnr(5).weight(noise, Parameterization.epsilon()));
        assertTrue(error.getMessage().contains("min-SNR"), error.getMessage());
        assertThrows(IllegalArgumentException.class, () -> LossWeight.minSnr(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> LossWeight.p2(0, 1));
    }

    private static NoisingIterator iterator(boolean labelled) {
        INDArray data = Nd4j.arange(10).castTo(DataType.FLOAT).reshape(10, 1);
        return new NoisingIterator(new DataSet(data, labelled ? data.mul(10) : null), 3,
                new NoisingIterator.Recipe(DDPMScheduler.of(PROCESS.withParameterization(Parameterization.sample())), TimestepSampler.uniform(1000), LossWeight.plain()), 8);
    }

    @Test
    void an_epoch_visits_each_sample_once_in_an_order_of_the_seed() {
        NoisingIterator batches = iterator(true);
        double[][] epochs = new double[2][];
        for (int epoch = 0; epoch < 2; epoch++) {
            batches.reset();
            double[] seen = new double[9];
            for (int i = 0; i < 3; i++) {
                var batch = batches.next();
                double[] clean = batch.getLabels(0).castTo(DataType.DOUBLE).data().asDouble();
                assertArrayEquals(Arrays.stream(clean).map(x -> 10 * x).toArray(), batch.getFeatures(2).castTo(DataType.DOUBLE).data().asDouble(), 1e-4, "conditions go with their data");
                System.arraycopy(clean, 0, seen, 3 * i, 3);
            }
            assertFalse(batches.hasNext());
            assertEquals(9, Arrays.stream(seen).distinct().count());
            epochs[epoch] = seen;
        }
        assertFalse(Arrays.equals(epochs[0], epochs[1]), "epochs have their own orders");
        NoisingIterator again = iterator(false);
        assertEquals(2, again.next().getFeatures().length);
        again = iterator(false);
        double[] first = again.next().getFeatures(0).castTo(DataType.DOUBLE).data().asDouble();
        assertArrayEquals(first, iterator(true).next().getFeatures(0).castTo(DataType.DOUBLE).data().asDouble());
    }

    @Test
    void bad_input_is_refused() {
        assertThrows(java.util.NoSuchElementException.class, () -> {
            NoisingIterator batches = iterator(false);
            IntStream.range(0, 4).forEach(i -> batches.next());
        });
        assertThrows(IllegalArgumentException.class, () -> new NoisingIterator(new DataSet(Nd4j.ones(DataType.FLOAT, 3, 2), null), 4, null, 1));
        assertThrows(IllegalArgumentException.class, () -> NoisedBatch.of(DDPMScheduler.of(PROCESS), normal(1, 2, 3), normal(2, 2, 3),
                new TimestepSampler.Draw(new int[] {1}, new double[] {1}), LossWeight.plain()));
        assertThrows(IllegalArgumentException.class, () -> NoisedBatch.of(DDPMScheduler.of(PROCESS), normal(1, 2, 3), normal(2, 2, 3),
                new TimestepSampler.Draw(new int[] {1, 1000}, new double[] {1, 1}), LossWeight.plain()));
    }
}
