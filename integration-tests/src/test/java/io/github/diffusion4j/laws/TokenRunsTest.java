package io.github.diffusion4j.laws;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.noise.CounterTokens;
import io.github.diffusion4j.core.noise.TokenNoise;
import io.github.diffusion4j.core.noise.TorchTokens;
import io.github.diffusion4j.core.tokens.TokenPlan;
import io.github.diffusion4j.core.tokens.TokenState;
import io.github.diffusion4j.core.tokens.Tokens;
import io.github.diffusion4j.samplers.diffusers.TokenConfig;
import io.github.diffusion4j.samplers.solvers.Convention;
import io.github.diffusion4j.samplers.tokens.Remasking;
import io.github.diffusion4j.samplers.tokens.Survival;
import io.github.diffusion4j.samplers.tokens.TokenModel;
import io.github.diffusion4j.samplers.tokens.TokenSampling;
import io.github.diffusion4j.samplers.tokens.TokenSamplers;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Every method over tokens: a run is its plan, its state and its seed, whatever the batch, the library, the threads and the pauses. */
class TokenRunsTest {

    private static final int CLASSES = 7;
    private static final int LENGTH = 12;
    private static final int STEPS = 6;

    static List<TokenSamplers.Entry> methods() {
        List<TokenSamplers.Entry> methods = new ArrayList<>(TokenSamplers.all(CLASSES, LENGTH, STEPS));
        List<TokenConfig> configs = List.of(TokenConfig.of("AmusedScheduler").with("mask_token_id", CLASSES), TokenConfig.of("DiscreteDDIMScheduler").with("corrector_steps", 1).with("temperature", 1),
                TokenConfig.of("EntropyBoundScheduler"), TokenConfig.of("BlockRefinementScheduler").with("block_length", LENGTH).with("temperature", 1),
                TokenConfig.of("BlockRefinementScheduler").with("block_length", LENGTH).with("mask_token_id", CLASSES).with("temperature", 0.7).with("top_k", 4),
                TokenConfig.of("VQDiffusionScheduler").with("num_vec_classes", CLASSES + 1).with("num_train_timesteps", STEPS));
        for (TokenConfig config : configs) {
            Stream.of(Convention.EXACT, Convention.DIFFUSERS).forEach(convention -> methods.add(new TokenSamplers.Entry(config.className() + " " + convention, config.scheduler(convention).plan(STEPS))));
        }
        return methods;
    }

    /** Depends on the tokens of its own sample alone. */
    private static HostArray logits(TokenPlan plan, Tokens tokens, ElementType type, double label) {
        int batch = tokens.batch();
        double[] values = new double[batch * LENGTH * CLASSES];
        for (int row = 0; row < batch; row++) {
            int sum = IntStream.of(tokens.samples(row).values()).sum();
            for (int l = 0; l < LENGTH; l++) {
                for (int k = 0; k < CLASSES; k++) {
                    int at = plan.classesSecond() ? (row * CLASSES + k) * LENGTH + l : (row * LENGTH + l) * CLASSES + k;
                    values[at] = 2 * Math.sin(1.3 * k + 0.7 * l + 0.31 * sum + label + 0.9 * tokens.at(row, l)) - (plan.classesSecond() ? 4 : 0);
                }
            }
        }
        HostArray logits = plan.classesSecond() ? HostArrays.HEAP.make(type, batch, CLASSES, LENGTH) : HostArrays.HEAP.make(type, batch, LENGTH, CLASSES);
        logits.fill(values);
        return logits;
    }

    private static TokenState start(TokenPlan plan, TokenNoise noise, int batch) {
        return plan.mask() == TokenPlan.NO_MASK ? plan.startRandom(CLASSES, noise, batch, LENGTH) : plan.start(batch, LENGTH);
    }

    private static Tokens end(TokenPlan plan, TokenNoise noise, int batch, ElementType type) {
        TokenState state = start(plan, noise, batch);
        for (int i = 0; i < plan.evaluations(); i++) {
            state = plan.step(HostArrays.HEAP, logits(plan, state.tokens(), type, plan.label(i)), state, noise);
        }
        return state.tokens();
    }

