package io.github.diffusion4j.samplers.training;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.training.ImportanceSampler;
import io.github.diffusion4j.core.training.LevelDraw;
import io.github.diffusion4j.core.training.LevelSampler;
import io.github.diffusion4j.core.training.LossNorm;
import io.github.diffusion4j.core.training.LossWeight;
import io.github.diffusion4j.core.training.NoiseShape;
import io.github.diffusion4j.core.training.TrainingRecipe;
import io.github.diffusion4j.core.training.Uniforms;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.Coordinate;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.Heun;
import io.github.diffusion4j.schedules.BetaSchedule;
import io.github.diffusion4j.schedules.EdmSchedule;
import io.github.diffusion4j.schedules.Flow;
import io.github.diffusion4j.schedules.TrigSchedule;
import io.github.diffusion4j.schedules.draws.LevelDraws;
import io.github.diffusion4j.schedules.networks.ConsistencyNetwork;
import io.github.diffusion4j.schedules.networks.EdmNetwork;
import io.github.diffusion4j.schedules.networks.LcmNetwork;
import io.github.diffusion4j.schedules.networks.TrigFlowNetwork;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** The published recipes by name, with the numbers of their papers. Data are pictures in [-1, 1] of standard deviation 0.5 where a recipe needs to know. */
public final class Recipes {

    private static final int TIMESTEPS = 1000;
    private static final double SIGMA_DATA = 0.5;
    private static final double SIGMA_MIN = 0.002;
    private static final double SIGMA_MAX = 80;
    private static final Solver DDIM = new FirstOrder(new Ancestral(0), true);
    private static final EdmSchedule EDM = new EdmSchedule(SIGMA_MIN, SIGMA_MAX);

    private Recipes() {}

    /**
     * All recipes.
     *
     * @return the recipes, those without networks first
     */
    public static List<Recipe> all() {
        List<Recipe> all = new ArrayList<>(diffusion());
        all.addAll(flows());
        all.addAll(consistency());
        all.addAll(fewSteps());
        return all;
    }

    /**
     * A recipe by its name.
     *
     * @param name the name, in any case
     * @return the recipe
     * @throws IllegalArgumentException if there is none, naming those there are
     */
    public static Recipe named(String name) {
        return all().stream().filter(recipe -> recipe.name().equalsIgnoreCase(name)).findFirst().orElseThrow(() -> new IllegalArgumentException("there is no recipe " + name
                + "; there are " + all().stream().map(Recipe::name).collect(Collectors.joining(", ")).toLowerCase(Locale.ROOT)));
    }

    private static Recipe table(String name, DiscreteSchedule table, Parameterization parameterization, String source) {
        LevelDraw draw = LevelDraws.uniformTimesteps(table);
        return new Recipe(name, table, parameterization, draw, TrainingRecipe.of(LevelSampler.uniform(table)), LossNorm.squared(), List.of(), source);
    }

    private static List<Recipe> diffusion() {
        DiscreteSchedule linear = BetaSchedule.LINEAR.schedule(TIMESTEPS, 0.0001, 0.02);
        DiscreteSchedule cosine = BetaSchedule.SQUARED_COSINE.schedule(TIMESTEPS);
        DiscreteSchedule stable = BetaSchedule.SCALED_LINEAR.schedule(TIMESTEPS, 0.00085, 0.012);
        DiscreteSchedule zero = stable.withZeroTerminalSnr();
        Recipe improved = table("iDDPM", cosine, Parameterization.epsilon(), "Nichol and Dhariwal, arXiv:2102.09672: with VariationalBound's hybrid objective for the learned range of variances");
        Recipe velocity = table("v + min-SNR", zero, Parameterization.velocity(), "Lin et al., arXiv:2305.08891; Hang et al., arXiv:2303.09556");
        Recipe offset = table("SD 1.5 with offset noise", stable, Parameterization.epsilon(), "Rombach et al., arXiv:2112.10752; Guttenberg, Diffusion with Offset Noise, 2023");
        Recipe edm = Recipe.of("EDM", EDM, EdmNetwork.of(SIGMA_DATA), LevelDraws.normal(-1.2, 1.2), "Karras et al., arXiv:2206.00364, table 1");
        return List.of(
                table("DDPM", linear, Parameterization.epsilon(), "Ho et al., arXiv:2006.11239, algorithm 1"),
                improved.with(improved.training().withLevels(ImportanceSampler.of(cosine))),
                table("SD 1.5", stable, Parameterization.epsilon(), "Rombach et al., arXiv:2112.10752"),
                offset.with(offset.training().withShape(NoiseShape.offset(0.1))),
                velocity.with(velocity.training().withWeight(LossWeight.minSnr(5))),
                edm,
                Recipe.of("EDM2", EDM, EdmNetwork.of(SIGMA_DATA), LevelDraws.normal(-0.4, 1.0), "Karras et al., arXiv:2312.02696, table 6: with the weight divided by the mean loss, LossByLevel.normalised"));
    }

