package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.guidance.Guide;
import io.github.diffusion4j.core.guidance.Place;
import io.github.diffusion4j.core.guidance.Skipping;
import java.util.List;

/** Guidance of a run while its plan is made: it follows what is held from evaluation to evaluation. */
final class Guiding {

    private final Recipe recipe;
    private final List<NoiseLevel> levels;
    private int evaluation;
    private List<String> held;

    Guiding(Recipe recipe, List<NoiseLevel> levels) {
        this.recipe = recipe;
        this.held = List.copyOf(recipe.guidance().given());
        this.levels = List.copyOf(levels);
    }

    Guided next(int step, Stage stage) {
        if (recipe.guidance().equals(Guidance.NONE) && recipe.skipping().equals(Skipping.NEVER)) {
            return Guided.NOT;
        }
        Place place = place(step, stage.level());
        Guide guide = recipe.guidance().at(place.holding(recipe.guidance().remembered()));
        if (Evaluation.readsBase(stage) && !recipe.guidance().equals(Guidance.NONE) && !guide.branches().isEmpty()) {
            guide = guide.asking(Branch.UNCONDITIONAL);
        }
        Skipping.Rules rules = recipe.skipping().at(place.holding(recipe.skipping().arrays()));
        refuse(guide, rules, stage);
        Guided guided = Guided.of(guide, recipe.skipping(), rules, held);
        held = guided.heldAfter();
        evaluation++;
        return guided;
    }

    private Place place(int step, NoiseLevel level) {
        TimeGrid grid = recipe.grid();
        return new Place(step, grid.steps(), evaluation, recipe.steps(), levels, recipe.solver().traits().order(), level, grid.to(step), recipe.parameterization(), held);
    }

    private void refuse(Guide guide, Skipping.Rules rules, Stage stage) {
        if (stage.scaling() instanceof Langevin && !(guide.kind() == Guide.Kind.KNOWN && guide.branches().size() == 1 && rules == Skipping.Rules.COMPUTE)) {
            throw new IllegalArgumentException("evaluation " + evaluation + " is a Langevin step, whose length follows from the norm of one network output; guide inside the network's function instead");
        }
        boolean leavesOut = guide.branches().isEmpty() || rules.before().length > 0;
        if (leavesOut && stage.scaling() instanceof LearnedVariance) {
            throw new IllegalArgumentException("evaluation " + evaluation + " cannot be left out: its noise follows from a variance that the network learned; use a fixed variance");
        }
        if (leavesOut && Evaluation.readsBase(stage)) {
            throw new IllegalArgumentException("evaluation " + evaluation + " cannot be left out: the solver renoises with the network's estimate without condition, which is not held; "
                    + "use a solver that is not one of CFG++");
        }
    }
}
