package io.github.diffusion4j.docs.digits;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.Spacing;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.training.LevelDraw;
import io.github.diffusion4j.core.training.LevelSampler;
import io.github.diffusion4j.core.training.LossNorm;
import io.github.diffusion4j.core.training.LossWeight;
import io.github.diffusion4j.core.training.TrainingRecipe;
import io.github.diffusion4j.core.training.Uniforms;
import io.github.diffusion4j.samplers.ComposedScheduler;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.DpmSolverMultistep;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.FullRenoise;
import io.github.diffusion4j.samplers.training.Consistency;
import io.github.diffusion4j.samplers.training.Gap;
import io.github.diffusion4j.samplers.training.Recipe;
import io.github.diffusion4j.samplers.training.Recipes;
import io.github.diffusion4j.samplers.training.Route;
import io.github.diffusion4j.samplers.training.TimePair;
import io.github.diffusion4j.schedules.BetaSchedule;
import io.github.diffusion4j.schedules.EdmSchedule;
import io.github.diffusion4j.schedules.SigmaRamp;
import io.github.diffusion4j.schedules.Sigmas;
import io.github.diffusion4j.schedules.Timesteps;
import io.github.diffusion4j.schedules.draws.LevelDraws;
import io.github.diffusion4j.schedules.networks.EdmNetwork;
import io.github.diffusion4j.schedules.networks.ToldTime;
import java.util.List;

/**
 * A published recipe on the digits, and how what it trains is sampled.
 *
 * @param id its name on the command line
 * @param recipe how batches are made
 * @param sampling the name of the solver
 * @param solver a solver that fits
 * @param spacing where its steps start
 */
record DigitsRecipe(String id, Recipe recipe, String sampling, Solver solver, Spacing spacing) {

    static final String VELOCITY = "v";
    static final String EDM = "edm";
    static final String FLOW = "flow";
    static final String CONSISTENCY = "consistency";
    static final List<String> IDS = List.of("ddpm", VELOCITY, EDM, FLOW, CONSISTENCY);

    private static final EdmSchedule LEVELS = new EdmSchedule(0.002, 80);
    /** EDM's network is told ln(sigma) / 4; the denoiser takes times of about a thousand. */
    private static final double TOLD = 250;
    /** The gap closes in as many stages, each half as wide as the one before. */
    private static final int STAGES = 6;
    private static final Solver DDIM = new FirstOrder(new Ancestral(0), true);
    private static final Solver MULTISTEP = DpmSolverMultistep.plusPlus(2);

    /** All recipes, for data of a standard deviation and a training of so many iterations. */
    static List<DigitsRecipe> all(double sigmaData, int iterations) {
        DiscreteSchedule cosine = BetaSchedule.SQUARED_COSINE.schedule(1000);
        Parameterization edm = new ToldTime(EdmNetwork.of(sigmaData), TOLD);
        Recipe velocity = recipe("v + min-SNR", cosine, Parameterization.velocity(), LevelDraws.uniformTimesteps(cosine), "Hang et al., arXiv:2303.09556");
        Recipe tuned = recipe("consistency", LEVELS, edm, LevelDraws.normal(-0.8, 1.6), "Geng et al., arXiv:2406.14548");
        Recipe even = tuned.with(tuned.training().withWeight(LossWeight.edm(sigmaData)));
        Gap closing = Gap.closing(LEVELS, new TimePair(2, 8, 1), Math.max(1, iterations / STAGES));
        return List.of(
                new DigitsRecipe("ddpm", stratified(Recipes.named("DDPM")), "DDIM", DDIM, Timesteps.trailing()),
                new DigitsRecipe(VELOCITY, stratified(velocity.with(TrainingRecipe.of(LevelSampler.uniform(cosine)).withWeight(LossWeight.minSnr(5)))), "DPM++ 2M", MULTISTEP,
                        Timesteps.trailing()),
                new DigitsRecipe(EDM, recipe("EDM", LEVELS, edm, LevelDraws.normal(-1.2, 1.2), "Karras et al., arXiv:2206.00364"), "DPM++ 2M", MULTISTEP,
                        Sigmas.ramp(SigmaRamp.karras(7))),
                new DigitsRecipe(FLOW, stratified(Recipes.named("rectified flow").with(LevelDraws.normal(0, 1))), "Euler", DDIM, Sigmas.time()),
                new DigitsRecipe(CONSISTENCY, even.with(Consistency.of(edm, closing, Route.data())), "consistency", new FirstOrder(FullRenoise.STANDARD, true),
                        Sigmas.ramp(SigmaRamp.karras(7), 20, 0.5)));
    }

    private static Recipe recipe(String name, NoiseSchedule schedule, Parameterization parameterization, LevelDraw draw, String source) {
        return stratified(new Recipe(name, schedule, parameterization, draw, TrainingRecipe.of(draw.on(schedule)), LossNorm.squared(), List.of(), source));
    }

    private static Recipe stratified(Recipe recipe) {
        return recipe.with(recipe.training().withUniforms(Uniforms.stratified()));
    }

    /** How samples are drawn; estimates of the data are clipped to the range of pixels, as in all runs here. */
    ComposedScheduler sampler() {
        return ComposedScheduler.of(recipe.schedule(), solver).withParameterization(recipe.parameterization()).withSpacing(spacing).withCorrection(DataCorrection.clip(1));
    }

    /** Whether the network is tuned from that of another recipe rather than trained from the start. */
    boolean tuned() {
        return !recipe.bootstrap().isEmpty();
    }
}
