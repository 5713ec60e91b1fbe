package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Solver;

/**
 * The parts of one run.
 *
 * @param grid the noise levels
 * @param solver how each step is taken
 * @param parameterization what the network outputs
 * @param correction what happens to its estimate of the data
 * @param startScale the factor of the noise the run starts from
 */
record Composition(TimeGrid grid, Solver solver, Parameterization parameterization, DataCorrection correction, double startScale) {

    Plan plan() {
        return Plan.of(solver, grid, parameterization, correction).withStartScale(startScale);
    }
}