    private static TokenState written(TokenState state) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(state);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (TokenState) in.readObject();
        }
    }

    @ParameterizedTest
    @MethodSource("methods")
    void a_sample_does_not_know_its_neighbours(TokenSamplers.Entry method) {
        for (CounterTokens noise : List.of(CounterTokens.of(5), CounterTokens.of(5).racing())) {
            Tokens all = end(method.plan(), noise, 3, ElementType.DOUBLE);
            for (int row = 0; row < 3; row++) {
                assertEquals(all.samples(row), end(method.plan(), noise.forSamples(row), 1, ElementType.DOUBLE), method.name());
            }
            assertNotEquals(all, end(method.plan(), CounterTokens.of(6), 3, ElementType.DOUBLE), method.name());
        }
    }

    @ParameterizedTest
    @MethodSource("methods")
    void a_run_goes_on_from_its_written_state_over_any_library(TokenSamplers.Entry method) throws Exception {
        TokenPlan plan = method.plan();
        for (ElementType type : List.of(ElementType.FLOAT, ElementType.DOUBLE, ElementType.HALF, ElementType.BFLOAT16)) {
            for (TokenNoise noise : List.of(CounterTokens.of(9), TorchTokens.of(9).fromRandomTokens())) {
                TokenState state = start(plan, noise, 2);
                for (int i = 0; i < plan.evaluations(); i++) {
                    state = written(state);
                    HostArray host = logits(plan, state.tokens(), type, plan.label(i));
                    INDArray array = Nd4jArrays.ND4J.make(type, host.shape());
                    Nd4jArrays.ND4J.onHost(array, true, target -> target.assign(host));
                    state = plan.step(Nd4jArrays.ND4J, array, state, noise);
                }
                assertEquals(end(plan, noise, 2, type), state.tokens(), method.name() + " " + type);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("methods")
    void threads_share_a_plan(TokenSamplers.Entry method) {
        Tokens expected = end(method.plan(), CounterTokens.of(1), 2, ElementType.FLOAT);
        assertTrue(IntStream.range(0, 64).parallel().allMatch(run -> end(method.plan(), CounterTokens.of(1), 2, ElementType.FLOAT).equals(expected)), method.name());
    }

    /** The loop stops where nothing can change any more, with the tokens of the whole run, and asks a network that takes no time only about tokens that changed. */
    @ParameterizedTest
    @MethodSource("methods")
    void the_loop_ends_as_the_whole_run_does(TokenSamplers.Entry method) {
        TokenPlan plan = method.plan();
        int[] asked = {0};
        TokenModel<HostArray> network = (tokens, label) -> {
            asked[0]++;
            return logits(plan, tokens, ElementType.DOUBLE, 0);
        };
        TokenState whole = start(plan, CounterTokens.of(8), 2);
        while (!plan.isComplete(whole)) {
            TokenState next = plan.step(HostArrays.HEAP, network.logits(whole.tokens(), 0), whole, CounterTokens.of(8));
            assertTrue(!plan.isSettled(whole) || next.tokens().equals(whole.tokens()), method.name());
            whole = next;
        }
        asked[0] = 0;
        assertEquals(whole.tokens(), new TokenSampling<>(HostArrays.HEAP, network, false).run(plan, start(plan, CounterTokens.of(8), 2), CounterTokens.of(8)), method.name());
        int all = asked[0];
        assertTrue(all <= plan.evaluations());
        asked[0] = 0;
        assertEquals(whole.tokens(), new TokenSampling<>(HostArrays.HEAP, network, true).run(plan, start(plan, CounterTokens.of(8), 2), CounterTokens.of(8)), method.name());
        assertTrue(asked[0] <= all);
    }

    @Test
    void what_is_given_is_filled_in_around() {
        TokenPlan plan = TokenSamplers.remdm(CLASSES, STEPS, Survival.LINEAR, Remasking.cap(0.5));
        Tokens given = Tokens.of(IntStream.range(0, LENGTH).map(l -> l % 3 == 0 ? l % CLASSES : CLASSES).toArray(), 1, LENGTH);
        Tokens end = new TokenSampling<>(HostArrays.HEAP, (tokens, label) -> logits(plan, tokens, ElementType.DOUBLE, 0), true).run(plan, plan.startAround(given), CounterTokens.of(1));
        assertEquals(0, end.count(CLASSES));
        assertTrue(IntStream.range(0, LENGTH).filter(l -> l % 3 == 0).allMatch(l -> end.at(0, l) == given.at(0, l)));
        assertThrows(IllegalStateException.class, () -> TokenSamplers.uniform(2, Survival.LINEAR, false).startAround(given));
        assertEquals(given, Tokens.of(HostArrays.HEAP, given.<HostArray>array(HostArrays.HEAP, ElementType.INT64)));
        assertThrows(IllegalArgumentException.class, () -> Tokens.of(HostArrays.HEAP, HostArray.of(new double[] {0.5, 1}, 1, 2)));
    }

    /** A known region is filled around, whatever the method would do to given tokens. */
    @ParameterizedTest
    @MethodSource("methods")
    void fixed_positions_are_never_changed(TokenSamplers.Entry method) {
        TokenPlan plan = method.plan();
        BitSet fixed = new BitSet();
        IntStream.of(0, 3, 4, LENGTH + 7).forEach(fixed::set);
        int[] tokens = start(plan, CounterTokens.of(2), 2).tokens().values();
        fixed.stream().forEach(place -> tokens[place] = place % CLASSES);
        TokenState state = plan.startFrom(Tokens.of(tokens, 2, LENGTH)).fixing(fixed);
        for (int i = 0; i < plan.evaluations(); i++) {
            state = plan.step(HostArrays.HEAP, logits(plan, state.tokens(), ElementType.FLOAT, plan.label(i)), state, CounterTokens.of(2));
            int[] now = state.tokens().values();
            assertTrue(fixed.stream().allMatch(place -> now[place] == place % CLASSES), method.name());
        }
        assertFalse(java.util.Arrays.equals(tokens, state.tokens().values()), method.name());
    }

    @ParameterizedTest
    @MethodSource("methods")
    void a_run_of_masks_ends_without_masks_and_keeps_what_was_given(TokenSamplers.Entry method) {
        TokenPlan plan = method.plan();
        if (plan.mask() == TokenPlan.NO_MASK) {
            return;
        }
        assertEquals(0, end(plan, CounterTokens.of(2), 3, ElementType.DOUBLE).count(plan.mask()), method.name());
        boolean keeps = !method.name().startsWith("ReMDM") && !method.name().startsWith("VQ");
        int[] tokens = IntStream.range(0, LENGTH).map(l -> l % 3 == 0 ? l % CLASSES : plan.mask()).toArray();
        TokenState state = plan.startFrom(Tokens.of(tokens, 1, LENGTH));
        for (int i = 0; i < plan.evaluations(); i++) {
            state = plan.step(HostArrays.HEAP, logits(plan, state.tokens(), ElementType.DOUBLE, 0), state, CounterTokens.of(3));
        }
        int[] end = state.tokens().values();
        for (int l = 0; keeps && l < LENGTH; l += 3) {
            assertEquals(tokens[l], end[l], method.name());
        }
        assertEquals(0, state.tokens().count(plan.mask()), method.name());
    }

    @ParameterizedTest
    @MethodSource("methods")
    void what_does_not_fit_is_refused(TokenSamplers.Entry method) {
        TokenPlan plan = method.plan();
        TokenState state = start(plan, CounterTokens.of(1), 2);
        HostArray right = logits(plan, state.tokens(), ElementType.FLOAT, 0);
        assertThrows(IllegalArgumentException.class, () -> plan.step(HostArrays.HEAP, HostArrays.HEAP.make(ElementType.FLOAT, 2, LENGTH + 1, CLASSES), state, CounterTokens.of(1)));
        assertThrows(IllegalArgumentException.class, () -> plan.step(HostArrays.HEAP, HostArrays.HEAP.make(ElementType.INT64, right.shape()), state, CounterTokens.of(1)));
        assertThrows(IllegalArgumentException.class, () -> plan.step(HostArrays.HEAP, right, state, CounterTokens.of(1).forSamples(1, 2, 3)));
        TokenState other = TokenState.of(0, state.tokens(), "another");
        assertThrows(IllegalArgumentException.class, () -> plan.step(HostArrays.HEAP, right, other, CounterTokens.of(1)));
        TokenState done = TokenState.of(plan.evaluations(), state.tokens(), plan.key());
        assertThrows(IllegalArgumentException.class, () -> plan.step(HostArrays.HEAP, right, done, CounterTokens.of(1)));
        TokenState strange = plan.startFrom(state.tokens().with(IntStream.range(0, 2 * LENGTH).map(l -> CLASSES + 5).toArray()));
        assertThrows(IllegalArgumentException.class, () -> plan.step(HostArrays.HEAP, right, strange, CounterTokens.of(1)));
        assertTrue(plan.describe().lines().count() == plan.evaluations() + 1 && plan.fingerprint().length() == 64);
    }

    /** Both ways to draw have one distribution. */
    @Test
    void a_race_draws_as_one_number_does() {
        TokenPlan plan = TokenSamplers.mdlm(3, 1, Survival.LINEAR);
        double[] weights = {0.6, 0.3, 0.1};
        int batch = 20_000;
        HostArray logits = HostArrays.HEAP.make(ElementType.DOUBLE, batch, 1, 3);
        logits.fill(IntStream.range(0, batch * 3).mapToDouble(i -> Math.log(weights[i % 3])).toArray());
        for (CounterTokens noise : List.of(CounterTokens.of(4), CounterTokens.of(4).racing())) {
            Tokens drawn = plan.step(HostArrays.HEAP, logits, plan.start(batch, 1), noise).tokens();
            double[] shares = IntStream.range(0, 3).mapToDouble(k -> drawn.count(k) / (double) batch).toArray();
            assertArrayEquals(weights, shares, 4 * Math.sqrt(0.25 / batch));
        }
    }
}
