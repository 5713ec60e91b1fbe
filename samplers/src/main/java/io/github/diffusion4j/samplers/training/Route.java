package io.github.diffusion4j.samplers.training;

import io.github.diffusion4j.core.LevelCurve;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.plan.Solver;
import java.io.Serializable;

/** How a sample comes from one noise level to a cleaner one. */
@FunctionalInterface
public interface Route extends Serializable {

    /**
     * The sample at the second level.
     *
     * @param tape takes the questions
     * @param from the first level, where the sample is {@code alpha x0 + sigma eps}
     * @param to the second level
     * @param guidance how much more the teacher's condition counts: {@code D + guidance (D - D_unconditional)}
     * @return the sample
     */
    Linear walk(Tape tape, NoiseLevel from, NoiseLevel to, double guidance);

    /**
     * Along the line of data and noise, without a teacher (consistency training, Song et al., arXiv:2303.01469, algorithm 3).
     *
     * @return the route
     */
    static Route data() {
        return new AlongData();
    }

    /**
     * A step of a teacher's probability flow (consistency distillation, Song et al., arXiv:2303.01469, algorithm 2).
     *
     * @param solver a deterministic solver: of second order the error of the target falls with the cube of the step, of first order with its square
     * @param teacher what the teacher outputs
     * @return the route
     */
    static Route teacher(Solver solver, Parameterization teacher) {
        return new Teacher(solver, teacher, LevelCurve.NONE, false);
    }

    /**
     * A step of a guided teacher (Luo et al., arXiv:2310.04378, equation 14): the teacher is asked with and without its condition.
     *
     * @param solver a deterministic solver, DDIM usually
     * @param teacher what the teacher outputs
     * @return the route
     */
    static Route guidedTeacher(Solver solver, Parameterization teacher) {
        return new Teacher(solver, teacher, LevelCurve.NONE, true);
    }

    /** Along the line of data and noise. */
    record AlongData() implements Route {
        @Override
        public Linear walk(Tape tape, NoiseLevel from, NoiseLevel to, double guidance) {
            return Tape.at(to);
        }
    }

    /**
     * A step of a teacher.
     *
     * @param solver how the step is taken
     * @param teacher what the teacher outputs
     * @param between the levels in between, for solvers that evaluate inside a step
     * @param guided whether the teacher is asked without its condition too
     */
    record Teacher(Solver solver, Parameterization teacher, LevelCurve between, boolean guided) implements Route {
        @Override
        public Linear walk(Tape tape, NoiseLevel from, NoiseLevel to, double guidance) {
            Tape.Answers answers = (x, level) -> {
                Linear conditional = tape.ask(Role.TEACHER, teacher, x, level);
                return guided ? conditional.plus(conditional.minus(tape.ask(Role.TEACHER, Branch.UNCONDITIONAL, teacher, x, level)).times(guidance)) : conditional;
            };
            return tape.step(solver, teacher, answers, Tape.at(from), from, to, between);
        }
    }
}
