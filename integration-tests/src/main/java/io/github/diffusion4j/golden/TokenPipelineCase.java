package io.github.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.diffusion4j.core.noise.RecordedTokens;
import io.github.diffusion4j.core.tokens.Correction;
import io.github.diffusion4j.core.tokens.TokenPlan;
import io.github.diffusion4j.core.tokens.Tokens;
import io.github.diffusion4j.samplers.diffusers.BlockRefinementScheduler;
import io.github.diffusion4j.samplers.diffusers.EntropyBoundScheduler;
import io.github.diffusion4j.samplers.diffusers.Run;
import io.github.diffusion4j.samplers.diffusers.TokenScheduler;
import io.github.diffusion4j.samplers.tokens.BlockDecoding;
import io.github.diffusion4j.samplers.tokens.CanvasDecoding;
import io.github.diffusion4j.samplers.tokens.TokenModel;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/**
 * Recorded runs of the pipelines around schedulers over tokens.
 *
 * @param <A> the array of a library
 * @param golden the case
 * @param comparison what compares
 * @param network the network
 */
record TokenPipelineCase<A>(JsonNode golden, Comparison<A> comparison, TokenNetwork<A> network) {

    private static final Set<String> BLOCK_ARGUMENTS = Set.of("input_ids", "gen_length", "block_length", "num_inference_steps", "mask_token_id", "eos_early_stop", "eos_token_id", "threshold",
            "editing_threshold", "max_post_steps", "temperature", "top_p", "top_k", "sampling_method", "minimal_topk");
    private static final Set<String> CANVAS_ARGUMENTS = Set.of("input_ids", "canvas_length", "gen_length", "num_inference_steps", "eos_early_stop", "confidence_threshold", "stability_threshold", "temperature");

    private JsonNode argument(String name) {
        return golden.path("pipeline").path(name);
    }

    private void known(Set<String> arguments) {
        golden.path("pipeline").fieldNames().forEachRemaining(key -> TokenCase.known(key, arguments));
    }

    private TokenModel<A> model() {
        AtomicInteger call = new AtomicInteger();
        return (tokens, label) -> network.logits(call.getAndIncrement(), tokens);
    }

    private static boolean has(JsonNode value) {
        return !value.isMissingNode() && !value.isNull();
    }

    private RecordedTokens noise() {
        return RecordedTokens.of(TokenCase.recorded(List.of(golden.path("calls").path(0))));
    }

    private double given(String name, double usual) {
        return argument(name).isMissingNode() ? usual : argument(name).isNull() ? Double.NEGATIVE_INFINITY : argument(name).asDouble();
    }

    void blocks(BlockRefinementScheduler scheduler) {
        known(BLOCK_ARGUMENTS);
        Tokens prompt = prompt();
        int length = argument("gen_length").asInt(2048);
        int blockLength = argument("block_length").asInt(golden.path("scheduler_config").path("block_length").asInt(32));
        int steps = Math.min(argument("num_inference_steps").asInt(32), length / argument("minimal_topk").asInt(1));
        int mostEdits = argument("max_post_steps").asInt(16);
        double editing = given("editing_threshold", 0.5);
        Run run = Run.steps(steps).with("block_length", blockLength).with("mask_token_id", argument("mask_token_id")).with("threshold", given("threshold", 0.7))
                .with("temperature", argument("temperature").asDouble(0)).with("sampling_method", argument("sampling_method").asText("multinomial"))
                .with("timesteps", IntStream.range(0, steps + mostEdits + 1).toArray());
        run = editing > 0 ? run.with("editing_threshold", editing) : run;
        run = has(argument("top_p")) ? run.with("top_p", argument("top_p")) : run;
        run = has(argument("top_k")) ? run.with("top_k", argument("top_k")) : run;
        run = prompt.length() % blockLength == 0 ? run : run.with("prompt_mask", IntStream.range(0, blockLength).map(at -> at < prompt.length() % blockLength ? 1 : 0).toArray());
        int end = argument("eos_early_stop").asBoolean(true) && has(argument("eos_token_id")) ? argument("eos_token_id").asInt() : -1;
        BlockDecoding decoding = new BlockDecoding(scheduler.plan(run), blockLength, steps, editing > 0, mostEdits, end);
        BlockDecoding.Text text = decoding.write(comparison.arrays(), model(), prompt, length, noise());
        JsonNode call = golden.path("calls").path(0);
        TokenCase.integers(comparison, "sequences", call.path("sequences"), text.sequences().values());
        TokenCase.integers(comparison, "masks_seen", call.path("masks_seen"), text.masksSeen().stream().mapToInt(Integer::intValue).toArray());
        comparison.check("evaluations", call.path("evaluations").asDouble(), text.evaluations());
    }

