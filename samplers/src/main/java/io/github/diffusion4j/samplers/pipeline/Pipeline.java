package io.github.diffusion4j.samplers.pipeline;

import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.guidance.Skipping;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Inpainting;
import io.github.diffusion4j.core.plan.Mask;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Scheduler;
import io.github.diffusion4j.core.plan.Strength;
import io.github.diffusion4j.samplers.SamplingBatch;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.guidance.LinearGuidance;
import io.github.diffusion4j.samplers.names.Names;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/**
 * Pictures from a network in the words of the pipelines people know: a model folder, a scheduler by any of its names, steps, guidance, strength, seed, a picture to start from, a region to keep. It
 * makes nothing of its own: a run is a {@link Plan}, and pictures are rows of a {@link SamplingBatch}, so that picture k of a seed has the same bits alone and in any company. Immutable; every
 * method gives another pipeline.
 *
 * <pre>{@code
 *   Pipeline<HostArray, String> draw = Pipeline.<String>load(Path.of("model"), 3, 32, 32).scheduler("DPM++ 2M").steps(12).guidance(3).condition(Branch.UNCONDITIONAL, "");
 *   List<HostArray> four = draw.condition("red cat face").pictures(4).seed(7).run(network);
 *   HostArray changed = draw.condition("green cat face").from(four.get(0), 0.6).run(network).get(0);
 * }</pre>
 *
 * @param <A> the array of the library
 * @param <C> what the network is conditioned on: words, embeddings, a class
 */
public final class Pipeline<A, C> {

    private final Model<A> model;
    private final Settings settings;
    private final Map<Branch, C> conditions;
    private final Start<A> start;

    private Pipeline(Model<A> model, Settings settings, Map<Branch, C> conditions, Start<A> start) {
        this.model = model;
        this.settings = settings;
        this.conditions = Map.copyOf(conditions);
        this.start = start;
    }

    /** What is run, and on what. */
    record Model<A>(Arrays<A> arrays, DiffusersConfig config, Scheduler scheduler, List<Long> shape) {

        long[] one() {
            long[] one = new long[shape.size() + 1];
            one[0] = 1;
            for (int axis = 1; axis < one.length; axis++) {
                one[axis] = shape.get(axis - 1);
            }
            return one;
        }
    }

    /** How it is run. */
    private record Settings(int steps, double strength, long seed, int pictures, Guidance guidance, Skipping skipping) {}

    /** What it starts from. */
    private record Start<A>(Optional<A> picture, Optional<Inpainting<A>> region) {}

    /**
     * The network.
     *
     * @param <A> the array of the library
     * @param <C> what it is conditioned on
     */
    @FunctionalInterface
    public interface Network<A, C> {

        /**
         * Evaluates the network for several samples at once.
         *
         * @param call what to compute; the output goes into {@link NetworkCall#out}
         */
        void evaluate(NetworkCall<A, C> call);
    }

    /**
     * Told after every evaluation, before its steps.
     *
     * @param <A> the array of the library
     */
    @FunctionalInterface
    public interface Listener<A> {

        /**
         * The network was evaluated.
         *
         * @param progress the run, to be read during the call
         */
        void evaluated(PipelineProgress<A> progress);
    }

    /**
     * A pipeline over Java's own arrays, for the scheduler of a model folder in 20 steps.
     *
     * @param <C> what the network is conditioned on
     * @param model a folder with a {@code scheduler_config.json}, itself or in its {@code scheduler} folder, or that file
     * @param shape the shape of one sample, without the batch: channels, height, width
     * @return the pipeline
     * @throws IOException if there is no config, or it cannot be read
     */
    public static <C> Pipeline<HostArray, C> load(Path model, long... shape) throws IOException {
        return of(HostArrays.HEAP, DiffusersConfig.load(model), shape);
    }

    /**
     * A pipeline over arrays of any library, for the scheduler of a config in 20 steps.
     *
     * @param <A> the array of the library
     * @param <C> what the network is conditioned on
     * @param arrays the library
     * @param config the config of the model
     * @param shape the shape of one sample, without the batch: channels, height, width
     * @return the pipeline
     */
    public static <A, C> Pipeline<A, C> of(Arrays<A> arrays, DiffusersConfig config, long... shape) {
        return new Pipeline<>(new Model<>(arrays, config, config.scheduler(), java.util.Arrays.stream(shape).boxed().toList()),
                new Settings(20, 1, 0, 1, Guidance.NONE, Skipping.NEVER), Map.of(), new Start<>(Optional.empty(), Optional.empty()));
    }

