package io.github.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.Nucleus;
import io.github.diffusion4j.core.kernel.Question;
import io.github.diffusion4j.core.noise.RecordedTokens;
import io.github.diffusion4j.core.noise.TokenNoise;
import io.github.diffusion4j.core.noise.TorchTokens;
import io.github.diffusion4j.core.tokens.Coin;
import io.github.diffusion4j.core.tokens.Refinement;
import io.github.diffusion4j.core.tokens.TokenMove;
import io.github.diffusion4j.core.tokens.TokenPlan;
import io.github.diffusion4j.core.tokens.TokenState;
import io.github.diffusion4j.core.tokens.Tokens;
import io.github.diffusion4j.samplers.diffusers.AmusedScheduler;
import io.github.diffusion4j.samplers.diffusers.BlockRefinementScheduler;
import io.github.diffusion4j.samplers.diffusers.Run;
import io.github.diffusion4j.samplers.diffusers.TokenConfig;
import io.github.diffusion4j.samplers.diffusers.TokenScheduler;
import io.github.diffusion4j.samplers.diffusers.VQDiffusionScheduler;
import io.github.diffusion4j.samplers.tokens.training.BlockViews;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/**
 * One recorded run of a Diffusers scheduler over tokens. Tokens and choices must agree exactly, numbers to 1e-9 in double; where the reference refuses, the library must refuse, which it may do before the
 * run. A key that is not known fails the case.
 *
 * @param <A> the array of a library
 */
final class TokenCase<A> {

    static final double TOLERANCE = 1e-9;
    static final double SEEDED = 1e-5;
    private static final double SMALLEST_LOG = -80;

    private static final Set<String> KEYS = Set.of("id", "scheduler_config", "set_timesteps", "shape", "vocab", "network", "sample", "driver", "calls", "timesteps", "temperatures", "step", "begin_index",
            "add_noise", "note", "tensor_timestep", "timesteps_run", "grid", "stock_mask_len", "torch_seed", "transfer_schedule", "error", "corrections", "tables_at", "log_at", "log_bt", "log_ct",
            "log_cumprod_at", "log_cumprod_bt", "log_cumprod_ct", "clamp", "pipeline", "stock_vs_exact", "stock_prev_sample");
    private static final Set<String> CALL_KEYS = Set.of("method", "timestep", "draws", "prev_sample", "pred_original_sample", "mask_len", "error", "num_inference_steps", "length", "sampled_tokens",
            "sampled_probs", "transfer_index", "editing_transfer_index", "committed", "noisy", "noisy_rev", "masked", "masked_rev", "logits", "top_k", "kept", "top_p", "step_idx", "masks_remaining",
            "editing_enabled", "post_steps", "max_post_steps", "finished", "result", "route_probs", "conditional_probs", "accepted_index", "entropy", "pred_logits_first", "log_posterior", "stock_prev_sample",
            "sequences", "evaluations", "masks_seen", "predictor_steps", "stock_mask_len");

    private final JsonNode golden;
    private final Comparison<A> comparison;
    private final TokenNetwork<A> network;
    private final boolean seeded;

    TokenCase(JsonNode golden, Arrays<A> arrays, ElementType type) {
        this.golden = golden;
        this.seeded = golden.has("torch_seed");
        this.comparison = new Comparison<>(arrays, type, golden.path("shape"));
        this.network = new TokenNetwork<>(golden, comparison);
        golden.fieldNames().forEachRemaining(key -> known(key, KEYS));
        golden.path("calls").forEach(call -> call.fieldNames().forEachRemaining(key -> known(key, CALL_KEYS)));
    }

    /** Whether a case is of tokens. */
    static boolean knows(JsonNode golden) {
        return golden.has("driver") && TokenConfig.classNames().contains(golden.path("scheduler_config").path("_class_name").asText());
    }

    static void known(String key, Set<String> keys) {
        if (!keys.contains(key)) {
            throw new UnsupportedOperationException("this key is not known: " + key);
        }
    }

