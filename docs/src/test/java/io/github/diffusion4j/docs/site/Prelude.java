package io.github.diffusion4j.docs.site;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.training.LevelSampler;
import io.github.diffusion4j.core.training.LossByLevel;
import io.github.diffusion4j.core.training.TrainingRecipe;
import io.github.diffusion4j.samplers.Sampling;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.diffusers.DiffusersScheduler;
import io.github.diffusion4j.samplers.pipeline.Pipeline;
import io.github.diffusion4j.samplers.tokens.TokenModel;
import io.github.diffusion4j.schedules.BetaSchedule;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What the Java of README and guides may use without saying where it comes from: a model's config, its scheduler and schedule, a plan, a network, once for a pipeline and once by itself, a training recipe, a seed, and arrays of two
 * small latents. The folder {@code model} exists where it runs.
 */
public class Prelude {

    /** The config in the folder {@code model}, of Stable Diffusion's kind. */
    public static final String MODEL = """
            {"_class_name": "DDIMScheduler", "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "clip_sample": false,
             "set_alpha_to_one": false, "steps_offset": 1}
            """;

    protected static final DiffusersConfig config = DiffusersConfig.parse(MODEL);
    protected static final DiffusersScheduler scheduler = config.scheduler();
    protected static final Plan plan = scheduler.plan(30);
    protected static final DiscreteSchedule schedule = BetaSchedule.SCALED_LINEAR.schedule(1000, 0.00085, 0.012);
    protected static final long seed = 42;
    protected static final INDArray noise = Nd4j.randn(DataType.FLOAT, 2, 4, 8, 8);
    protected static final INDArray image = Nd4j.randn(DataType.FLOAT, 2, 4, 8, 8);
    protected static final INDArray x0 = image;
    protected static final INDArray mask = Nd4j.ones(DataType.FLOAT, 2, 4, 8, 8);
    protected static final Sampling.Model<INDArray> model = input -> unet(input.sample(), input.timestep());

    /** A training recipe, losses by level, and a graph with a parameter. */
    protected static final TrainingRecipe own = TrainingRecipe.of(LevelSampler.uniform(schedule));
    protected static final LossByLevel seen = LossByLevel.empty(0.01, 100, 20);
    protected static final SameDiff graph = SameDiff.create();

    static {
        graph.var("weight", Nd4j.ones(DataType.FLOAT, 2, 2));
    }

    protected static final Pipeline.Network<HostArray, String> network = call -> call.out().assign(call.x());

    /** A network over 26 letters, a space and the mask. */
    protected static final TokenModel<HostArray> letters = (tokens, label) -> HostArrays.HEAP.make(ElementType.FLOAT, tokens.batch(), tokens.length(), 28);

    /** A network. */
    protected static INDArray unet(INDArray sample, double timestep) {
        return sample.mul(0.1);
    }
}
