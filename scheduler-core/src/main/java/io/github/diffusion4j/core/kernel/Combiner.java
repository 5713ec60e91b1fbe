package io.github.diffusion4j.core.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The linear combination {@code out = w_1 x_1 + w_2 x_2 + ...} over host memory, and by ND4J operations elsewhere. */
final class Combiner {

    private Combiner() {}

    /** One pass over dense host memory; sums in double from the first term to the last, rounds once. */
    static void host(INDArray out, List<Term> terms) {
        boolean perSample = terms.stream().anyMatch(Term::perSample);
        int samples = perSample ? (int) out.size(0) : 1;
        int length = (int) (out.length() / samples);
        HostBlock target = HostBlock.of(out);
        for (int sample = 0; sample < samples; sample++) {
            List<HostBlock> arrays = new ArrayList<>(terms.size());
            double[] weights = new double[terms.size()];
            for (Term term : terms) {
                if (term.weight(sample) != 0) {
                    weights[arrays.size()] = term.weight(sample);
                    arrays.add(HostBlock.of(term.array()));
                }
            }
            segment(target, arrays, weights, sample * length, length);
        }
    }

    private static void segment(HostBlock out, List<HostBlock> arrays, double[] weights, int from, int length) {
        boolean floats = out instanceof HostBlock.Floats && arrays.stream().allMatch(a -> a instanceof HostBlock.Floats);
        if (floats && arrays.size() >= 1 && arrays.size() <= 4) {
            FloatLoops.run((HostBlock.Floats) out, arrays.toArray(HostBlock.Floats[]::new), weights, from, length);
        } else {
            blocks(out, arrays, weights, from, length);
        }
    }

    private static void blocks(HostBlock out, List<HostBlock> arrays, double[] weights, int from, int length) {
        double[] sum = new double[HostBlock.SIZE];
        double[] values = new double[HostBlock.SIZE];
        for (int start = 0; start < length; start += HostBlock.SIZE) {
            int count = Math.min(HostBlock.SIZE, length - start);
            Arrays.fill(sum, 0, count, 0);
            for (int k = 0; k < arrays.size(); k++) {
                arrays.get(k).read(from + start, values, count);
                double weight = weights[k];
                for (int i = 0; i < count; i++) {
                    sum[i] += weight * values[i];
                }
            }
            out.write(from + start, sum, count);
        }
    }

    /** Several mixtures of two arrays in one pass over them. */
    static void mix(HostBlock a, HostBlock b, int length, Kernels.Mixture... mixtures) {
        double[] left = new double[HostBlock.SIZE];
        double[] right = new double[HostBlock.SIZE];
        double[] sum = new double[HostBlock.SIZE];
        HostBlock[] outs = Arrays.stream(mixtures).map(mixture -> HostBlock.of(mixture.out())).toArray(HostBlock[]::new);
        for (int sample = 0; sample < mixtures[0].first().length; sample++) {
            for (int start = 0; start < length; start += HostBlock.SIZE) {
                int from = sample * length + start;
                int count = Math.min(HostBlock.SIZE, length - start);
                a.read(from, left, count);
                b.read(from, right, count);
                for (int k = 0; k < mixtures.length; k++) {
                    double u = mixtures[k].first()[sample];
                    double v = mixtures[k].second()[sample];
                    for (int i = 0; i < count; i++) {
                        sum[i] = u * left[i] + v * right[i];
                    }
                    outs[k].write(from, sum, count);
                }
            }
        }
    }

    /** The same sum by ND4J operations, for backends whose memory Java cannot reach; one rounding per operation. */
    static void operations(INDArray out, List<Term> terms) {
        DataType type = Kernels.computeType(out.dataType());
        INDArray sum = Kernels.empty(type, out.shape()).assign(0);
        for (Term term : terms) {
            INDArray cast = term.array().castTo(type);
            INDArray product = Kernels.empty(type, out.shape());
            if (term.perSample()) {
                long[] column = new long[out.rank()];
                Arrays.fill(column, 1);
                column[0] = out.size(0);
                INDArray weights = Nd4j.createFromArray(term.weights()).castTo(type).reshape('c', column);
                cast.mul(weights, product);
                weights.close();
            } else {
                cast.mul(term.weight(0), product);
            }
            sum.addi(product);
            product.close();
            if (cast != term.array()) {
                cast.close();
            }
        }
        out.assign(sum);
        sum.close();
    }
}
