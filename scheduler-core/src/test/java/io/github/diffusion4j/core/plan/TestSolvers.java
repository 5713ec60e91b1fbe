package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import java.util.List;

/** Small solvers of different shapes, to try the engine with: two evaluations, memory, churn. */
final class TestSolvers {

    private TestSolvers() {}

    /** DDIM: the simplest one. */
    record Euler() implements Solver {
        @Override
        public SolverTraits traits() {
            return new SolverTraits(1, 0, 1, 0, "test");
        }

        @Override
        public List<Stage> stages(TimeGrid grid, int i) {
            NoiseLevel to = grid.to(i);
            return List.of(Stage.of(grid.from(i), Combination.ZERO.withData(to.alpha()).withEpsilon(to.sigma())));
        }
    }

    /** Reads a prediction that no step before it made. */
    record Forward() implements Solver {
        @Override
        public SolverTraits traits() {
            return new SolverTraits(1, 0, 1, 1, "test");
        }

        @Override
        public List<Stage> stages(TimeGrid grid, int i) {
            return List.of(Stage.of(grid.from(i), Combination.SAMPLE.withMemory(1)));
        }
    }

    /** Heun's method on dx/dsigma = eps: the second evaluation starts again from the anchor. */
    record Heun() implements Solver {
        @Override
        public SolverTraits traits() {
            return new SolverTraits(2, 0, 2, 0, "test");
        }

        @Override
        public List<Stage> stages(TimeGrid grid, int i) {
            NoiseLevel from = grid.from(i);
            NoiseLevel to = grid.to(i);
            double a = to.alpha() / from.alpha();
            double d = to.alpha() * (to.edmSigma() - from.edmSigma());
            Stage euler = Stage.of(from, Combination.ZERO.withSample(a).withEpsilon(d))
                    .withAnchor(Combination.SAMPLE).withRemember(Combination.ZERO.withEpsilon(1));
            Stage average = Stage.of(to, Combination.ZERO.withAnchor(a).withEpsilon(d / 2).withMemory(d / 2));
            return to.sigma() == 0 ? List.of(euler) : List.of(euler, average);
        }
    }

    /** DPM-Solver++ 2M (arXiv:2211.01095, algorithm 2): remembers one data estimate. */
    record Multistep() implements Solver {
        @Override
        public SolverTraits traits() {
            return new SolverTraits(2, 0, 1, 1, "test");
        }

        @Override
        public List<Stage> stages(TimeGrid grid, int i) {
            NoiseLevel from = grid.from(i);
            NoiseLevel to = grid.to(i);
            double phi = to.sigma() == 0 ? 1 : -Math.expm1(from.lambda() - to.lambda());
            Combination next = Combination.ZERO.withSample(to.sigma() / from.sigma());
            if (grid.history(i) == 0 || to.sigma() == 0) {
                next = next.withMemory(to.alpha() * phi);
            } else {
                double r = (from.lambda() - grid.from(i - 1).lambda()) / (to.lambda() - from.lambda());
                next = next.withMemory(to.alpha() * phi * (1 + 0.5 / r), -to.alpha() * phi * 0.5 / r);
            }
            return List.of(Stage.of(from, next).withRemember(Combination.ZERO.withData(1)));
        }
    }

    /** DDIM with full re-noising before every evaluation: noise that the network sees. */
    record Churn(double fresh) implements Solver {
        @Override
        public SolverTraits traits() {
            return new SolverTraits(1, 1, 1, 0, "test");
        }

        @Override
        public List<Stage> stages(TimeGrid grid, int i) {
            NoiseLevel from = grid.from(i);
            NoiseLevel lifted = new NoiseLevel(from.time(), from.alpha(), Math.hypot(from.sigma(), fresh));
            NoiseLevel to = grid.to(i);
            Stage stage = Stage.of(lifted, Combination.ZERO.withData(to.alpha()).withEpsilon(to.sigma()));
            return List.of(stage.withBefore(Combination.SAMPLE.withNoise(fresh)));
        }
    }
}
