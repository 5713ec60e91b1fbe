package io.github.diffusion4j.samplers.likelihood;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.kernel.Rows;
import io.github.diffusion4j.core.kernel.Term;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.samplers.Sampling;
import java.util.List;

/**
 * The loop over all timesteps of a bound.
 *
 * @param <A> the array of a library
 * @param bound the bound
 * @param arrays the library
 * @param network the network
 * @param data the clean data
 */
record BoundEvaluation<A>(VariationalBound bound, Arrays<A> arrays, Sampling.Model<A> network, A data) {

    VariationalBound.Bits run(NoiseSource source) {
        double[] prior = bound.prior(arrays, data);
        int timesteps = bound.schedule().size();
        double[][] terms = new double[prior.length][timesteps];
        double[][] dataErrors = new double[prior.length][timesteps];
        double[][] noiseErrors = new double[prior.length][timesteps];
        for (int t = timesteps - 1; t >= 0; t--) {
            double[][] found = at(t, source);
            for (int row = 0; row < prior.length; row++) {
                terms[row][t] = found[0][row];
                dataErrors[row][t] = found[1][row];
                noiseErrors[row][t] = found[2][row];
            }
        }
        return new VariationalBound.Bits(prior, terms, dataErrors, noiseErrors);
    }

    /** Term, error of the data and error of the noise of each sample at one timestep. */
    private double[][] at(int t, NoiseSource source) {
        A noise = source.draw(arrays, NoiseRequest.forward(t), arrays.type(data), arrays.shape(data));
        NoiseLevel level = bound.level(t);
        A sample = combined(List.of(new Term<>(data, level.alpha()), new Term<>(noise, level.sigma())));
        A input = combined(List.of(new Term<>(sample, bound.parameterization().inputScale(level))));
        try {
            A output = network.predict(new GivenInput<>(arrays, input, bound.parameterization().conditioning(level), level));
            VariationalBound.Reverse reverse = bound.reverse(arrays, sample, output, t);
            double[] x0 = arrays.values(data);
            double[] eps = arrays.values(noise);
            double[] estimate = reverse.data().values();
            BoundBatch rows = BoundBatch.of(t, arrays.values(sample), arrays.shape(sample));
            double[] dataErrors = rows.means((step, i) -> square(estimate[i] - x0[i]));
            double[] noiseErrors = rows.means((step, i) -> square((rows.sample()[i] - level.alpha() * estimate[i]) / level.sigma() - eps[i]));
            return new double[][] {bound.terms(arrays, data, sample, output, t), dataErrors, noiseErrors};
        } finally {
            arrays.close(input);
            arrays.close(sample);
            arrays.close(noise);
        }
    }

    private A combined(List<Term<A>> terms) {
        A out = arrays.make(arrays.type(data), arrays.shape(data));
        Kernels.combine(arrays, Rows.SAMPLES, out, true, terms);
        return out;
    }

    private static double square(double x) {
        return x * x;
    }
}
