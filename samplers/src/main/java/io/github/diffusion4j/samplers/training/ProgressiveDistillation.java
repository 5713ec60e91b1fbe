package io.github.diffusion4j.samplers.training;

import io.github.diffusion4j.core.LevelCurve;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.plan.Solver;
import java.util.List;

/**
 * Progressive distillation: one step of the student is to be two of the teacher (Salimans and Ho, arXiv:2202.00512, algorithm 2). From z the teacher goes to z'' in two steps, and the student's
 * estimate is to be that with which DDIM goes there at once, {@code x~ = (z'' - (sigma''/sigma) z) / (alpha'' - (sigma''/sigma) alpha)}, the secant denoiser.
 *
 * @param student what student and teacher output
 * @param solver the teacher's, DDIM usually
 * @param schedule the schedule of the levels
 * @param grid sigma / alpha of the student's steps and those in between, ascending: steps of the student are between every other one
 */
public record ProgressiveDistillation(Parameterization student, Solver solver, NoiseSchedule schedule, List<Double> grid) implements Bootstrap {

    private static final long serialVersionUID = 1;

    /** Checks the grid. */
    public ProgressiveDistillation {
        grid = List.copyOf(grid);
        if (grid.size() < 3 || grid.size() % 2 == 0) {
            throw new IllegalArgumentException("a grid of the student's steps with one level in between each has an odd number of levels, at least 3, got " + grid.size());
        }
    }

    /** The student's step that ends below the drawn level. */
    @Override
    public Lesson lesson(Tape tape, NoiseLevel level, Chance chance, int iteration) {
        int upper = 2;
        while (upper < grid.size() - 1 && grid.get(upper - 1) <= level.edmSigma()) {
            upper += 2;
        }
        return lesson(tape, at(grid.get(upper)), at(grid.get(upper - 1)), at(grid.get(upper - 2)));
    }

    private NoiseLevel at(double sigma) {
        return sigma == 0 ? NoiseLevel.clean(0) : schedule.atEdmSigma(sigma);
    }

    /**
     * The lesson of a student's step.
     *
     * @param tape takes the questions
     * @param from where it begins
     * @param middle where the teacher's first step ends
     * @param to where it ends
     * @return the lesson
     */
    public Lesson lesson(Tape tape, NoiseLevel from, NoiseLevel middle, NoiseLevel to) {
        Tape.Answers answers = (x, level) -> tape.ask(Role.TEACHER, student, x, level);
        Linear z = Tape.at(from);
        Linear half = tape.step(solver, student, answers, z, from, middle, LevelCurve.NONE);
        Linear end = tape.step(solver, student, answers, half, middle, to, LevelCurve.NONE);
        double ratio = to.sigma() / from.sigma();
        return Tape.lesson(student, from, z, end.minus(z.times(ratio)).times(1 / (to.alpha() - ratio * from.alpha())));
    }
}
