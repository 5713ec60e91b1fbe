package io.github.diffusion4j.samplers;

import static io.github.diffusion4j.samplers.TestArrays.normal;
import static io.github.diffusion4j.samplers.TestArrays.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.training.DrawnLevels;
import io.github.diffusion4j.core.training.ImportanceSampler;
import io.github.diffusion4j.core.training.LevelSampler;
import io.github.diffusion4j.core.training.LossNorm;
import io.github.diffusion4j.core.training.LossWeight;
import io.github.diffusion4j.core.training.NoisedBatch;
import io.github.diffusion4j.core.training.NoisingIterator;
import io.github.diffusion4j.core.training.TrainingRecipe;
import io.github.diffusion4j.samplers.diffusers.DDPMScheduler;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.diffusers.DiffusersScheduler;
import io.github.diffusion4j.samplers.diffusers.DiscreteProcess;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.schedules.BetaSchedule;
import io.github.diffusion4j.schedules.Flow;
import io.github.diffusion4j.schedules.VarianceExploding;
import io.github.diffusion4j.schedules.draws.LevelDraws;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.factory.Nd4j;

class TrainingTest {

    private static final DiscreteProcess PROCESS = DiscreteProcess.of(BetaSchedule.LINEAR.schedule(1000));

    @Test
    void a_batch_holds_the_forward_process_the_target_and_the_weights() {
        for (Parameterization parameterization : List.of(Parameterization.epsilon(), Parameterization.sample(), Parameterization.velocity())) {
            DDPMScheduler scheduler = DDPMScheduler.of(PROCESS.withParameterization(parameterization));
            INDArray data = normal(1, 3, 1, 4);
            INDArray noise = normal(2, 3, 1, 4);
            NoisedBatch<INDArray> batch = NoisedBatch.of(scheduler, data, noise, new DrawnLevels(DrawnLevels.at(scheduler, 0, 500, 999).levels(), 1, 2, 3), LossWeight.minSnr(5));
            assertArrayEquals(values(scheduler.addNoise(data, noise, 0, 500, 999)), values(batch.input()), 1e-15);
            INDArray target = parameterization == Parameterization.epsilon() ? noise : parameterization == Parameterization.sample() ? data
                    : scheduler.velocity(data, noise, 0, 500, 999);
            assertArrayEquals(values(target), values(batch.target()), 1e-15);
            assertArrayEquals(new double[] {0, 500, 999}, values(batch.timesteps()));
            for (int i = 0; i < 3; i++) {
                NoiseLevel level = PROCESS.schedule().at(new int[] {0, 500, 999}[i]);
                assertEquals((i + 1) * LossWeight.minSnr(5).weight(level, parameterization), values(batch.weights())[i], 1e-15);
            }
            assertEquals(2, NoisingIterator.dataSet(batch).getFeatures().length);
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

    private static final NoiseLevel NOISE = new NoiseLevel(999, 0, 1);
    private static final NoiseLevel CLEAN = NoiseLevel.clean(0);

    @Test
    void weights_at_the_ends_are_the_limits() {
        assertEquals(0, LossWeight.minSnr(5).weight(NOISE, Parameterization.velocity()));
        assertEquals(0, LossWeight.minSnr(5).weight(NOISE, Parameterization.sample()));
        assertEquals(1, LossWeight.minSnr(5).weight(NOISE, Parameterization.epsilon()));
        assertEquals(1, LossWeight.snr().weight(CLEAN, Parameterization.flow()));
        assertEquals(1, LossWeight.truncatedSnr().weight(CLEAN, Parameterization.flow()));
        assertEquals(0, LossWeight.p2(1, 0.5).weight(CLEAN, Parameterization.flow()));
        assertEquals(1, LossWeight.p2(1, 0).weight(CLEAN, Parameterization.flow()));
        assertEquals(5, LossWeight.minSnr(5).weight(CLEAN, Parameterization.sample()));
        IllegalArgumentException error = assertThrows(IllegalArgumentException.class, () -> LossWeight.truncatedSnr().weight(NOISE, Parameterization.epsilon()));
        assertTrue(error.getMessage().contains("MaxSnr[floor=1.0]"), error.getMessage());
        assertThrows(IllegalArgumentException.class, () -> LossWeight.minSnr(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> LossWeight.p2(0, 1));
    }

    enum Path {
        VARIANCE_PRESERVING {
            @Override
            NoiseLevel near(double distance, boolean clean) {
                double other = Math.sqrt((1 - distance) * (1 + distance));
                return clean ? new NoiseLevel(0, other, distance) : new NoiseLevel(0, distance, other);
            }
        },
        VARIANCE_EXPLODING {
            @Override
            NoiseLevel near(double distance, boolean clean) {
                return new NoiseLevel(0, 1, clean ? distance : 1 / distance);
            }
        },
        FLOW {
            @Override
            NoiseLevel near(double distance, boolean clean) {
                return clean ? new NoiseLevel(0, 1 - distance, distance) : new NoiseLevel(0, distance, 1 - distance);
            }
        };

        /** The level at a distance from an end. */
        abstract NoiseLevel near(double distance, boolean clean);
    }

    @Provide
    static Arbitrary<LossWeight> weights() {
        Arbitrary<Double> gammas = Arbitraries.of(0.0, 0.5, 1.0, 1.5, 2.0);
        return Arbitraries.oneOf(Arbitraries.of(LossWeight.plain(), LossWeight.snr(), LossWeight.truncatedSnr()), Arbitraries.of(1.0, 5.0).map(LossWeight::minSnr),
                Combinators.combine(Arbitraries.of(0.5, 1.0), gammas).as(LossWeight::p2));
    }

    @Provide
    static Arbitrary<Parameterization> parameterizations() {
        return Arbitraries.of(Parameterization.epsilon(), Parameterization.sample(), Parameterization.velocity(), Parameterization.flow());
    }

    /** Nearer and nearer to an end a weight comes to what it is there; where it is refused it grows beyond all bounds. */
    @Property(tries = 600, seed = "42")
    void weights_go_to_what_they_are_at_the_ends(@ForAll("weights") LossWeight weight, @ForAll("parameterizations") Parameterization parameterization, @ForAll Path path,
            @ForAll boolean clean) {
        double near = weight.weight(path.near(1e-12, clean), parameterization);
        double nearer = weight.weight(path.near(1e-24, clean), parameterization);
        if (path == Path.VARIANCE_EXPLODING && !clean) {
            assertTrue(Double.isFinite(near) && Double.isFinite(nearer), "there is no end of infinite noise");
            return;
        }
        try {
            double end = weight.weight(path.near(0, clean), parameterization);
            assertEquals(end, near, 1e-5 * Math.max(1, end));
            assertEquals(end, nearer, 1e-11 * Math.max(1, end));
            assertEquals(end, weight.weight(path.near(1e-160, clean), parameterization), 1e-11 * Math.max(1, end));
        } catch (IllegalArgumentException refused) {
            assertTrue(near > 1e5 && nearer > 1e5 * near, near + " then " + nearer + ": " + refused.getMessage());
        }
    }

    /** The gradient of the mean over rows of w value(S) by an output, and that of the weighted mean squared error, are the same. */
    @Property(tries = 30, seed = "42")
    void a_norm_becomes_a_weight_of_the_squared_error(@ForAll @DoubleRange(min = 0.01, max = 2) double c, @ForAll boolean adaptive) {
        LossNorm norm = adaptive ? LossNorm.adaptive(1, c) : LossNorm.pseudoHuber(c);
        DDPMScheduler scheduler = DDPMScheduler.of(PROCESS);
        NoisedBatch<INDArray> batch = TrainingRecipe.of(LevelSampler.uniform(PROCESS.schedule())).withWeight(LossWeight.minSnr(5)).batch(scheduler, normal(1, 3, 2, 2), 5, 1);
        INDArray output = normal(3, 3, 2, 2);
        double[] weights = values(batch.weights());
        double[] normed = values(batch.normed(scheduler, norm, output).weights());
        double[] errors = values(output.sub(batch.target()));
        for (int row = 0; row < 3; row++) {
            double squares = Arrays.stream(errors, 4 * row, 4 * row + 4).map(e -> e * e).sum();
            // By the first element of the row: of the squared mean, and of the norm with its slope as it stands where that is taken without gradient.
            double slope = adaptive ? norm.slope(squares) : (norm.value(squares * (1 + 1e-6)) - norm.value(squares * (1 - 1e-6))) / (2e-6 * squares);
            assertEquals(weights[row] * slope * 2 * errors[4 * row], normed[row] * 2 * errors[4 * row] / 4, 1e-8 * Math.abs(weights[row] * slope));
        }
        assertThrows(IllegalArgumentException.class, () -> batch.normed(scheduler, LossNorm.pseudoHuber(0), batch.target()));
    }

    @Test
    void the_target_is_what_the_network_learns() {
        Flow flow = new Flow(1000);
        ComposedScheduler scheduler = ComposedScheduler.of(flow, new FirstOrder(new Ancestral(0), true)).withParameterization(Parameterization.flow());
        INDArray data = Nd4j.createFromArray(new double[][] {{1}});
        INDArray noise = Nd4j.createFromArray(new double[][] {{3}});
        for (double t : new double[] {0, 500, 1000}) {
            assertEquals(2, scheduler.target(data, noise, t).getDouble(0), t + "");
            String refusal = assertThrows(IllegalArgumentException.class, () -> scheduler.velocity(data, noise, t)).getMessage();
            assertTrue(refusal.contains("noise - x0") && refusal.contains("target("), refusal);
        }
        assertThrows(IllegalArgumentException.class, () -> scheduler.withParameterization(Parameterization.velocity()).velocity(data, noise, 500));
        DDPMScheduler discrete = DDPMScheduler.of(PROCESS);
        INDArray x0 = normal(1, 3, 4);
        INDArray eps = normal(2, 3, 4);
        assertArrayEquals(values(eps), values(discrete.target(x0, eps, 0, 500, 999)));
        assertArrayEquals(values(x0), values(DDPMScheduler.of(PROCESS.withParameterization(Parameterization.sample())).target(x0, eps, 7)));
        DDPMScheduler v = DDPMScheduler.of(PROCESS.withParameterization(Parameterization.velocity()));
        assertArrayEquals(values(v.velocity(x0, eps, 0, 500, 999)), values(v.target(x0, eps, 0, 500, 999)));
    }

    /** Diffusers' get_velocity of a variance-preserving table, which is v of unit power, also where levels are written as x0 + sigma eps. */
    @Test
    void the_velocity_has_unit_power_on_every_path() {
        INDArray data = normal(1, 1, 4);
        INDArray noise = normal(2, 1, 4);
        NoiseLevel level = PROCESS.schedule().at(400);
        double[] expected = values(DDPMScheduler.of(PROCESS).velocity(data, noise, 400));
        assertArrayEquals(values(noise.mul(level.alpha()).sub(data.mul(level.sigma()))), expected);
        NoiseSchedule exploding = VarianceExploding.of(PROCESS.schedule());
        ComposedScheduler scheduler = ComposedScheduler.of(exploding, new FirstOrder(new Ancestral(0), true));
        assertEquals(1, exploding.at(400).alpha());
        assertArrayEquals(expected, values(scheduler.velocity(data, noise, 400)), 1e-12);
    }

    @Test
    void one_image_serves_four_noises() {
        DDPMScheduler scheduler = DDPMScheduler.of(PROCESS.withParameterization(Parameterization.velocity()));
        INDArray image = normal(1, 1, 2, 3);
        INDArray images = Nd4j.concat(0, image, image, image, image);
        INDArray noise = normal(2, 4, 2, 3);
        for (double[] times : new double[][] {{300}, {1, 20, 300, 999}}) {
            assertArrayEquals(values(scheduler.addNoise(images, noise, times)), values(scheduler.addNoise(image, noise, times)));
            assertArrayEquals(values(scheduler.target(images, noise, times)), values(scheduler.target(image, noise, times)));
            assertArrayEquals(values(scheduler.velocity(images, noise, times)), values(scheduler.velocity(image, noise, times)));
        }
        assertArrayEquals(values(scheduler.plan(10).addNoise(images, noise, 3)), values(scheduler.plan(10).addNoise(image, noise, 3)));
        for (INDArray other : List.of(normal(1, 2, 2, 3), normal(1, 1, 3, 3), normal(1, 2, 3), normal(1, 1, 2, 3).castTo(DataType.FLOAT))) {
            String refusal = assertThrows(IllegalArgumentException.class, () -> scheduler.addNoise(other, noise, 1)).getMessage();
            assertTrue(refusal.contains("[4, 2, 3]"), refusal);
        }
        assertTrue(assertThrows(IllegalArgumentException.class, () -> scheduler.addNoise(image, noise, 1, 2)).getMessage().contains("each of the 4 samples, got 2"));
        assertThrows(IllegalArgumentException.class, () -> scheduler.addNoise(image, noise));
    }

    /** Times of a continuous schedule are no whole numbers. */
    @Test
    void a_batch_may_stand_at_any_times() {
        ComposedScheduler scheduler = ComposedScheduler.of(new Flow(1000), new FirstOrder(new Ancestral(0), true)).withParameterization(Parameterization.flow());
        INDArray data = normal(1, 2, 4);
        INDArray noise = normal(2, 2, 4);
        NoisedBatch<INDArray> batch = NoisedBatch.of(scheduler, data, noise, DrawnLevels.at(scheduler, 0, 437.25), LossWeight.snr());
        assertArrayEquals(values(scheduler.addNoise(data, noise, 0, 437.25)), values(batch.input()), 1e-15);
        assertArrayEquals(values(noise.sub(data)), values(batch.target()), 1e-15);
        assertArrayEquals(new double[] {0, 437.25}, values(batch.timesteps()));
        assertThrows(IllegalArgumentException.class, () -> new DrawnLevels(List.of(NOISE)));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> ImportanceSampler.of(BetaSchedule.LINEAR.schedule(3)).updated(new double[] {1.5}, new double[] {1})).getMessage().contains("1.5"));
    }

    private static NoisingIterator iterator(boolean labelled) {
        INDArray data = Nd4j.arange(10).castTo(DataType.FLOAT).reshape(10, 1);
        return new NoisingIterator(new DataSet(data, labelled ? data.mul(10) : null), 3,
                TrainingRecipe.of(LevelSampler.uniform(PROCESS.schedule())).on(DDPMScheduler.of(PROCESS.withParameterization(Parameterization.sample()))), 8);
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

    /** Clean batches of another iterator, a recipe with a column of its own, and a second epoch with other noise. */
    @Test
    void batches_come_from_any_iterator_and_may_have_columns() {
        INDArray data = Nd4j.arange(8).castTo(DataType.FLOAT).reshape(8, 1);
        DataSet labelled = new DataSet(data, data.mul(10));
        NoisingIterator batches = new NoisingIterator(new ViewIterator(labelled, 4), (clean, conditions, seed, iteration) -> {
            INDArray noise = Nd4j.ones(DataType.FLOAT, clean.shape()).muli(seed + iteration);
            return new NoisedBatch<>(noise, Nd4j.zeros(DataType.FLOAT, 4), List.of(Nd4j.valueArrayOf(new long[] {4}, 2f)), clean.dup(), Nd4j.ones(DataType.FLOAT, 4));
        }, 100);
        for (int iteration = 0; iteration < 4; iteration++) {
            if (!batches.hasNext()) {
                batches.reset();
            }
            var batch = batches.next();
            assertEquals(4, batch.getFeatures().length);
            assertEquals(100 + iteration, batch.getFeatures(0).getDouble(0), "iterations go on from epoch to epoch");
            assertEquals(2, batch.getFeatures(2).getDouble(3));
            assertArrayEquals(values(batch.getLabels(0).mul(10)), values(batch.getFeatures(3)));
        }
        assertThrows(UnsupportedOperationException.class, batches::batchesPerEpoch);
        assertThrows(UnsupportedOperationException.class, () -> batches.next(3));
    }

    /** Whatever a model's config says its path is, levels are drawn on it: whole timesteps of tables in either coordinate, times of flows, EDM's sigmas. */
    @Test
    void levels_are_drawn_on_the_path_of_any_config() {
        for (String name : List.of("DDPMScheduler", "EulerDiscreteScheduler", "FlowMatchEulerDiscreteScheduler", "EDMEulerScheduler")) {
            DiffusersScheduler scheduler = DiffusersConfig.of(name).scheduler();
            for (LevelSampler sampler : List.of(LevelSampler.uniform(scheduler.schedule()), LevelDraws.normal(-0.5, 1).on(scheduler.schedule()))) {
                DrawnLevels drawn = TrainingRecipe.of(sampler).drawn(scheduler, normal(1, 64, 2), 3, 0);
                for (NoiseLevel level : drawn.levels()) {
                    assertTrue(level.edmSigma() >= scheduler.schedule().cleanest().edmSigma() && level.edmSigma() <= scheduler.schedule().noisiest().edmSigma(), name + ": " + level);
                    assertEquals(level.edmSigma(), scheduler.schedule().at(level.time()).edmSigma(), 1e-12 * level.edmSigma(), name);
                    assertTrue(scheduler.schedule().levels().isEmpty() || level.time() == Math.rint(level.time()), name + " is a table: " + level);
                }
                NoisedBatch<INDArray> batch = TrainingRecipe.of(sampler).batch(scheduler, normal(1, 64, 2), 3, 0);
                assertTrue(Arrays.stream(values(batch.target())).allMatch(Double::isFinite), name);
            }
        }
    }

    @Test
    void bad_input_is_refused() {
        assertThrows(java.util.NoSuchElementException.class, () -> {
            NoisingIterator batches = iterator(false);
            IntStream.range(0, 4).forEach(i -> batches.next());
        });
        assertThrows(IllegalArgumentException.class, () -> new NoisingIterator(new DataSet(Nd4j.ones(DataType.FLOAT, 3, 2), null), 4, null, 1));
        assertThrows(IllegalArgumentException.class, () -> NoisedBatch.of(DDPMScheduler.of(PROCESS), normal(1, 2, 3), normal(2, 2, 3),
                DrawnLevels.at(DDPMScheduler.of(PROCESS), 1), LossWeight.plain()));
        assertThrows(IllegalArgumentException.class, () -> DrawnLevels.at(DDPMScheduler.of(PROCESS), 1, 1000));
    }

    /** A weight that is no weight, or none in the type of the data, is told when the batch is made. */
    @Test
    void weights_are_finite_and_at_least_zero() {
        DDPMScheduler scheduler = DDPMScheduler.of(PROCESS);
        INDArray data = normal(1, 2, 3);
        for (double weight : new double[] {Double.NaN, -1e-9, Double.POSITIVE_INFINITY, 1e39}) {
            LossWeight bad = (level, parameterization) -> level.time() == 7 ? weight : 1;
            boolean large = weight == 1e39;
            INDArray typed = large ? data.castTo(DataType.FLOAT) : data;
            IllegalArgumentException refused = assertThrows(IllegalArgumentException.class,
                    () -> NoisedBatch.of(scheduler, typed, typed, DrawnLevels.at(scheduler, 3, 7), bad));
            assertTrue(refused.getMessage().contains("sample 1"), refused::getMessage);
        }
        NoisedBatch.of(scheduler, data, data, new DrawnLevels(DrawnLevels.at(scheduler, 3, 7).levels(), 0, 1), (level, parameterization) -> 1e39);
        double[] signed = values(NoisedBatch.of(scheduler, data, data, new DrawnLevels(DrawnLevels.at(scheduler, 3, 7).levels(), -2, 1), LossWeight.plain()).weights());
        assertArrayEquals(new double[] {-2, 1}, signed, "an objective may take something away");
    }

    @Test
    void weights_are_equal_by_their_numbers() {
        assertEquals(LossWeight.minSnr(5), LossWeight.minSnr(5.0));
        assertEquals("OfData[data=P2[k=1.0, gamma=0.5]]", LossWeight.p2(1, 0.5).toString());
    }
}
