package io.github.diffusion4j.core.kernel;

import java.util.ArrayList;
import java.util.List;

/**
 * A pass where Java cannot reach the memory: each assignment is a linear combination of the library, in DOUBLE where its terms cancel.
 *
 * @param <A> the array of the library
 * @param arrays the library
 * @param rows what has weights and noise of its own
 * @param type the type that is computed in where terms do not cancel
 * @param shape the shape of all arrays
 */
record PassByOperations<A>(Arrays<A> arrays, Rows rows, ElementType type, long... shape) {

    void run(Pass pass, List<A> read, List<A> written) {
        List<A> values = new ArrayList<>(read);
        List<A> made = new ArrayList<>();
        try {
            pass.eachGenerator((register, generator) -> {
                A noise = arrays.make(type, shape);
                made.add(noise);
                arrays.onHost(noise, true, host -> Kernels.generate(host.byRows(rows), generator));
                values.set(register, noise);
            });
            pass.eachAssignment((target, limit, chained, weights) -> {
                A sum = combine(all(chained) ? type : ElementType.DOUBLE, values, limit, weights);
                made.add(sum);
                values.set(target, sum);
            });
            for (int r = 0; r < written.size(); r++) {
                if (written.get(r) != null) {
                    arrays.assign(values.get(r), written.get(r));
                }
            }
        } finally {
            made.forEach(arrays::close);
        }
    }

    private A combine(ElementType computed, List<A> values, double limit, double[]... weights) {
        List<A> terms = new ArrayList<>();
        List<Integer> registers = new ArrayList<>();
        for (int r = 0; r < weights[0].length; r++) {
            if (isRead(r, weights)) {
                if (values.get(r) == null) {
                    throw Pass.unbound(r);
                }
                terms.add(values.get(r));
                registers.add(r);
            }
        }
        double[][] chosen = new double[weights.length][terms.size()];
        for (int row = 0; row < weights.length; row++) {
            for (int k = 0; k < registers.size(); k++) {
                chosen[row][k] = weights[row][registers.get(k)];
            }
        }
        return arrays.combine(new Weighted<>(computed, terms, chosen, rows, limit), shape);
    }

    private static boolean all(boolean... flags) {
        for (boolean flag : flags) {
            if (!flag) {
                return false;
            }
        }
        return true;
    }

    private static boolean isRead(int register, double[]... weights) {
        for (double[] row : weights) {
            if (row[register] != 0) {
                return true;
            }
        }
        return false;
    }
}
