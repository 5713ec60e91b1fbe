package io.github.diffusion4j.samplers;

import static io.github.diffusion4j.samplers.TestArrays.normal;
import static io.github.diffusion4j.samplers.TestArrays.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.DiscreteScheduler;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.samplers.diffusers.DDIMInverseScheduler;
import io.github.diffusion4j.samplers.diffusers.DDIMScheduler;
import io.github.diffusion4j.samplers.diffusers.DDPMScheduler;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.diffusers.DiscreteProcess;
import io.github.diffusion4j.samplers.diffusers.Run;
import io.github.diffusion4j.samplers.solvers.Convention;
import io.github.diffusion4j.samplers.solvers.VarianceType;
import io.github.diffusion4j.schedules.BetaSchedule;
import io.github.diffusion4j.schedules.Timesteps;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class SchedulersTest {

    private static final DiscreteProcess PROCESS = DiscreteProcess.of(BetaSchedule.LINEAR.schedule(1000));

    @Test
    void tables_come_as_doubles_and_as_arrays() {
        DiscreteScheduler scheduler = DDPMScheduler.of(PROCESS);
        assertArrayEquals(scheduler.betas(), values(scheduler.betas(DataType.DOUBLE)));
        assertArrayEquals(scheduler.alphas(), values(scheduler.alphas(DataType.DOUBLE)));
        assertArrayEquals(scheduler.alphasCumprod(), values(scheduler.alphasCumprod(DataType.DOUBLE)));
        assertEquals(DataType.FLOAT, scheduler.betas(DataType.FLOAT).dataType());
    }

    @Test
    void forward_process_and_velocity_are_orthogonal_mixtures() {
        DiscreteScheduler scheduler = DDPMScheduler.of(PROCESS);
        INDArray data = normal(1, 2, 5);
        INDArray noise = normal(2, 2, 5);
        double[] x = values(scheduler.addNoise(data, noise, 300, 900));
        double[] v = values(scheduler.velocity(data, noise, 300, 900));
        for (int i = 0; i < 10; i++) {
            double abar = PROCESS.schedule().alphaCumprod(i < 5 ? 300 : 900);
            assertEquals(values(data)[i], Math.sqrt(abar) * x[i] - Math.sqrt(1 - abar) * v[i], 1e-14);
            assertEquals(values(noise)[i], Math.sqrt(1 - abar) * x[i] + Math.sqrt(abar) * v[i], 1e-14);
        }
    }

    @ParameterizedTest
    @CsvSource({"LEARNED", "LEARNED_RANGE"})
    void learned_variances_scale_the_noise(VarianceType type) {
        DiscreteScheduler scheduler = DDPMScheduler.of(PROCESS).withVariance(type);
        INDArray mean = normal(1, 2, 3, 2);
        INDArray sample = normal(2, 2, 3, 2);
        INDArray noise = normal(3, 2, 3, 2);
        INDArray v = normal(4, 2, 3, 2);
        if (type == VarianceType.LEARNED) {
            v.muli(v);
        }
        double[] with = values(scheduler.step(Nd4j.concat(1, mean, v), 500, 400, sample, noise));
        double[] without = values(DDPMScheduler.of(PROCESS).step(mean, 500, 400, sample, Nd4j.zeros(DataType.DOUBLE, 2, 3, 2)));
        double a = PROCESS.schedule().alphaCumprod(500) / PROCESS.schedule().alphaCumprod(400);
        double large = 1 - a;
        double small = large * (1 - PROCESS.schedule().alphaCumprod(400)) / (1 - PROCESS.schedule().alphaCumprod(500));
        for (int i = 0; i < 12; i++) {
            double f = (values(v)[i] + 1) / 2;
            double variance = type == VarianceType.LEARNED ? values(v)[i] : Math.exp(f * Math.log(large) + (1 - f) * Math.log(small));
            assertEquals(without[i] + Math.sqrt(variance) * values(noise)[i], with[i], 1e-12);
        }
    }

    @Test
    void the_logarithmic_variances_are_the_plain_ones() {
        for (String size : List.of("FIXED_SMALL", "FIXED_LARGE")) {
            INDArray plain = DDPMScheduler.of(PROCESS).withVariance(VarianceType.valueOf(size)).step(normal(1, 1, 4), 500, 400, normal(2, 1, 4), normal(3, 1, 4));
            INDArray log = DDPMScheduler.of(PROCESS).withVariance(VarianceType.valueOf(size + "_LOG")).step(normal(1, 1, 4), 500, 400, normal(2, 1, 4), normal(3, 1, 4));
            assertArrayEquals(values(plain), values(log));
        }
    }

    /** Where Diffusers deviates, both variants exist. */
    @Test
    void conventions_differ_where_they_should() {
        DiscreteProcess linspace = PROCESS.withSpacing(Timesteps.linspace());
        Plan exact = DDIMScheduler.of(linspace).plan(10);
        Plan published = DDIMScheduler.of(linspace.withConvention(Convention.DIFFUSERS)).plan(10);
        assertEquals(888, exact.grid().to(0).time());
        assertEquals(899, published.grid().to(0).time());
        assertEquals(888, published.grid().from(1).time());
        assertEquals(999, DDIMScheduler.of(linspace).plan(1).timestep(0));
        assertEquals(0, DDIMScheduler.of(linspace.withConvention(Convention.DIFFUSERS)).plan(1).timestep(0));
        DiscreteProcess offset = PROCESS.withSpacing(Timesteps.leading(1));
        DDPMScheduler large = DDPMScheduler.of(offset).withVariance(VarianceType.FIXED_LARGE);
        DDPMScheduler largePublished = DDPMScheduler.of(offset.withConvention(Convention.DIFFUSERS)).withVariance(VarianceType.FIXED_LARGE);
        INDArray zero = Nd4j.zeros(DataType.DOUBLE, 1, 4);
        assertArrayEquals(values(large.step(normal(1, 1, 4), 1, -1, normal(2, 1, 4), zero)), values(large.step(normal(1, 1, 4), 1, -1, normal(2, 1, 4), normal(3, 1, 4))));
        assertNotEquals(values(largePublished.step(normal(1, 1, 4), 1, -1, normal(2, 1, 4), zero))[0],
                values(largePublished.step(normal(1, 1, 4), 1, -1, normal(2, 1, 4), normal(3, 1, 4)))[0]);
        Plan inverse = DDIMInverseScheduler.of(PROCESS).plan(10);
        Plan inversePublished = DDIMInverseScheduler.of(PROCESS.withConvention(Convention.DIFFUSERS)).plan(10);
        assertEquals(100, inverse.level(2).time());
        assertEquals(200, inversePublished.level(2).time());
        assertEquals(PROCESS.schedule().at(100).alpha(), inversePublished.level(2).alpha());
    }

    @Test
    void the_driver_frees_what_it_no_longer_needs_and_nothing_else() {
        Plan plan = DDIMScheduler.of(PROCESS.withCorrection(DataCorrection.clip(1))).withEta(1).plan(5);
        INDArray noise = normal(1, 2, 3);
        List<INDArray> seen = new ArrayList<>();
        List<INDArray> outputs = new ArrayList<>();
        INDArray result = Sampling.run(plan, in -> {
            seen.add(in.sample());
            outputs.add(in.sample().mul(0.5));
            return outputs.get(outputs.size() - 1);
        }, plan.start(noise), CounterNoise.of(1), Sampling.Listener.none());
        assertTrue(seen.stream().allMatch(array -> array.wasClosed()));
        assertTrue(new java.util.HashSet<>(seen.stream().map(System::identityHashCode).toList()).size() <= 3, "buffers are used again");
        assertFalse(result.wasClosed() || noise.wasClosed() || outputs.stream().anyMatch(INDArray::wasClosed));
    }

    @Test
    void rows_of_a_batch_do_not_know_each_other() {
        Plan plan = DDPMScheduler.of(PROCESS.withCorrection(DataCorrection.dynamicThreshold(0.9, 1.5))).plan(8);
        double[] batch = values(sample(plan, CounterNoise.of(7), 4));
        for (int row = 0; row < 4; row++) {
            double[] alone = values(sample(plan, CounterNoise.of(7).forSamples(row), 1));
            assertArrayEquals(IntStream.range(0, 6).mapToDouble(new RowOf(batch, row)::at).toArray(), alone);
        }
    }

    private record RowOf(double[] batch, int row) {
        double at(int i) {
            return batch[row * 6 + i];
        }
    }

    private static INDArray sample(Plan plan, NoiseSource noise, int batch) {
        return Sampling.run(plan, in -> in.sample().mul(0.3), plan.start(noise, ElementType.DOUBLE, batch, 2, 3), noise, Sampling.Listener.none());
    }

    @Test
    void configs_choose_class_and_options() {
        DiscreteScheduler ddim = (DiscreteScheduler) DiffusersConfig.parse("""
                {"_class_name": "DDIMScheduler", "_diffusers_version": "0.6.0", "beta_schedule": "scaled_linear", "beta_start": 0.00085,
                 "beta_end": 0.012, "clip_sample": false, "set_alpha_to_one": false, "steps_offset": 1, "trained_betas": null,
                 "prediction_type": "v_prediction", "skip_prk_steps": true}""").scheduler();
        assertEquals("DDIMScheduler", ddim.name());
        assertEquals(951, ddim.plan(20).timestep(0));
        assertEquals(14.6146, ddim.schedule().sigmas()[999], 1e-4);
        assertEquals(DataCorrection.NONE, ddim.correction());
        assertEquals(ddim.schedule().at(0), ddim.end(-1));
        assertArrayEquals(new double[] {0.1, 0.3}, DiffusersConfig.parse("{\"_class_name\": \"DDPMScheduler\", \"trained_betas\": [0.1, 0.3]}").scheduler().table().orElseThrow().betas());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{'_class_name': 'DDXMScheduler'} | unknown scheduler class 'DDXMScheduler'",
        "{} | unknown scheduler class ''",
        "[] | JSON object",
        "{'_class_name': | not valid JSON",
        "{'_class_name': 'DDPMScheduler', 'beta_schedule': 'quad'} | unknown beta schedule 'quad'",
        "{'_class_name': 'DDPMScheduler', 'prediction_type': 'flow'} | unknown prediction_type 'flow'",
        "{'_class_name': 'DDPMScheduler', 'variance_type': 'small'} | unknown variance type 'small'",
        "{'_class_name': 'DDIMScheduler', 'timestep_spacing': 'middle'} | unknown timestep_spacing 'middle'",
        "{'_class_name': 'DDIMScheduler', 'clip_sample': 1} | clip_sample of DDIMScheduler must be true or false",
        "{'_class_name': 'DDIMScheduler', 'beta_start': '0.1'} | beta_start of DDIMScheduler must be a number",
        "{'_class_name': 'DDIMScheduler', 'num_train_timesteps': 10.5} | num_train_timesteps of DDIMScheduler must be an integer"})
    void bad_configs_are_refused(String json, String part) {
        says(part, () -> DiffusersConfig.parse(json.replace('\'', '"')).scheduler());
    }

    @Test
    void bad_input_is_refused() {
        DDIMScheduler ddim = DDIMScheduler.of(PROCESS);
        says("takes 1 to 100000 steps", () -> ddim.plan(0));
        says("1 to 1000", () -> ddim.plan(1001));
        says("eta must be", () -> ddim.withEta(-0.1).plan(10));
        says("eta must be", () -> ddim.withEta(Double.NaN).plan(10));
        says("at most 1", () -> ddim.withEta(2).plan(10));
        says("out of range", () -> ddim.addNoise(normal(1, 2, 3), normal(2, 2, 3), 1000));
        says("must agree", () -> ddim.addNoise(normal(1, 2, 3), normal(2, 3, 2), 10));
        says("one level, or one for each of the 2 samples", () -> ddim.addNoise(normal(1, 2, 3), normal(2, 2, 3), 1, 2, 3));
        says("descend", () -> ddim.plan(Run.timesteps(10, 20)));
        says("clip range", () -> DataCorrection.clip(0));
        says("ratio", () -> DataCorrection.dynamicThreshold(1.1, 1));
        says("3 timesteps for 2 samples", () -> ddim.step(normal(1, 2, 3), new double[] {9, 8, 7}, new double[] {8, 7, 6}, normal(2, 2, 3), NoiseSource.none()));
        says("turns around", () -> DDPMScheduler.of(PROCESS).plan(10).grid().starts().forEach(level -> new io.github.diffusion4j.core.TimeGrid(
                List.of(level, PROCESS.schedule().at(999)), List.of(PROCESS.schedule().at(999), level))));
        IllegalStateException noise = assertThrows(IllegalStateException.class, () -> ddim.withEta(1).step(normal(1, 2, 3), 500, 400, normal(2, 2, 3)));
        assertTrue(noise.getMessage().contains("noise source"), noise.getMessage());
        Plan learned = DDPMScheduler.of(PROCESS).withVariance(VarianceType.LEARNED).plan(10);
        SamplerState<INDArray> state = learned.start(normal(1, 1, 2, 2));
        says("twice the sample's channels", () -> learned.step(0, normal(1, 1, 2, 2), state, CounterNoise.of(1)));
        says("learned_range", () -> learned.step(0, Nd4j.ones(DataType.DOUBLE, 1, 4, 2).negi(), state, CounterNoise.of(1)));
        says("takes no argument timesteps", () -> DDIMInverseScheduler.of(PROCESS).plan(Run.timesteps(1)));
    }

    private static void says(String part, org.junit.jupiter.api.function.Executable action) {
        IllegalArgumentException error = assertThrows(IllegalArgumentException.class, action);
        assertTrue(error.getMessage().contains(part), error.getMessage());
    }
}