    /** Recorded random numbers are for the numbers of double; a seeded run was one in single precision. */
    Result result(double allowed) {
        boolean doubles = comparison.type() == ElementType.DOUBLE;
        if (!doubles && StreamSupport.stream(golden.path("calls").spliterator(), false).anyMatch(call -> call.has("stock_prev_sample"))) {
            return comparison.result(); // the reference's own single precision takes other tokens
        }
        comparison.allow(seeded ? SEEDED : doubles ? TOLERANCE : allowed);
        TokenScheduler scheduler;
        try {
            scheduler = TokenConfig.parse(golden.path("scheduler_config").toString()).scheduler();
        } catch (IllegalArgumentException e) {
            if (!refused()) {
                throw e;
            }
            return comparison.result();
        }
        switch (golden.path("driver").asText()) {
            case "amused", "vq", "block", "ddim", "entropy" -> run(scheduler);
            case "amused_lengths" -> lengths((AmusedScheduler) scheduler);
            case "block_noise" -> blockNoise();
            case "block_static" -> golden.path("calls").forEach(this::blockMethod);
            case "llada2" -> new TokenPipelineCase<>(golden, comparison, network).blocks((BlockRefinementScheduler) scheduler);
            case "gemma" -> new TokenPipelineCase<>(golden, comparison, network).canvases(scheduler);
            default -> throw new UnsupportedOperationException("this driver is not known: " + golden.path("driver"));
        }
        return comparison.result();
    }

    private void run(TokenScheduler scheduler) {
        List<JsonNode> calls = new ArrayList<>();
        golden.path("calls").forEach(calls::add);
        if (!refused()) {
            listed(scheduler);
            calls(scheduler, calls);
            return;
        }
        int right = Math.max(0, calls.size() - 1);
        if (right > 0) {
            calls(scheduler, calls.subList(0, right));
        }
        try {
            calls(scheduler, calls);
        } catch (IllegalArgumentException e) {
            return;
        }
        throw new IllegalStateException("the reference refuses this run, the library does not");
    }

    /** Whether the reference fails: with an error, or without a word where its tables are no numbers. */
    private boolean refused() {
        return golden.has("error") || StreamSupport.stream(golden.path("calls").spliterator(), false).anyMatch(TokenCase::refusal)
                || StreamSupport.stream(golden.path("log_cumprod_bt").spliterator(), false).anyMatch(value -> value.asText().equals("nan"));
    }

    /** An empty result is what the reference gives for one sample where it fails for more. */
    private static boolean refusal(JsonNode call) {
        return call.has("error") || call.has("prev_sample") && call.path("prev_sample").isEmpty();
    }

    /** What the class exposes after set_timesteps. */
    private void listed(TokenScheduler scheduler) {
        int steps = golden.path("set_timesteps").path("num_inference_steps").asInt(golden.path("timesteps").size());
        integers("timesteps", golden.path("timesteps"), scheduler.timesteps(steps));
        if (golden.has("temperatures")) {
            comparison.check("temperatures", Comparison.doubles(golden.path("temperatures")), ((AmusedScheduler) scheduler).temperatures(arguments(scheduler)));
        }
        if (golden.has("transfer_schedule")) {
            int length = golden.path("set_timesteps").path("block_length").asInt(golden.path("scheduler_config").path("block_length").asInt(32));
            integers("transfer_schedule", golden.path("transfer_schedule"), BlockRefinementScheduler.quotas(length, steps));
        }
        if (scheduler instanceof VQDiffusionScheduler vq) {
            tables(vq);
        }
    }

    private void tables(VQDiffusionScheduler vq) {
        int[] at = StreamSupport.stream(golden.path("tables_at").spliterator(), false).mapToInt(JsonNode::asInt).toArray();
        int k = vq.classes();
        Map<String, double[]> tables = Map.of("log_at", IntStream.of(at).mapToDouble(t -> vq.transition(t).kept()).toArray(), "log_bt", IntStream.of(at).mapToDouble(t -> vq.transition(t).random() / k).toArray(),
                "log_ct", IntStream.of(at).mapToDouble(t -> vq.transition(t).masked()).toArray(), "log_cumprod_at", IntStream.of(at).mapToDouble(t -> vq.level(t).kept()).toArray(),
                "log_cumprod_bt", IntStream.of(at).mapToDouble(t -> vq.level(t).random() / k).toArray(), "log_cumprod_ct", IntStream.of(at).mapToDouble(t -> vq.level(t).masked()).toArray());
        tables.forEach((name, values) -> {
            for (int i = 0; i < values.length; i++) {
                JsonNode expected = golden.path(name).path(i);
                if (expected.asText().equals("-inf") != (values[i] == 0)) {
                    throw new GoldenMismatch(name + " is ln " + values[i] + ", expected " + expected, Double.POSITIVE_INFINITY);
                }
                comparison.check(name, expected.asDouble(), values[i] == 0 ? 0 : Math.log(values[i]));
            }
        });
    }