    /**
     * With another scheduler for the same model.
     *
     * @param name a class of Diffusers ({@code UniPCMultistepScheduler}), a name of the web UI ({@code DPM++ 2M Karras}), or ComfyUI's sampler and scheduler with a blank between
     *     ({@code dpmpp_2m karras})
     * @return the pipeline
     * @throws IllegalArgumentException if no door knows the name, or it cannot carry the model
     */
    public Pipeline<A, C> scheduler(String name) {
        if (DiffusersConfig.classNames().contains(name)) {
            return scheduler(model.config().as(name).config().scheduler());
        }
        int blank = name.lastIndexOf(' ');
        boolean comfy = blank > 0 && Names.comfySamplers().containsKey(name.substring(0, blank));
        return scheduler((comfy ? Names.comfy(name.substring(0, blank), name.substring(blank + 1)) : Names.a1111(name)).on(model.config()));
    }

    /**
     * With a scheduler that was made in code.
     *
     * @param scheduler the scheduler, for the network of the model
     * @return the pipeline
     */
    public Pipeline<A, C> scheduler(Scheduler scheduler) {
        return new Pipeline<>(new Model<>(model.arrays(), model.config(), scheduler, model.shape()), settings, conditions, start);
    }

    private Pipeline<A, C> with(Settings other) {
        return new Pipeline<>(model, other, conditions, start);
    }

    /**
     * With a number of steps.
     *
     * @param count the steps of a run from pure noise; of one that starts from a picture the share that {@code strength} says is taken
     * @return the pipeline
     */
    public Pipeline<A, C> steps(int count) {
        return with(new Settings(count, settings.strength, settings.seed, settings.pictures, settings.guidance, settings.skipping));
    }

    /**
     * With a seed.
     *
     * @param seed the seed of all noise
     * @return the pipeline
     */
    public Pipeline<A, C> seed(long seed) {
        return with(new Settings(settings.steps, settings.strength, seed, settings.pictures, settings.guidance, settings.skipping));
    }

