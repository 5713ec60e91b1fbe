package io.github.diffusion4j.samplers.likelihood;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.plan.ModelInput;
import java.util.function.DoubleBinaryOperator;

/**
 * The perfect network of independent Gaussian data, with its derivative: {@code x0^ = (alpha c x + sigma^2 m) / v}, {@code eps^ = sigma (x - alpha m) / v}, {@code v = alpha^2 c + sigma^2}.
 *
 * @param parameterization what it outputs
 * @param mean m, the same for all values
 * @param variances c, one for each value of a sample
 */
record GaussianNetwork(Parameterization parameterization, double mean, double... variances) implements VectorJacobian<HostArray> {

    static HostArray array(double[] values, long... shape) {
        HostArray array = HostArrays.HEAP.make(ElementType.DOUBLE, shape);
        array.fill(values);
        return array;
    }

    @Override
    public Evaluated<HostArray> evaluate(ModelInput<HostArray> input, HostArray direction) {
        NoiseLevel level = input.level();
        Parameterization.Weights target = parameterization.target(level);
        double scale = parameterization.inputScale(level);
        HostArray output = each(input.sample(), (x, c) -> {
            double v = variance(level, c);
            return target.first() * (level.alpha() * c * x / scale + level.sigma() * level.sigma() * mean) / v + target.second() * level.sigma() * (x / scale - level.alpha() * mean) / v;
        });
        HostArray gradient = each(direction, (e, c) -> e / scale * (target.first() * level.alpha() * c + target.second() * level.sigma()) / variance(level, c));
        return new Evaluated<>(output, gradient);
    }

    private HostArray each(HostArray array, DoubleBinaryOperator f) {
        double[] values = array.values();
        for (int i = 0; i < values.length; i++) {
            values[i] = f.applyAsDouble(values[i], variances[i % variances.length]);
        }
        return array(values, array.shape());
    }

    private static double variance(NoiseLevel level, double c) {
        return level.alpha() * level.alpha() * c + level.sigma() * level.sigma();
    }

    /** The marginal at a level. */
    double logDensity(NoiseLevel level, double... sample) {
        double log = 0;
        for (int i = 0; i < sample.length; i++) {
            log += Prior.ofData(mean, variances[i]).logDensity(level, sample[i]);
        }
        return log;
    }
}