    /** The recorded arguments; those that Diffusers' class takes and does not read are refused here. */
    private Run arguments(TokenScheduler scheduler) {
        ObjectNode arguments = golden.path("step").isObject() ? golden.path("step").deepCopy() : golden.path("network").deepCopy();
        if (!golden.path("step").isObject()) {
            arguments.removeAll();
        }
        golden.path("set_timesteps").properties().forEach(entry -> arguments.set(entry.getKey(), entry.getValue()));
        Run run = Run.points();
        for (Map.Entry<String, JsonNode> argument : arguments.properties()) {
            if (!scheduler.ignoredArguments().contains(argument.getKey())) {
                run = run.with(argument.getKey(), argument.getValue());
            }
        }
        return run;
    }

    /** The run that the calls make. */
    private Run run(TokenScheduler scheduler, List<JsonNode> calls) {
        List<Integer> timesteps = new ArrayList<>();
        List<Integer> corrections = new ArrayList<>();
        for (JsonNode call : calls) {
            if (call.path("method").asText().equals("step")) {
                timesteps.add(call.path("timestep").asInt());
                corrections.add(0);
            } else if (call.path("method").asText().equals("step_correct")) {
                corrections.set(corrections.size() - 1, corrections.get(corrections.size() - 1) + 1);
            }
        }
        Run run = arguments(scheduler);
        run = timesteps.isEmpty() ? run : run.with("timesteps", timesteps);
        return scheduler.runArguments().contains("corrections") && !timesteps.isEmpty() ? run.with("corrections", corrections) : run;
    }

    private void calls(TokenScheduler scheduler, List<JsonNode> calls) {
        TokenPlan plan = scheduler.plan(run(scheduler, calls));
        Tokens tokens = tokens(golden.path("sample"));
        List<JsonNode> steps = calls.stream().filter(call -> !call.path("method").asText().equals("add_noise")).toList();
        for (JsonNode call : calls) {
            if (call.path("method").asText().equals("add_noise")) {
                tokens = noised((AmusedScheduler) scheduler, call, tokens);
            }
        }
        TokenNoise noise = noise(steps);
        TokenState state = plan.startFrom(tokens);
        for (int i = 0; i < steps.size(); i++) {
            TokenMove move = plan.move(comparison.arrays(), network.logits(i, state.tokens()), state, noise);
            compare(scheduler, plan, steps.get(i), i, state, move);
            state = move.state();
        }
    }

    private TokenNoise noise(List<JsonNode> calls) {
        if (seeded) {
            return TorchTokens.of(golden.path("torch_seed").asLong());
        }
        return RecordedTokens.of(recorded(calls));
    }

    static List<RecordedTokens.Recorded> recorded(List<JsonNode> calls) {
        List<RecordedTokens.Recorded> draws = new ArrayList<>();
        calls.forEach(call -> call.path("draws").forEach(draw -> draws.add(new RecordedTokens.Recorded(java.util.Arrays.stream(Comparison.doubles(draw.path("u"))).boxed().toList(),
                draw.path("kind").asText().equals("race")))));
        return draws;
    }

    /** The sample of a case that begins with noising is what that returned; the clean tokens are told only by the positions that stayed. */
    private Tokens noised(AmusedScheduler scheduler, JsonNode call, Tokens sample) {
        int steps = golden.path("set_timesteps").path("num_inference_steps").asInt();
        Tokens noised = scheduler.addNoise(sample, steps, call.path("timestep").asInt(), RecordedTokens.of(recorded(List.of(call))));
        integers("add_noise", call.path("prev_sample"), noised.values());
        return noised;
    }

    private Tokens tokens(JsonNode values) {
        int[] shape = java.util.Arrays.stream(Comparison.doubles(golden.path("shape"))).mapToInt(size -> (int) size).toArray();
        return Tokens.of(java.util.Arrays.stream(Comparison.doubles(values)).mapToInt(token -> (int) token).toArray(), shape);
    }

    private void integers(String what, JsonNode expected, int... actual) {
        integers(comparison, what, expected, actual);
    }

