package io.github.diffusion4j.samplers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.noise.CounterTokens;
import io.github.diffusion4j.core.noise.TokenNoise;
import io.github.diffusion4j.core.tokens.Correction;
import io.github.diffusion4j.core.tokens.Refinement;
import io.github.diffusion4j.core.tokens.TokenMove;
import io.github.diffusion4j.core.tokens.TokenPlan;
import io.github.diffusion4j.core.tokens.TokenState;
import io.github.diffusion4j.core.tokens.Tokens;
import io.github.diffusion4j.samplers.diffusers.AmusedScheduler;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.diffusers.EntropyBoundScheduler;
import io.github.diffusion4j.samplers.diffusers.Run;
import io.github.diffusion4j.samplers.diffusers.TokenConfig;
import io.github.diffusion4j.samplers.solvers.Convention;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Diffusers' schedulers over tokens: configs, and each place where the exact convention deviates from Diffusers. */
class TokenSchedulersTest {

    private static final TokenConfig AMUSED = TokenConfig.of("AmusedScheduler").with("mask_token_id", 9);
    private static final TokenConfig BLOCK = TokenConfig.of("BlockRefinementScheduler").with("block_length", 6);

    private static HostArray logits(int length, int classes, double scale) {
        HostArray logits = HostArrays.HEAP.make(ElementType.DOUBLE, 1, length, classes);
        logits.fill(IntStream.range(0, length * classes).mapToDouble(i -> scale * Math.sin(1.7 * i)).toArray());
        return logits;
    }

    private static Tokens run(TokenPlan plan, Tokens start, HostArray logits, TokenNoise noise) {
        TokenState state = plan.startFrom(start);
        while (!plan.isComplete(state)) {
            state = plan.step(HostArrays.HEAP, logits, state, noise);
        }
        return state.tokens();
    }

    private static Tokens tokens(int... values) {
        return Tokens.of(values, 1, values.length);
    }

    @Test
    void amused_masks_a_given_token_where_nothing_is_masked_and_the_exact_convention_does_not() {
        Tokens given = tokens(1, 2, 3, 4, 5, 6);
        TokenPlan published = AMUSED.scheduler().plan(3);
        Tokens masked = published.step(HostArrays.HEAP, logits(6, 9, 1), published.startFrom(given), CounterTokens.of(1)).tokens();
        assertEquals(1, masked.count(9));
        assertEquals(given, run(AMUSED.scheduler(Convention.EXACT).plan(3), given, logits(6, 9, 1), CounterTokens.of(1)));
    }

    @Test
    void amused_leaves_too_few_masks_where_scores_are_equal_and_fails_for_one_token() {
        TokenPlan published = AMUSED.scheduler().plan(Run.steps(2).with("temperature", new double[] {0, 0}));
        TokenPlan exact = AMUSED.scheduler(Convention.EXACT).plan(Run.steps(2).with("temperature", new double[] {0, 0}));
        assertEquals(0, published.step(HostArrays.HEAP, logits(6, 9, 0), published.start(1, 6), CounterTokens.of(1)).tokens().count(9));
        assertEquals(4, exact.step(HostArrays.HEAP, logits(6, 9, 0), exact.start(1, 6), CounterTokens.of(1)).tokens().count(9));
        assertThrows(IllegalArgumentException.class, () -> published.step(HostArrays.HEAP, logits(1, 9, 1), published.start(1, 1), CounterTokens.of(1)));
        assertEquals(0, run(exact, exact.start(1, 1).tokens(), logits(1, 9, 1), CounterTokens.of(1)).count(9));
    }

    @Test
    void amused_keeps_half_of_the_tokens_after_two_thirds_of_the_steps() {
        AmusedScheduler exact = (AmusedScheduler) AMUSED.scheduler(Convention.EXACT);
        assertEquals(128, exact.maskLength(12, 4, 1, 256, 256));
        assertEquals(0, exact.maskLength(12, 4, 1, 256, 0));
        Tokens clean = tokens(0, 1, 2, 3);
        assertTrue(exact.addNoise(clean, 5, 4, CounterTokens.of(3)).count(9) > 0);
        assertEquals(clean, exact.addNoise(clean, 5, 0, CounterTokens.of(3)));
    }

    @Test
    void vq_diffusion_is_respaced_and_not_cut_off() {
        TokenConfig config = TokenConfig.of("VQDiffusionScheduler").with("num_vec_classes", 5);
        assertArrayEquals(new int[] {3, 2, 1, 0}, config.scheduler().timesteps(4));
        assertArrayEquals(new int[] {99, 74, 49, 24}, config.scheduler(Convention.EXACT).timesteps(4));
        assertThrows(IllegalArgumentException.class, () -> config.scheduler().plan(101));
        assertThrows(IllegalArgumentException.class, () -> config.with("gamma_cum_start", 0.5).scheduler());
        assertThrows(IllegalArgumentException.class, () -> config.with("num_train_timesteps", 1).scheduler());
    }

