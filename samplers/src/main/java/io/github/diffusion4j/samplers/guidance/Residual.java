package io.github.diffusion4j.samplers.guidance;

import io.github.diffusion4j.core.Parameterization.Weights;
import io.github.diffusion4j.core.guidance.Place;
import io.github.diffusion4j.core.guidance.Skipping;
import java.util.List;

/**
 * What rules that decide while the run goes on reuse: the difference of output and input at the last evaluation that was computed, {@code v := x + (v' - x')}. On the network's output the input is
 * what the network sees; on the data estimate it is the sample.
 *
 * @param scale what the sample is multiplied with
 * @param first the weight of the sample in v
 * @param second the weight of the output in v
 * @param previous whether the input of the evaluation before is held too
 */
record Residual(double scale, double first, double second, boolean previous) {

    static final String INPUT = "last input";
    static final String OUTPUT = "last output";
    static final String PREVIOUS = "previous input";

    static Residual of(Place place, boolean onData, boolean previous) {
        Weights data = place.data();
        return onData ? new Residual(1, data.first(), data.second(), previous) : new Residual(place.inputScale(), 0, 1, previous);
    }

    static List<String> arrays(boolean previous) {
        return previous ? List.of(INPUT, OUTPUT, PREVIOUS) : List.of(INPUT, OUTPUT);
    }

    /** Weights over sample and held arrays. */
    double[] of(double sample, double input, double output, double before) {
        return previous ? new double[] {sample, input, output, before} : new double[] {sample, input, output};
    }

    /** Weights over sample, output and held arrays. */
    double[] of(double sample, double fresh, double input, double output, double before) {
        return previous ? new double[] {sample, fresh, input, output, before} : new double[] {sample, fresh, input, output};
    }

    /** The change of the input since the one that it is compared with. */
    double[] inputChange() {
        return previous ? of(scale, 0, 0, -1) : of(scale, -1, 0, 0);
    }

    double[] skipped() {
        return of((scale - first) / second, -1 / second, 1 / second, 0);
    }

    double[][] keptWhenSkipped() {
        double[][] two = {of(0, 1, 0, 0), of(0, 0, 1, 0)};
        return previous ? new double[][] {two[0], two[1], of(scale, 0, 0, 0)} : two;
    }

    double[][] kept(boolean held) {
        double[] input = held ? of(scale, 0, 0, 0, 0) : new double[] {scale, 0};
        double[] output = held ? of(first, second, 0, 0, 0) : new double[] {first, second};
        return previous ? new double[][] {input, output, input} : new double[][] {input, output};
    }

    /** Evaluations that are always computed, and what they hold. */
    Skipping.Rules recording(boolean held) {
        return () -> kept(held);
    }

    /** Evaluations that may be left out; who decides extends it. */
    abstract static class Reusing implements Skipping.Rules {

        private final Residual residual;

        Reusing(Residual residual) {
            this.residual = residual;
        }

        Residual residual() {
            return residual;
        }

        @Override
        public double[] skipped() {
            return residual.skipped();
        }

        @Override
        public double[][] keptWhenSkipped() {
            return residual.keptWhenSkipped();
        }

        @Override
        public double[][] kept() {
            return residual.kept(true);
        }
    }
}
