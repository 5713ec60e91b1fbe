package io.github.diffusion4j.docs.emoji;

import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Session;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.QRDecomposition;
import org.hipparchus.linear.RealMatrix;

/**
 * What rules that leave evaluations out want to know of a network, measured on runs that leave none out.
 *
 * @param ratios MagCache's: the norm of each evaluation's guided output over that of the one before, the first one 1
 * @param polynomial TeaCache's: how much the guided output changes where the input changes so much, highest power first
 */
record Calibration(List<Double> ratios, List<Double> polynomial) {

    /** Two: inputs change by about the same in all steps of this network, and tell no more. */
    private static final int DEGREE = 2;

    /** Inputs and guided outputs of a run. */
    private record Seen(List<double[]> inputs, List<double[]> outputs) {}

    static Calibration of(Captions captions, Plan guided, double scale) {
        List<Seen> runs = Captions.together(IntStream.range(0, captions.words().size()).mapToObj(k -> (java.util.concurrent.Callable<Seen>) () -> seen(captions, k, guided, scale)).toList());
        List<Double> ratios = new ArrayList<>(List.of(1.0));
        List<double[]> changes = new ArrayList<>();
        for (int i = 1; i < guided.evaluations(); i++) {
            int now = i;
            ratios.add(runs.stream().mapToDouble(run -> norm(run.outputs().get(now)) / norm(run.outputs().get(now - 1))).average().orElseThrow());
            runs.forEach(run -> changes.add(new double[] {change(run.inputs(), now), change(run.outputs(), now)}));
        }
        return new Calibration(ratios, fitted(changes));
    }

    private static Seen seen(Captions captions, int caption, Plan guided, double scale) {
        Seen seen = new Seen(new ArrayList<>(), new ArrayList<>());
        try (EmojiModel model = captions.network().of(captions.words().get(caption));
                Session<HostArray> run = guided.on(HostArrays.DIRECT).session(captions.start(caption), NoiseSource.none())) {
            while (!run.done()) {
                seen.inputs().add(run.input().sample().values());
                List<HostArray> outputs = model.outputs(run.input());
                double[] conditional = outputs.get(0).values();
                double[] unconditional = outputs.get(1).values();
                seen.outputs().add(IntStream.range(0, conditional.length).mapToDouble(i -> unconditional[i] + scale * (conditional[i] - unconditional[i])).toArray());
                run.step(outputs);
            }
        }
        return seen;
    }

    private static double norm(double... values) {
        return Math.sqrt(DoubleStream.of(values).map(value -> value * value).sum());
    }

    /** The mean absolute change since the evaluation before, relative to its mean absolute value. */
    private static double change(List<double[]> arrays, int now) {
        double[] before = arrays.get(now - 1);
        double[] after = arrays.get(now);
        return IntStream.range(0, before.length).mapToDouble(i -> Math.abs(after[i] - before[i])).sum() / DoubleStream.of(before).map(Math::abs).sum();
    }

    /** The polynomial of least squares through points. */
    private static List<Double> fitted(List<double[]> points) {
        RealMatrix powers = MatrixUtils.createRealMatrix(points.size(), DEGREE + 1);
        for (int row = 0; row < points.size(); row++) {
            for (int power = 0; power <= DEGREE; power++) {
                powers.setEntry(row, power, Math.pow(points.get(row)[0], power));
            }
        }
        double[] wanted = points.stream().mapToDouble(point -> point[1]).toArray();
        List<Double> coefficients = new ArrayList<>(DoubleStream.of(new QRDecomposition(powers).getSolver().solve(MatrixUtils.createRealVector(wanted)).toArray()).boxed().toList());
        Collections.reverse(coefficients);
        return List.copyOf(coefficients);
    }
}
