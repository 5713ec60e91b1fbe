package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Combination;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.core.plan.Stage;
import java.util.List;

/**
 * The midpoint method in log sigma, k-diffusion's DPM2 (Karras et al., arXiv:2206.00364, section 5 and table 1): the slope
 * at {@code sqrt(s s')} carries the whole step. With eta above 0 the step goes to {@code down} and noise leads back up
 * (DPM2 ancestral), in the coordinate {@code s = sigma / alpha}:
 * <pre>
 *   up = eta s' sqrt(1 - s'^2 / s^2),  down = sqrt(s'^2 - up^2),  m = sqrt(s down)
 *   y' = y + (down - s) d(y + (m - s) d(y, s), m) + up z
 * </pre>
 * A step to clean data is Euler's. In the time of a flow the middle is {@code sqrt(t d)}, slopes are the flow's and noise is split as {@link RectifiedAncestral} does: ComfyUI's for flows.
 *
 * @param eta the fraction of ancestral noise, 0 (deterministic) to 1
 * @param coordinate the coordinate of slopes and of the middle
 */
public record Midpoint(double eta, Coordinate coordinate) implements Solver {

    /**
     * In {@link Coordinate#EDM}, k-diffusion's.
     *
     * @param eta the fraction of ancestral noise, 0 (deterministic) to 1
     */
    public Midpoint(double eta) {
        this(eta, Coordinate.EDM);
    }

    /** Checks the fraction. */
    public Midpoint {
        AncestralStep.checkEta(eta);
    }

    @Override
    public SolverTraits traits() {
        return new SolverTraits(2, eta == 0 ? 0 : 2, 2, 0, "Karras et al., arXiv:2206.00364, section 5");
    }

    @Override
    public List<Stage> stages(TimeGrid grid, int step) {
        NoiseLevel from = grid.from(step);
        NoiseLevel to = grid.to(step);
        if (to.alpha() == 0 || coordinate.leaves(grid, step)) {
            return List.of(PureNoise.step(grid, step, eta));
        }
        if (to.sigma() == 0) {
            return List.of(Stage.of(from, coordinate.euler(from, to)));
        }
        AncestralStep target = coordinate == Coordinate.EDM ? AncestralStep.of(from.edmSigma(), to.edmSigma(), eta) : AncestralStep.rectified(from, to, eta);
        double down = coordinate == Coordinate.EDM ? target.down() : target.down() / (1 + target.down());
        double start = coordinate.time(from);
        double time = Math.sqrt(start * down);
        NoiseLevel middle = grid.curve().atEdmSigma(coordinate == Coordinate.EDM ? time : time / (1 - time));
        Combination slope = coordinate.slope(middle);
        // From the level that the step goes down to, x / alpha stays what it is.
        double scale = coordinate == Coordinate.EDM ? to.alpha() : to.alpha() / (1 - down);
        double weight = scale * (down - start);
        Combination next = Combination.ZERO.withSample(weight * slope.sample()).withData(weight * slope.data())
                .withAnchor(scale / coordinate.scale(from)).withNoise(to.alpha() * target.up());
        return List.of(Stage.of(from, coordinate.euler(from, middle)).withAnchor(Combination.SAMPLE),
                Stage.of(middle, next).withInterval(from, to));
    }
}