    private static Recipe flow(String name, LevelDraw draw, String source) {
        return Recipe.of(name, new Flow(TIMESTEPS), Parameterization.flow(), draw, source);
    }

    private static List<Recipe> flows() {
        Recipe transport = flow("OT-CFM", LevelDraw.uniformFlowTime(), "Tong et al., arXiv:2302.00482, section 3.2.4");
        return List.of(
                flow("rectified flow", LevelDraw.uniformFlowTime(), "Liu et al., arXiv:2209.03003; Lipman et al., arXiv:2210.02747"),
                flow("SD3", LevelDraws.normal(0, 1).shifted(3), "Esser et al., arXiv:2403.03206, equations 19 and 23"),
                flow("shifted flow", LevelDraw.uniformFlowTime().shifted(3), "Esser et al., arXiv:2403.03206, equation 23"),
                flow("Flux", LevelDraws.normal(0, 1).shifted(Math.exp(1.15)), "Black Forest Labs, Flux.1: logit-normal times, shifted by e^mu with mu = 1.15 at 1024x1024"),
                flow("pi0", LevelDraws.powerTime(1.5, 0.001), "Black et al., arXiv:2410.24164, appendix B"),
                transport.with(transport.training().withCoupling(OptimalTransport.ofSquaredDistance())),
                flow("reflow", LevelDraw.uniformFlowTime(), "Liu et al., arXiv:2209.03003, section 2.2: with noise that is given, TrainingRecipe.batch"));
    }

    private static Gap.Karras karras(Curriculum levels) {
        return new Gap.Karras(levels, SIGMA_MIN, SIGMA_MAX, 7);
    }

    private static List<Recipe> consistency() {
        ConsistencyNetwork student = new ConsistencyNetwork(SIGMA_DATA, SIGMA_MIN);
        LevelDraw even = LevelDraws.normal(-1.1, 2.0);
        Gap.Karras grid = karras(Curriculum.constant(18));
        LevelDraw neighbours = LevelDraw.histogram(grid.at(0).stream().map(Math::log).toList(), Collections.nCopies(17, 1.0));
        Gap eighteen = Gap.grid(EDM, grid);
        Curriculum doubling = Curriculum.doubling(10, 1280, 400_000);
        return List.of(
                Recipe.of("CT", EDM, student, neighbours, "Song et al., arXiv:2303.01469, algorithm 3").with(Consistency.of(student, eighteen, Route.data())),
                Recipe.of("CD", EDM, student, neighbours, "Song et al., arXiv:2303.01469, algorithm 2")
                        .with(Consistency.of(student, eighteen, Route.teacher(new Heun(Coordinate.EDM), EdmNetwork.of(SIGMA_DATA)))),
                Recipe.of("iCT", EDM, student, even, "Song and Dhariwal, arXiv:2310.14189, table 1").with(LossNorm.pseudoHuber(0.03))
                        .with(Consistency.of(student, Gap.grid(EDM, karras(doubling)), Route.data()).perGap()),
                Recipe.of("ECT", EDM, EdmNetwork.of(SIGMA_DATA), even, "Geng et al., arXiv:2406.14548").with(LossNorm.pseudoHuber(0.06))
                        .with(Consistency.of(EdmNetwork.of(SIGMA_DATA), Gap.closing(EDM, new TimePair(2, 8, 1), 10_000), Route.data()).perGap()),
                Recipe.of("sCM", new TrigSchedule(1), new TrigFlowNetwork(), LevelDraws.normal(-1 - Math.log(SIGMA_DATA), 1.4), "Lu and Song, arXiv:2410.11081, algorithm 1")
                        .with(new ContinuousConsistency(false, 10_000, 0.1)));
    }

