package io.github.diffusion4j.core.guidance;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.Parameterization.Weights;
import java.util.List;

/**
 * Where in a run a network evaluation stands: all that guidance may depend on besides the arrays.
 *
 * @param step the step of the grid, from 0, also for a run that starts late, so that a run cut in two is guided as the whole
 * @param steps the steps of the grid
 * @param evaluation the evaluation of this run, from 0
 * @param runSteps the steps that this run takes
 * @param levels the noise levels of all evaluations of this run
 * @param order the solver's order of convergence
 * @param level the noise level of the evaluation
 * @param to the level at which its step ends
 * @param parameterization what the network outputs
 * @param held the names of the arrays that are remembered from evaluations before, none at the start
 */
public record Place(int step, int steps, int evaluation, int runSteps, List<NoiseLevel> levels, int order, NoiseLevel level, NoiseLevel to, Parameterization parameterization, List<String> held) {

    /** Copies the lists. */
    public Place {
        levels = List.copyOf(levels);
        held = List.copyOf(held);
    }

    /**
     * The same place as seen by a rule that remembers some of the arrays.
     *
     * @param names the names of its arrays
     * @return the place with those of them that are held
     */
    public Place holding(List<String> names) {
        return new Place(step, steps, evaluation, runSteps, levels, order, level, to, parameterization, held.stream().filter(names::contains).toList());
    }

    /**
     * The same place as seen by a rule that combines something else than the network's output.
     *
     * @param other what it combines
     * @return the place
     */
    public Place predicting(Parameterization other) {
        return new Place(step, steps, evaluation, runSteps, levels, order, level, to, other, held);
    }

    /**
     * How often this run evaluates the network.
     *
     * @return the number of evaluations
     */
    public int evaluations() {
        return levels.size();
    }

    /**
     * How the data estimate follows from sample and output.
     *
     * @return {@code x0^ = first x + second y}
     */
    public Weights data() {
        return parameterization.data(level);
    }

    /**
     * The factor that scales the sample before the network sees it.
     *
     * @return the factor
     */
    public double inputScale() {
        return parameterization.inputScale(level);
    }
}