    /**
     * With several pictures, each of noise of its own.
     *
     * @param count the number, at least 1
     * @return the pipeline
     */
    public Pipeline<A, C> pictures(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("a pipeline makes 1 picture or more, asked for " + count);
        }
        return with(new Settings(settings.steps, settings.strength, settings.seed, count, settings.guidance, settings.skipping));
    }

    /**
     * With classifier-free guidance.
     *
     * @param scale the scale, 1 for none: Diffusers' {@code guidance_scale}
     * @return the pipeline, which asks for {@link Branch#UNCONDITIONAL} too
     */
    public Pipeline<A, C> guidance(double scale) {
        return guidance(LinearGuidance.classifierFree(scale));
    }

    /**
     * With any guidance.
     *
     * @param guidance the guidance
     * @return the pipeline
     */
    public Pipeline<A, C> guidance(Guidance guidance) {
        return with(new Settings(settings.steps, settings.strength, settings.seed, settings.pictures, guidance, settings.skipping));
    }

    /**
     * With evaluations that are left out while the run goes on.
     *
     * @param skipping who decides
     * @return the pipeline
     */
    public Pipeline<A, C> skipping(Skipping skipping) {
        return with(new Settings(settings.steps, settings.strength, settings.seed, settings.pictures, settings.guidance, skipping));
    }

    /**
     * With what is wanted.
     *
     * @param condition the condition of {@link Branch#CONDITIONAL}, and of branches that have none of their own but {@link Branch#UNCONDITIONAL}
     * @return the pipeline
     */
    public Pipeline<A, C> condition(C condition) {
        return condition(Branch.CONDITIONAL, condition);
    }

    /**
     * With the condition of a branch: the empty or negative prompt of {@link Branch#UNCONDITIONAL}.
     *
     * @param branch the branch
     * @param condition its condition
     * @return the pipeline
     */
    public Pipeline<A, C> condition(Branch branch, C condition) {
        Map<Branch, C> all = new LinkedHashMap<>(conditions);
        all.put(branch, condition);
        return new Pipeline<>(model, settings, all, start);
    }

    /**
     * Starting from a picture instead of pure noise.
     *
     * @param picture the picture, one for all noises; not changed
     * @param strength how much is made anew, above 0 and at most 1
     * @return the pipeline
     */
    public Pipeline<A, C> from(A picture, double strength) {
        return new Pipeline<>(model, new Settings(settings.steps, strength, settings.seed, settings.pictures, settings.guidance, settings.skipping), conditions,
                new Start<>(Optional.of(picture), start.region));
    }

    /**
     * Keeping a region of a picture.
     *
     * @param known the picture; not changed
     * @param mask where it is kept, 1 for wholly and values between for partly
     * @return the pipeline
     */
    public Pipeline<A, C> keeping(A known, Mask mask) {
        return new Pipeline<>(model, settings, conditions, new Start<>(start.picture, Optional.of(new Inpainting<>(known, mask))));
    }

    /**
     * The run of each picture.
     *
     * @return the plan
     * @throws IllegalArgumentException if steps, strength and guidance mean nothing together, with the reason
     */
    public Plan plan() {
        Plan plan = settings.strength == 1 ? model.scheduler().plan(settings.steps) : model.scheduler().plan(settings.steps, settings.strength, Strength.SKIP_STEPS);
        return plan.guided(settings.guidance).skipping(settings.skipping);
    }

    /**
     * Makes the pictures.
     *
     * @param network the network
     * @return the pictures, owned by the caller
     * @throws IllegalArgumentException if a branch has no condition, or what was set does not fit together
     */
    public List<A> run(Network<A, C> network) {
        return run(network, progress -> { });
    }

    /**
     * Makes the pictures and tells of it.
     *
     * @param network the network
     * @param listener told after every evaluation
     * @return the pictures, owned by the caller
     * @throws CancellationException if the listener cancelled the run
     */
    public List<A> run(Network<A, C> network, Listener<A> listener) {
        return together(List.of(this), network, listener).get(0);
    }

    /**
     * Makes the pictures of several pipelines of one model in the same calls of the network; each has the bits it would have alone.
     *
     * @param <A> the array of the library
     * @param <C> what the network is conditioned on
     * @param pipelines the pipelines, with samples of one shape
     * @param network the network
     * @param listener told after every evaluation
     * @return for each pipeline its pictures, owned by the caller
     * @throws CancellationException if the listener cancelled the run
     */
    public static <A, C> List<List<A>> together(List<Pipeline<A, C>> pipelines, Network<A, C> network, Listener<A> listener) {
        return new PipelineRun<>(pipelines, network, listener).pictures();
    }

    /**
     * Admits the pictures to a batch that others drive: a server, which takes requests between two evaluations and asks {@link #conditionOf} for what to put into a slot. They have the bits of
     * {@link #run}.
     *
     * @param batch a batch of {@link ElementType#FLOAT} with slots of one sample
     * @return the row of each picture
     * @throws IllegalArgumentException if a branch has no condition, or what was set does not fit together or into the batch
     */
    public List<SamplingBatch.Row> admit(SamplingBatch<A> batch) {
        return PipelineRun.admit(this, batch);
    }

    Model<A> model() {
        return model;
    }

    int pictures() {
        return settings.pictures;
    }

    Optional<A> picture() {
        return start.picture;
    }

    Optional<Inpainting<A>> region() {
        return start.region;
    }

    /** All noise of a picture. */
    NoiseSource noise(int picture) {
        return CounterNoise.of(settings.seed).forSamples(picture);
    }

    /** The noise of a known region, which must not be the picture's. */
    NoiseSource regionNoise(int picture) {
        return CounterNoise.of(settings.seed + 1).forSamples(picture);
    }

    /**
     * The condition of a branch.
     *
     * @param branch the branch
     * @return its own condition, or that of {@link Branch#CONDITIONAL}; nothing where the pipeline has no conditions
     * @throws IllegalArgumentException if others have one and it has none
     */
    public Optional<C> conditionOf(Branch branch) {
        if (conditions.isEmpty()) {
            return Optional.empty();
        }
        C own = conditions.get(branch);
        C found = own == null && !branch.equals(Branch.UNCONDITIONAL) ? conditions.get(Branch.CONDITIONAL) : own;
        return Optional.of(Optional.ofNullable(found).orElseThrow(() -> new IllegalArgumentException("the guidance " + settings.guidance + " asks for the branch '" + branch
                + "', which has no condition; give it, condition(branch, condition): an empty prompt, or a negative one")));
    }
}
