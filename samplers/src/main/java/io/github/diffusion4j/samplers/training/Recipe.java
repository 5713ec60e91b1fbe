package io.github.diffusion4j.samplers.training;

import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.training.LevelDraw;
import io.github.diffusion4j.core.training.LossNorm;
import io.github.diffusion4j.core.training.TrainingBatches;
import io.github.diffusion4j.core.training.TrainingRecipe;
import io.github.diffusion4j.samplers.ComposedScheduler;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import java.io.Serializable;
import java.util.List;

/**
 * A published way to train, as a composition of parts: each can be exchanged. {@link Recipes} has them by name.
 *
 * <pre>{@code
 *   Recipe sd3 = Recipes.named("SD3");
 *   NoisingIterator batches = new NoisingIterator(data, 64, sd3.batches(Nd4jArrays.ND4J, Recipe.alone()), 42);
 * }</pre>
 *
 * @param name what people call it
 * @param schedule the path
 * @param parameterization what the network outputs, its preconditioning included
 * @param draw the law of the noise levels
 * @param training levels on the schedule, weight, noise and coupling
 * @param norm what the loss makes of the squared error
 * @param bootstrap what networks are asked for the target; empty if the target follows from data and noise
 * @param source where it is published
 */
public record Recipe(String name, NoiseSchedule schedule, Parameterization parameterization, LevelDraw draw, TrainingRecipe training, LossNorm norm, List<Bootstrap> bootstrap,
        String source) implements Serializable {

    /** Copies the list. */
    public Recipe {
        bootstrap = List.copyOf(bootstrap);
        if (bootstrap.size() > 1) {
            throw new IllegalArgumentException("a recipe has at most one bootstrap, got " + bootstrap.size());
        }
    }

    /** A recipe whose target follows from data and noise, the squared error with weight 1. */
    static Recipe of(String name, NoiseSchedule schedule, Parameterization parameterization, LevelDraw draw, String source) {
        return new Recipe(name, schedule, parameterization, draw, TrainingRecipe.of(draw.on(schedule)), LossNorm.squared(), List.of(), source);
    }

    /**
     * With other levels, weight, noise or coupling.
     *
     * @param other the training recipe
     * @return the recipe
     */
    public Recipe with(TrainingRecipe other) {
        return new Recipe(name, schedule, parameterization, draw, other, norm, bootstrap, source);
    }

    /**
     * With another law of the noise levels, on the same schedule.
     *
     * @param other the law
     * @return the recipe
     */
    public Recipe with(LevelDraw other) {
        return new Recipe(name, schedule, parameterization, other, training.withLevels(other.on(schedule)), norm, bootstrap, source);
    }

    /**
     * With a target that networks help to make.
     *
     * @param other the bootstrap
     * @return the recipe
     */
    public Recipe with(Bootstrap other) {
        return new Recipe(name, schedule, parameterization, draw, training, norm, List.of(other), source);
    }

    /**
     * With another norm.
     *
     * @param other what the loss makes of the squared error
     * @return the recipe
     */
    public Recipe with(LossNorm other) {
        return new Recipe(name, schedule, parameterization, draw, training, other, bootstrap, source);
    }

    /**
     * The forward process, as a scheduler that samples by DDIM; another solver goes with {@code plan.with(solver)}.
     *
     * @return the scheduler
     */
    public ComposedScheduler scheduler() {
        return ComposedScheduler.of(schedule, new FirstOrder(new Ancestral(0), true)).withParameterization(parameterization);
    }

    /**
     * What makes the batches.
     *
     * @param <A> the array of a library
     * @param arrays the library
     * @param networks who answers the bootstrap's questions; {@link #alone} where there is none
     * @return the batches
     */
    public <A> TrainingBatches<A> batches(Arrays<A> arrays, Networks<A> networks) {
        return bootstrap.isEmpty() ? training.on(scheduler().on(arrays)) : BootstrapBatches.of(scheduler().on(arrays), training, bootstrap.get(0), networks);
    }

    /**
     * No networks: for recipes whose target follows from data and noise.
     *
     * @param <A> the array of a library
     * @return networks that must not be asked
     */
    public static <A> Networks<A> alone() {
        return call -> {
            throw new IllegalStateException("the " + call.role() + " network was asked" + (call.branch().equals(Branch.UNCONDITIONAL) ? " without its condition" : "")
                    + ", but the batches were made without networks; pass them to recipe.batches(arrays, networks)");
        };
    }
}