    @Test
    void blocks_never_take_the_mask_and_are_not_edited_by_thresholds_of_zero() {
        HostArray logits = logits(6, 7, 1);
        double[] values = logits.values();
        IntStream.range(0, 6).forEach(l -> values[l * 7 + 6] = 9);
        logits.fill(values);
        Run run = Run.steps(3).with("mask_token_id", 6).with("editing_threshold", 0);
        TokenPlan published = BLOCK.scheduler().plan(run);
        TokenPlan exact = BLOCK.scheduler(Convention.EXACT).plan(run);
        assertEquals(6, run(published, published.start(1, 6).tokens(), logits, TokenNoise.none()).count(6));
        assertEquals(0, run(exact, exact.start(1, 6).tokens(), logits, TokenNoise.none()).count(6));
        Run uniform = Run.steps(3).with("editing_threshold", 0);
        assertNotEquals(Refinement.Edit.NEVER, ((Refinement) BLOCK.scheduler().plan(uniform).steps().get(1)).edit());
        assertEquals(Refinement.Edit.NEVER, ((Refinement) BLOCK.scheduler(Convention.EXACT).plan(uniform).steps().get(1)).edit());
        assertThrows(IllegalArgumentException.class, () -> BLOCK.scheduler(Convention.EXACT).plan(Run.steps(2).with("sampling_method", "unknown")));
    }

    @Test
    void blocks_are_taken_in_one_order() {
        assertArrayEquals(new int[] {2, 1, 0}, BLOCK.scheduler().timesteps(3));
        assertEquals(List.of(0.0, 1.0, 2.0), IntStream.range(0, 3).mapToObj(BLOCK.scheduler().plan(3)::label).toList());
        assertThrows(IllegalArgumentException.class, () -> BLOCK.scheduler(Convention.EXACT).plan(Run.steps(3).with("timesteps", new int[] {3})));
    }

    @Test
    void the_entropy_bound_reaches_its_temperature_and_leaves_no_random_token() {
        TokenConfig config = TokenConfig.of("EntropyBoundScheduler");
        assertEquals(0.5, ((EntropyBoundScheduler) config.scheduler()).temperature(4, 3), 1e-15);
        assertEquals(0.4, ((EntropyBoundScheduler) config.scheduler(Convention.EXACT)).temperature(4, 3), 1e-15);
        for (Convention convention : List.of(Convention.EXACT, Convention.DIFFUSERS)) {
            TokenPlan plan = config.scheduler(convention).plan(1);
            TokenMove move = plan.move(HostArrays.HEAP, logits(6, 7, 0.1), plan.startFrom(tokens(0, 0, 0, 0, 0, 0)), CounterTokens.of(8));
            assertEquals(convention == Convention.EXACT ? 6 : 1, move.taken().cardinality());
        }
    }

    @Test
    void corrections_are_exact_or_as_configured() {
        TokenConfig config = TokenConfig.of("DiscreteDDIMScheduler").with("corrector_steps", 1).with("corrector_k", 3);
        Correction published = (Correction) config.scheduler().plan(6).steps().get(1);
        Correction exact = (Correction) config.scheduler(Convention.EXACT).plan(6).steps().get(1);
        assertEquals(List.of(3, Correction.Choice.LOWEST_MARGIN), List.of(published.count(), published.choice()));
        assertEquals(List.of(1, Correction.Choice.RANDOM), List.of(exact.count(), exact.choice()));
        assertEquals(6, config.scheduler().plan(6).evaluations());
        assertFalse(config.lint().odd().isEmpty());
        assertThrows(IllegalArgumentException.class, () -> config.scheduler().plan(Run.steps(2).with("corrections", new int[] {0, 1})));
    }

    @Test
    void configs_are_checked_and_written_back() {
        assertEquals(5, TokenConfig.classNames().size());
        TokenConfig newer = TokenConfig.parse("{\"_class_name\":\"UniformRefinementScheduler\",\"temperature\":0.5,\"t_min\":1,\"tresh\":2,\"minimal_topk\":3}");
        assertEquals("BlockRefinementScheduler", newer.className());
        assertTrue(((Refinement) newer.scheduler().plan(2).steps().get(0)).candidate().drawn());
        assertEquals(List.of("tresh"), newer.lint().unknown());
        assertEquals(List.of("t_min"), newer.lint().ofOtherClasses());
        assertEquals(1, newer.lint().odd().size());
        assertEquals(newer, TokenConfig.parse(newer.toJson()));
        assertThrows(IllegalArgumentException.class, () -> TokenConfig.of("DDIMScheduler"));
        assertThrows(IllegalArgumentException.class, () -> TokenConfig.of("AmusedScheduler").scheduler());
        assertThrows(IllegalArgumentException.class, () -> AMUSED.scheduler().plan(Run.steps(2).with("eta", 1)));
        assertThrows(IllegalArgumentException.class, () -> BLOCK.scheduler().plan(Run.steps(2).with("minimal_topk", 1)));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> DiffusersConfig.of("AmusedScheduler")).getMessage().contains("TokenConfig"));
    }
}