    /** Integers agree or not. */
    static void integers(Comparison<?> comparison, String what, JsonNode expected, int... actual) {
        double[] numbers = Comparison.doubles(expected);
        double[] own = java.util.Arrays.stream(actual).asDoubleStream().toArray();
        if (!java.util.Arrays.equals(numbers, own)) {
            throw new GoldenMismatch(what + " is " + java.util.Arrays.toString(actual) + ", expected " + expected, Double.POSITIVE_INFINITY);
        }
        comparison.check(what, numbers, own);
    }

    private void positions(String what, JsonNode expected, BitSet actual) {
        integers(what, expected, IntStream.range(0, expected.size()).map(place -> actual.get(place) ? 1 : 0).toArray());
    }

    private void compare(TokenScheduler scheduler, TokenPlan plan, JsonNode call, int index, TokenState before, TokenMove move) {
        int positions = before.tokens().values().length;
        integers("prev_sample", call.path("prev_sample"), move.state().tokens().values());
        if (call.has("pred_original_sample")) {
            integers("pred_original_sample", call.path("pred_original_sample"), move.data().values());
        }
        if (call.has("conditional_probs")) {
            corrected(call, move);
        } else if (call.has("sampled_tokens")) {
            boolean plain = scheduler.name().equals("DiscreteDDIMScheduler");
            boolean drawnAnew = !move.resampled().isEmpty();
            integers("sampled_tokens", call.path("sampled_tokens"), drawnAnew ? move.resampled().stream().mapToInt(TokenMove.Resampled::token).toArray() : move.candidates().values());
            comparison.check("sampled_probs", Comparison.doubles(call.path("sampled_probs")), drawnAnew ? resampled(move)
                    : IntStream.range(0, positions).mapToDouble(place -> plain ? move.reading().plainProbability(place) : move.reading().probability(place)).toArray());
        }
        for (String taken : List.of("transfer_index", "accepted_index")) {
            if (call.has(taken)) {
                positions(taken, call.path(taken), move.taken());
            }
        }
        if (call.has("editing_transfer_index")) {
            positions("editing_transfer_index", call.path("editing_transfer_index"), move.edited());
        }
        if (call.has("committed")) {
            positions("committed", call.path("committed"), move.state().committed());
        }
        numbers(scheduler, plan, call, index, before, move);
    }

    private void numbers(TokenScheduler scheduler, TokenPlan plan, JsonNode call, int index, TokenState before, TokenMove move) {
        int positions = before.tokens().values().length;
        if (call.has("mask_len")) {
            int length = before.tokens().length();
            int[] lengths = IntStream.range(0, before.tokens().batch()).map(row -> ((AmusedScheduler) scheduler).maskLength(golden.path("set_timesteps").path("num_inference_steps").asInt(),
                    call.path("timestep").asInt(), golden.path("step").path("starting_mask_ratio").asDouble(1), length, before.tokens().samples(row).count(plan.mask()))).toArray();
            integers("mask_len", call.path("mask_len"), lengths);
        }
        if (call.has("entropy")) {
            comparison.check("entropy", Comparison.doubles(call.path("entropy")), IntStream.range(0, positions).mapToDouble(move.reading()::temperedEntropy).toArray());
        }
        if (call.has("pred_logits_first")) {
            double temperature = ((Refinement) plan.steps().get(index)).candidate().question().temperature();
            double[] first = java.util.Arrays.copyOf(comparison.values(network.logits(index, before.tokens())), golden.path("vocab").asInt());
            comparison.check("pred_logits_first", Comparison.doubles(call.path("pred_logits_first")), java.util.Arrays.stream(first).map(z -> z / temperature).toArray());
        }
        if (call.has("route_probs")) {
            Coin coin = (Coin) ((Refinement) plan.steps().get(index)).verdict();
            comparison.check("route_probs", Comparison.doubles(call.path("route_probs")), IntStream.range(0, positions).boxed().flatMapToDouble(place -> java.util.Arrays.stream(coin.known().probabilities(
                    move.candidates().values()[place] == before.tokens().values()[place], golden.path("vocab").asInt()), 0, 3)).toArray());
        }
        if (call.has("log_posterior")) {
            posterior((VQDiffusionScheduler) scheduler, call, index, before.tokens());
        }
    }

    private double[] resampled(TokenMove move) {
        return move.resampled().stream().mapToDouble(drawn -> drawn.probabilities()[drawn.token()]).toArray();
    }

