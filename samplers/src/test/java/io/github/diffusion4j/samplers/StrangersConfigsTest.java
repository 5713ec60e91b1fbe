package io.github.diffusion4j.samplers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.diffusers.Run;
import io.github.diffusion4j.samplers.solvers.DpmSolverMultistep;
import io.github.diffusion4j.schedules.BetaSchedule;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Configs and runs as strangers send them: what is too large is refused before it is made, and what is wrong in a few words. */
class StrangersConfigsTest {

    private static final int FEW_WORDS = 2000;

    /** A refusal whose message, like those of its causes, can be read. */
    private static String refusal(Executable action) {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, action);
        for (Throwable cause = refused; cause != null; cause = cause.getCause()) {
            assertTrue(cause.getMessage().length() <= FEW_WORDS, cause.getMessage().length() + " characters: " + cause.getMessage().substring(0, Math.min(200, cause.getMessage().length())));
        }
        return refused.getMessage();
    }

    private static String config(String more) {
        return "{\"_class_name\": \"DDIMScheduler\", " + more + "}";
    }

    private static String list(int count, String entry) {
        return IntStream.range(0, count).mapToObj(i -> entry).collect(Collectors.joining(",", "[", "]"));
    }

    @Test
    void text_ends_where_the_object_ends_and_has_each_key_once() {
        for (String after : List.of("x", "{}", "1", ",", "]")) {
            refusal(() -> DiffusersConfig.parse(config("\"clip_sample\": true") + after));
        }
        assertEquals(DiffusersConfig.of("DDIMScheduler"), DiffusersConfig.parse("{\"_class_name\": \"DDIMScheduler\"}\n \t"));
        assertTrue(refusal(() -> DiffusersConfig.parse(config("\"clip_sample\": true, \"clip_sample\": false"))).contains("clip_sample"));
    }

    @Test
    void a_stream_without_end_is_refused() {
        byte[] beginning = config("\"trained_betas\": [").getBytes(StandardCharsets.UTF_8);
        InputStream endless = new InputStream() {
            private long read;

            @Override
            public int read() {
                return read < beginning.length - 1 ? beginning[(int) read++] : read++ % 2 == 0 ? '1' : ',';
            }
        };
        assertTrue(refusal(() -> DiffusersConfig.read(endless)).contains("bytes"));
    }

    @Test
    void sizes_are_bounded() {
        assertTrue(refusal(() -> DiffusersConfig.parse(config("\"num_train_timesteps\": 1e9")).scheduler()).contains("num_train_timesteps"));
        refusal(() -> DiffusersConfig.parse(config("\"num_train_timesteps\": 1e999")).scheduler());
        refusal(() -> DiffusersConfig.parse(config("\"trained_betas\": " + list(2_000_000, "0.1").replaceFirst("0.1", "\"a\""))).scheduler());
        refusal(() -> DiffusersConfig.parse(config("\"x\": " + list(2_000_000, "[]"))));
        refusal(() -> DiffusersConfig.parse(config("\"x\": " + "[".repeat(100_000))));
        refusal(() -> DiffusersConfig.parse(config("\"" + "k".repeat(1_000_000) + "\": 1")));
        refusal(() -> DiffusersConfig.parse(config("\"x\": " + "9".repeat(1_000_000))));
        refusal(() -> ComposedScheduler.of(BetaSchedule.LINEAR.schedule(10), DpmSolverMultistep.plusPlus(2)).plan(50_000_000));
        refusal(() -> Run.steps(50_000_000));
    }

    @Test
    void messages_quote_the_beginning_of_a_value() {
        String betas = list(500_000, "0.1");
        assertTrue(refusal(() -> DiffusersConfig.parse(config("\"trained_betas\": " + betas.replaceFirst("0.1", "\"a\""))).scheduler()).contains("trained_betas"));
        assertTrue(refusal(() -> DiffusersConfig.parse(config("\"clip_sample\": " + betas)).scheduler()).contains("clip_sample"));
        assertTrue(refusal(() -> DiffusersConfig.parse(config("\"beta_schedule\": \"" + "a".repeat(100_000) + "\"")).scheduler()).contains("beta_schedule"));
        refusal(() -> DiffusersConfig.parse("{\"_class_name\": \"" + "a".repeat(100_000) + "\"}"));
        double[] points = new double[20_000];
        Arrays.fill(points, 0.5);
        points[100] = -7;
        for (String name : DiffusersConfig.classNames()) {
            DiffusersConfig config = DiffusersConfig.of(name);
            for (String argument : List.of("timesteps", "sigmas", "eta", "no_such_argument")) {
                for (Run run : List.of(Run.points().with(argument, points), Run.steps(3).with(argument, points))) {
                    if (!(name.equals("DPMSolverMultistepInverseScheduler") && argument.equals("sigmas"))) { // where equal points count once, as in Diffusers
                        refusal(() -> config.scheduler().plan(run));
                    }
                }
            }
        }
    }

    @Test
    void numbers_of_steps_are_whole_and_fit() {
        for (Object steps : List.of(9.7, (1L << 32) + 10, Long.MAX_VALUE, 1e300, -3, 0, 0.5, Double.NaN, Double.POSITIVE_INFINITY, "10", true, new int[] {10}, 100_001)) {
            String message = refusal(() -> DiffusersConfig.of("DDIMScheduler").scheduler().plan(Run.points().with("num_inference_steps", steps)));
            assertTrue(message.contains("num_inference_steps"), message);
        }
        assertEquals(10, DiffusersConfig.of("DDIMScheduler").scheduler().plan(Run.points().with("num_inference_steps", 10.0)).evaluations());
    }

    @Test
    void steps_without_a_corrector_are_whole() {
        assertTrue(refusal(() -> DiffusersConfig.of("UniPCMultistepScheduler").with("disable_corrector", new double[] {1.5}).scheduler()).contains("disable_corrector"));
    }

    @Test
    void numbers_are_equal_by_value() {
        DiffusersConfig whole = DiffusersConfig.of("FlowMatchEulerDiscreteScheduler").with("shift", 3);
        DiffusersConfig real = DiffusersConfig.parse("{\"_class_name\": \"FlowMatchEulerDiscreteScheduler\", \"shift\": 3.0}");
        assertEquals(whole, real);
        assertEquals(whole.hashCode(), real.hashCode());
        assertEquals(whole.scheduler(), real.scheduler());
        assertEquals(whole.scheduler().hashCode(), real.scheduler().hashCode());
        assertNotEquals(whole, whole.with("shift", 3.0000000000000004));
        assertEquals(Run.timesteps(9, 1), Run.points().with("timesteps", new int[] {9, 1}));
        assertEquals(Run.timesteps(9, 1).hashCode(), Run.points().with("timesteps", new int[] {9, 1}).hashCode());
        assertEquals(List.of(), whole.as("FlowMatchEulerDiscreteScheduler").told());
    }

    @Test
    void infinity_in_a_config_stays_a_number() throws Exception {
        DiffusersConfig config = DiffusersConfig.of("DPMSolverMultistepScheduler").with("lambda_min_clipped", Double.NEGATIVE_INFINITY);
        assertEquals(config, DiffusersConfig.parse(config.toJson()));
        assertEquals(config, DiffusersConfig.read(new ByteArrayInputStream(config.toJson().getBytes(StandardCharsets.UTF_8))));
        config.scheduler();
    }
}