    private static List<Recipe> fewSteps() {
        DiscreteSchedule stable = BetaSchedule.SCALED_LINEAR.schedule(TIMESTEPS, 0.00085, 0.012);
        Parameterization latent = new LcmNetwork(Parameterization.epsilon(), 10);
        Phases fifty = new Phases(stable, 50, 4);
        double[] equal = new double[fifty.timesteps()];
        Arrays.fill(equal, 1);
        TrainingRecipe ofFifty = TrainingRecipe.of(LevelSampler.table(IntStream.range(0, fifty.timesteps()).mapToObj(fifty::level).toList(), equal));
        Route guided = Route.guidedTeacher(DDIM, Parameterization.epsilon());
        TrigSchedule cosine = new TrigSchedule(2 / Math.PI);
        List<Double> angles = IntStream.rangeClosed(0, 16).mapToObj(i -> i == 16 ? Double.POSITIVE_INFINITY : Math.tan(Math.PI / 2 * i / 16)).toList();
        return List.of(
                table("LCM", stable, latent, "Luo et al., arXiv:2310.04378, algorithm 1").with(ofFifty).with(LossNorm.pseudoHuber(0.001))
                        .with(Consistency.of(latent, Gap.timesteps(stable, TIMESTEPS / fifty.timesteps()), guided).guided(5, 15)),
                table("PCM", stable, Parameterization.epsilon(), "Wang et al., arXiv:2405.18407, equation 8").with(ofFifty).with(LossNorm.pseudoHuber(0.001))
                        .with(new PhasedConsistency(Parameterization.epsilon(), fifty, guided, false, new Consistency.Guidance(5, 15, true))),
                table("TCD", stable, Parameterization.epsilon(), "Zheng et al., arXiv:2402.19159, equation 20").with(ofFifty).with(LossNorm.pseudoHuber(0.001))
                        .with(new PhasedConsistency(Parameterization.epsilon(), fifty, guided, true, new Consistency.Guidance(5, 15, true))),
                Recipe.of("progressive distillation", cosine, Parameterization.velocity(), LevelDraws.uniformAngle(1), "Salimans and Ho, arXiv:2202.00512, algorithm 2")
                        .with(TrainingRecipe.of(LevelDraws.uniformAngle(1).on(cosine)).withWeight(LossWeight.truncatedSnr()))
                        .with(new ProgressiveDistillation(Parameterization.velocity(), DDIM, cosine, angles)),
                flow("shortcut", LevelDraw.uniformFlowTime(), "Frans et al., arXiv:2410.12557, equation 4").with(new Shortcut(new Flow(TIMESTEPS), Parameterization.flow(), 128)),
                flow("MeanFlow", LevelDraws.normal(-0.4, 1), "Geng et al., arXiv:2505.13447, equation 6").with(LossNorm.adaptive(1, 1e-3))
                        .with(new MeanFlow(Parameterization.flow(), LevelDraws.normal(-0.4, 1), 0.75, TIMESTEPS)),
                table("DMD2", stable, Parameterization.epsilon(), "Yin et al., arXiv:2405.14867, equation 3")
                        .with(TrainingRecipe.of(LevelSampler.table(IntStream.range(20, 980).mapToObj(stable::at).toList(), DoubleStream.generate(() -> 1).limit(960).toArray()))
                                .withUniforms(Uniforms.independent()))
                        .with(new DistributionMatching(Parameterization.epsilon())),
                table("DREAM", stable, Parameterization.epsilon(), "Zhou et al., arXiv:2312.00210, equation 9").with(new Dream(1)),
                table("Diffusion-DPO", stable, Parameterization.epsilon(), "Wallace et al., arXiv:2311.12908, equation 14: one noise for each pair, signed weights by PreferenceLoss"));
    }
}