    private void corrected(JsonNode call, TokenMove move) {
        integers("sampled_tokens", call.path("sampled_tokens"), move.resampled().stream().mapToInt(TokenMove.Resampled::token).toArray());
        comparison.check("sampled_probs", Comparison.doubles(call.path("sampled_probs")), resampled(move));
        comparison.check("conditional_probs", Comparison.doubles(call.path("conditional_probs")),
                move.resampled().stream().flatMapToDouble(drawn -> java.util.Arrays.stream(drawn.probabilities())).toArray());
    }

    private void posterior(VQDiffusionScheduler scheduler, JsonNode call, int index, Tokens tokens) {
        int classes = scheduler.classes();
        int length = tokens.length();
        double[] logs = comparison.values(network.logits(index, tokens));
        double[] all = new double[tokens.batch() * (classes + 1) * length];
        for (int place = 0; place < tokens.batch() * length; place++) {
            int sample = place / length;
            int position = place % length;
            double[] row = IntStream.range(0, classes).mapToDouble(k -> logs[(sample * classes + k) * length + position]).toArray();
            double[] posterior = scheduler.logPosterior(call.path("timestep").asInt(), tokens.at(sample, position), row);
            for (int k = 0; k <= classes; k++) {
                all[(sample * (classes + 1) + k) * length + position] = Math.max(SMALLEST_LOG, posterior[k]);
            }
        }
        comparison.check("log_posterior", Comparison.doubles(call.path("log_posterior")), all);
    }

    private void lengths(AmusedScheduler scheduler) {
        for (JsonNode call : golden.path("calls")) {
            int steps = call.path("num_inference_steps").asInt();
            int length = call.path("length").asInt();
            integers("mask_len", call.path("mask_len"), IntStream.range(0, steps - 1).map(i -> scheduler.maskLength(steps, steps - 1 - i, 1, length, length)).toArray());
        }
    }

    private void blockNoise() {
        JsonNode arguments = golden.path("add_noise");
        arguments.fieldNames().forEachRemaining(key -> known(key, Set.of("prompt_length", "block_length", "mask_token_id", "attention_mask")));
        JsonNode call = golden.path("calls").path(0);
        double[] attention = Comparison.doubles(arguments.path("attention_mask"));
        boolean[] valid = new boolean[attention.length];
        IntStream.range(0, valid.length).forEach(place -> valid[place] = attention[place] != 0);
        int mask = arguments.path("mask_token_id").asInt();
        Tokens tokens = tokens(golden.path("sample"));
        BlockViews views = BlockViews.of(tokens, valid, arguments.path("prompt_length").asInt(), arguments.path("block_length").asInt(), mask,
                RecordedTokens.of(recorded(List.of(call))));
        integers("noisy", call.path("noisy"), views.noisy().values());
        integers("noisy_rev", call.path("noisy_rev"), views.reversed().values());
        integers("masked", call.path("masked"), java.util.Arrays.stream(views.noisy().values()).map(token -> token == mask ? 1 : 0).toArray());
        integers("masked_rev", call.path("masked_rev"), java.util.Arrays.stream(views.reversed().values()).map(token -> token == mask ? 1 : 0).toArray());
    }

    private void blockMethod(JsonNode call) {
        switch (call.path("method").asText()) {
            case "_top_k_filtering", "_top_p_filtering" -> filter(call);
            case "get_num_transfer_tokens" -> integers("result", call.path("result"), BlockRefinementScheduler.quotas(call.path("length").asInt(), call.path("num_inference_steps").asInt()));
            case "check_block_should_continue" -> TokenPipelineCase.goesOn(comparison, (BlockRefinementScheduler) TokenConfig.parse(golden.path("scheduler_config").toString()).scheduler(), golden, call);
            default -> throw new UnsupportedOperationException("this method is not known: " + call.path("method"));
        }
    }

    private void filter(JsonNode call) {
        try {
            Question question = Question.PLAIN.withFilter(Math.max(0, call.path("top_k").asInt(0)), call.hasNonNull("top_p") ? new Nucleus(call.path("top_p").asDouble(), Nucleus.Rule.CROSSING) : Nucleus.ALL);
            List<Integer> kept = new ArrayList<>();
            for (JsonNode row : call.path("logits")) {
                for (boolean keeps : question.kept(Comparison.doubles(row))) {
                    kept.add(keeps ? 1 : 0);
                }
            }
            integers("kept", call.path("kept"), kept.stream().mapToInt(Integer::intValue).toArray());
        } catch (IllegalArgumentException e) {
            if (!call.has("error")) {
                throw e;
            }
        }
    }
}
