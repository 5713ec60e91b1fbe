package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.noise.NoiseRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The compiled evaluations of a run, and what a state must hold before each of them.
 *
 * @param evaluations all evaluations in order
 * @param steps what happens after each of them
 * @param stepStarts for each step of the run the index of its first evaluation
 * @param anchorNeeded whether the anchor is read at or after an evaluation, before it is written
 * @param predictionsNeeded how many predictions are read at or after an evaluation
 * @param noisy the evaluations that draw noise, one that draws before and after the network twice
 */
record Program(List<Evaluation> evaluations, List<Step> steps, int[] stepStarts, boolean[] anchorNeeded, int[] predictionsNeeded, int[] noisy) {

    static Program compile(Recipe recipe) {
        TimeGrid grid = recipe.grid();
        List<Evaluation> all = new ArrayList<>();
        int[] stepStarts = new int[recipe.steps()];
        List<List<Stage>> stages = IntStream.range(grid.first(), grid.last()).mapToObj(step -> recipe.solver().stages(grid, step)).toList();
        Guiding guiding = new Guiding(recipe, stages.stream().flatMap(List::stream).map(Stage::level).toList());
        for (int step = grid.first(); step < grid.last(); step++) {
            stepStarts[grid.history(step)] = all.size();
            for (Stage stage : stages.get(step - grid.first())) {
                Guided guided = guiding.next(step, stage);
                Evaluation evaluation = Evaluation.compile(withInterval(stage, grid.from(step), grid.to(step)), recipe.parameterization(), recipe.corrects(), guided);
                evaluation.check(all.size(), recipe.parameterization());
                all.add(evaluation);
            }
        }
        return of(recipe.solver(), all, recipe.parameterization(), stepStarts);
    }

    private static Program of(Solver solver, List<Evaluation> all, Parameterization parameterization, int... stepStarts) {
        boolean[] anchorNeeded = new boolean[all.size() + 1];
        int[] predictionsNeeded = new int[all.size() + 1];
        for (int i = all.size() - 1; i >= 0; i--) {
            Evaluation e = all.get(i);
            boolean read = anchorNeeded[i + 1] || e.next()[Evaluation.ANCHOR] != 0;
            anchorNeeded[i] = (read && e.anchor()[Evaluation.ANCHOR] != 0) || e.remember()[Evaluation.ANCHOR] != 0;
            int pushed = e.remembers() ? 1 : 0;
            predictionsNeeded[i] = Math.max(0, Math.max(e.memoryRead(), predictionsNeeded[i + 1]) - pushed);
        }
        if (predictionsNeeded[0] > 0) {
            throw new IllegalArgumentException(solver + " reads " + predictionsNeeded[0] + " predictions from before the run; its first steps must do without");
        }
        int[] noisy = IntStream.range(0, all.size()).flatMap(i -> IntStream.of(i, i).limit(all.get(i).draws())).toArray();
        List<Evaluation> marked = new ArrayList<>();
        for (Evaluation e : Conditions.marked(all, parameterization)) {
            Evaluation dissolved = e.dissolved();
            dissolved.check(marked.size(), parameterization);
            marked.add(dissolved);
        }
        return new Program(marked, steps(marked, anchorNeeded, predictionsNeeded), stepStarts, anchorNeeded, predictionsNeeded, noisy);
    }

    private static List<Step> steps(List<Evaluation> all, boolean[] anchorNeeded, int[] predictionsNeeded) {
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            Step step = Step.last(all.subList(i, i + 1), new NoiseRequest(NoiseRequest.Stream.STEP, i, 0, all.get(i).interval()));
            steps.add(i + 1 == all.size() ? step : step.before(all.get(i + 1), churn(i + 1), anchorNeeded[i + 1], predictionsNeeded[i + 1]));
        }
        return List.copyOf(steps);
    }

    private static Stage withInterval(Stage stage, NoiseLevel from, NoiseLevel to) {
        return stage.interval().equals(NoiseRequest.Interval.NONE) ? stage.withInterval(from, to) : stage;
    }

    /** The noise that goes into the sample before the network sees it. */
    static NoiseRequest churn(int evaluation) {
        return new NoiseRequest(NoiseRequest.Stream.STEP, evaluation, 1, NoiseRequest.Interval.NONE);
    }

    Evaluation evaluation(int index) {
        if (index < 0 || index >= evaluations.size()) {
            throw new IllegalArgumentException("evaluation " + index + " is out of range; this plan has evaluations 0 to " + (evaluations.size() - 1));
        }
        return evaluations.get(index);
    }

    /** The most predictions that a state of the run holds. */
    int mostPredictions() {
        return Arrays.stream(predictionsNeeded).max().orElse(0);
    }
}
