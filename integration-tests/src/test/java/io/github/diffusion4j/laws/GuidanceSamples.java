package io.github.diffusion4j.laws;

import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.guidance.Guide;
import io.github.diffusion4j.core.guidance.Place;
import io.github.diffusion4j.core.guidance.Skipping;
import java.util.List;

/** One small guidance of each kind that the engine knows. */
final class GuidanceSamples {

    private static final List<Branch> BOTH = List.of(Branch.CONDITIONAL, Branch.UNCONDITIONAL);

    private GuidanceSamples() {}

    /** Weights that are known, in a window of steps; outside it, and at scale 1, one branch. */
    record Scaled(double scale, int from, int to) implements Guidance {

        static Scaled always(double scale) {
            return new Scaled(scale, 0, Integer.MAX_VALUE);
        }

        @Override
        public Guide at(Place place) {
            return scale == 1 || place.step() < from || place.step() >= to ? Guide.CONDITIONAL : Guide.known(BOTH, 0, scale, 1 - scale);
        }
    }

    /** A difference with momentum, as long as a norm allows. */
    record Momentum(double scale, double beta, double norm) implements Guidance {

        private static final String NAME = "momentum";

        @Override
        public Guide at(Place place) {
            List<String> held = place.held().contains(NAME) ? List.of(NAME) : List.of();
            return Guide.measured(BOTH, held, List.of(NAME), moments -> {
                double[] difference = held.isEmpty() ? new double[] {0, 1, -1} : new double[] {0, 1, -1, beta};
                double factor = scale * Math.min(1, norm / moments.norm(difference));
                double[] guided = new double[difference.length];
                for (int k = 0; k < guided.length; k++) {
                    guided[k] = (k == 1 ? 1 : 0) + factor * difference[k];
                }
                return new double[][] {guided, difference};
            });
        }

        @Override
        public List<String> remembered() {
            return List.of(NAME);
        }
    }

    /** Evaluations that ask for nothing: the first, whose output is zero, then all but every so many, whose output is the last one. */
    record Sparse(int every) implements Guidance {

        private static final String NAME = "last";

        @Override
        public Guide at(Place place) {
            if (place.evaluation() == 0) {
                return Guide.known(List.of(), 0);
            }
            boolean has = place.held().contains(NAME);
            List<String> held = has ? List.of(NAME) : List.of();
            if (has && place.evaluation() % every != 0) {
                return Guide.known(List.of(), held, List.of(NAME), new double[] {0, 1}, new double[] {0, 1});
            }
            double[] output = has ? new double[] {0, 1, 0} : new double[] {0, 1};
            return Guide.known(List.of(Branch.CONDITIONAL), held, List.of(NAME), output, output);
        }

        @Override
        public List<String> remembered() {
            return List.of(NAME);
        }
    }

    /** At most so many evaluations in a row are left out, where the last output was small on average. */
    record Lazy(double below, int most) implements Skipping {

        private static final double[][] LAST = {{0, 1}};

        @Override
        public List<String> arrays() {
            return List.of("output");
        }

        @Override
        public List<String> numbers() {
            return List.of("skipped");
        }

        @Override
        public Rules at(Place place) {
            return place.held().isEmpty() ? () -> LAST : new Rules() {
                @Override
                public double[][] before() {
                    return LAST;
                }

                @Override
                public boolean skips(double[] numbers, double... means) {
                    boolean skips = numbers[0] < most && means[0] < below;
                    numbers[0] += skips ? 1 : 0;
                    return skips;
                }

                @Override
                public double[] skipped() {
                    return LAST[0];
                }

                @Override
                public double[][] keptWhenSkipped() {
                    return LAST;
                }

                @Override
                public void computed(double[] numbers, double... means) {
                    numbers[0] = 0;
                }

                @Override
                public double[][] kept() {
                    return new double[][] {{0, 1, 0}};
                }
            };
        }
    }
}