    private Tokens prompt() {
        int[] prompt = StreamSupport.stream(argument("input_ids").spliterator(), false).flatMap(row -> StreamSupport.stream(row.spliterator(), false)).mapToInt(JsonNode::asInt).toArray();
        return Tokens.of(prompt, argument("input_ids").size(), argument("input_ids").path(0).size());
    }

    void canvases(TokenScheduler scheduler) {
        known(CANVAS_ARGUMENTS);
        if (argument("eos_early_stop").asBoolean(true)) {
            throw new UnsupportedOperationException("the end of a text does not end a canvas here");
        }
        int length = argument("canvas_length").asInt();
        int all = argument("gen_length").asInt(256);
        Run run = Run.steps(argument("num_inference_steps").asInt(48));
        run = scheduler.runArguments().contains("temperature") ? run.with("temperature", argument("temperature").asDouble(0)) : run;
        TokenPlan plan = scheduler.plan(run);
        CanvasDecoding decoding = new CanvasDecoding(plan, length, golden.path("vocab").asInt(), argument("stability_threshold").asInt(1), given("confidence_threshold", 0.005), scheduler instanceof EntropyBoundScheduler);
        CanvasDecoding.Text text = decoding.write(comparison.arrays(), model(), argument("input_ids").size(), all, noise());
        JsonNode call = golden.path("calls").path(0);
        TokenCase.integers(comparison, "sequences", call.path("sequences"), text.sequences().values());
        comparison.check("evaluations", call.path("evaluations").asDouble(), text.evaluations());
        long predictors = plan.steps().stream().filter(step -> !(step instanceof Correction)).count();
        comparison.check("predictor_steps", call.path("predictor_steps").asDouble(), (double) predictors * ((all + length - 1) / length));
    }

    /** The rule that ends a block. */
    static void goesOn(Comparison<?> comparison, BlockRefinementScheduler scheduler, JsonNode golden, JsonNode call) {
        int steps = golden.path("set_timesteps").path("num_inference_steps").asInt(32);
        int mostEdits = call.path("max_post_steps").asInt();
        TokenPlan plan = scheduler.plan(Run.steps(steps).with("mask_token_id", 0).with("timesteps", IntStream.range(0, steps + mostEdits + 1).toArray()));
        boolean changed = StreamSupport.stream(call.path("editing_transfer_index").spliterator(), false).flatMap(row -> StreamSupport.stream(row.spliterator(), false)).anyMatch(JsonNode::asBoolean);
        boolean finished = StreamSupport.stream(call.path("finished").spliterator(), false).allMatch(JsonNode::asBoolean);
        BlockDecoding decoding = new BlockDecoding(plan, 1, steps, call.path("editing_enabled").asBoolean(), mostEdits, -1);
        boolean more = decoding.goesOn(call.path("step_idx").asInt(), call.path("masks_remaining").asBoolean(), changed, call.path("post_steps").asInt(), finished);
        comparison.check("check_block_should_continue", call.path("result").asBoolean() ? 1 : 0, more ? 1 : 0);
    }
}
