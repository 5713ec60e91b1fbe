package io.github.diffusion4j.core.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A short program over arrays of one shape, run in one pass over their memory. It has numbered registers, some of them read from arrays or made by a generator of noise; each
 * assignment sets a register to a linear combination of registers, optionally clamped; registers that are bound to an array for writing end up there:
 * <pre>
 *   r_t = clamp(w_0 r_0 + w_1 r_1 + ..., limit)
 * </pre>
 * Block by block, all that is read is read first and written last, so an array may be read and written by the same pass, in place. A register in between never
 * touches memory. Sums are rounded once, to float if no array is DOUBLE and to double otherwise; where the caller says so, sums of floats are rounded with each term. The result has the
 * same bits for any number of threads.
 *
 * <p>Rows are the samples of the first axis. A pass keeps its memory between two runs, so that running it again allocates nothing. Not thread-safe.
 */
public final class Pass {

    static final boolean[] PAIRED = {false};
    static final boolean[] CHAINED = {true};

    /** How many registers a pass has at most. */
    public static final int REGISTERS = 64;

    private final int registers;
    /** The arrays to read, by register, then those to write. */
    private final HostArray[] arrays;
    private final Parallel.Block block = this::work;
    /** What makes a register's values, where no array holds them. */
    private final Kernels.Generator[] generators;
    private final List<Assignment> spare = new ArrayList<>();
    private final List<Assignment> assignments = new ArrayList<>();
    private long[] loads = new long[1];
    private boolean wide;
    private int length;

    /**
     * An empty pass.
     *
     * @param registers the number of registers, at most {@link #REGISTERS}
     */
    public Pass(int registers) {
        if (registers < 1 || registers > REGISTERS) {
            throw new IllegalArgumentException("a pass has 1 to " + REGISTERS + " registers, asked for " + registers);
        }
        this.registers = registers;
        this.arrays = new HostArray[2 * registers];
        this.generators = new Kernels.Generator[registers];
    }

    private static final class Assignment {
        private int target;
        private double limit;
        private boolean[] chained;
        private double[][] weights;

        boolean chained(int row) {
            return chained[chained.length == 1 ? 0 : row];
        }

        double[] weights(int row) {
            return weights[weights.length == 1 ? 0 : row];
        }
    }

    /** Forgets arrays and assignments. */
    public void clear() {
        Arrays.fill(arrays, null);
        Arrays.fill(generators, null);
        while (!assignments.isEmpty()) {
            spare.add(assignments.remove(assignments.size() - 1));
        }
    }

    /**
     * Reads a register from an array.
     *
     * @param register the register
     * @param array an array of FLOAT, DOUBLE, HALF or BFLOAT16
     */
    public void read(int register, HostArray array) {
        arrays[register] = array;
    }

    /**
     * Makes a register's values while the pass runs, samples along the first axis of the arrays.
     *
     * @param register the register
     * @param generator makes the values, on any thread
     */
    public void make(int register, Kernels.Generator generator) {
        generators[register] = generator;
    }

    /**
     * Writes a register to an array once it is assigned.
     *
     * @param register the register
     * @param array an array of the same shape as those that are read
     */
    public void write(int register, HostArray array) {
        arrays[registers + register] = array;
    }

    /**
     * Sets a register to a linear combination. Registers of weight 0 are not read.
     *
     * @param target the register to set
     * @param limit the largest absolute value of the result, infinite for any
     * @param weights the weights of the registers from 0 on: one list, or one for each sample of the first axis
     */
    public void assign(int target, double limit, double[]... weights) {
        assign(target, limit, PAIRED, weights);
    }

    /**
     * The same with a choice of how sums of floats are rounded.
     *
     * @param target the register to set
     * @param limit the largest absolute value of the result, infinite for any
     * @param chained for all samples or for each, whether one rounding for each term will do, off by at most {@code (n + 1) 2^-24} times the sum of the n terms' magnitudes, instead of
     *     one for the sum
     * @param weights the weights of the registers from 0 on: one list, or one for each sample of the first axis
     */
    public void assign(int target, double limit, boolean[] chained, double[]... weights) {
        Assignment assignment = spare.isEmpty() ? new Assignment() : spare.remove(spare.size() - 1);
        assignment.target = target;
        assignment.limit = limit;
        assignment.chained = chained;
        assignment.weights = weights;
        assignments.add(assignment);
    }

    /** Runs the assignments in their order. Where nothing is to be written, nothing happens. */
    public void run() {
        HostArray result = result();
        if (result == null) {
            return;
        }
        wide = false;
        for (int i = 0; i < arrays.length; i++) {
            if (arrays[i] != null) {
                checkShape(arrays[i], result);
                wide |= arrays[i].type().computed() == ElementType.DOUBLE;
            }
        }
        int generated = generated();
        int rows = rows(generated > 0 ? result.samples() : 1);
        if (rows > 1 && rows != result.samples()) {
            throw new IllegalArgumentException("there are weights for " + rows + " rows, but the arrays have " + result.samples());
        }
        length = result.length() / rows;
        loads = loads.length < rows ? new long[rows] : loads;
        for (int row = 0; row < rows; row++) {
            loads[row] = loads(row);
            checkBound(loads[row]);
        }
        Parallel.run(rows, length, (long) result.length() * (assignments.size() + Parallel.NOISE * generated), block);
    }

    private void checkBound(long needed) {
        for (long left = needed; left != 0; left &= left - 1) {
            int r = Long.numberOfTrailingZeros(left);
            if (arrays[r] == null && generators[r] == null) {
                throw unbound(r);
            }
        }
    }

    static IllegalStateException unbound(int register) {
        return new IllegalStateException("register " + register + " has a weight but no array that it is read from");
    }

    private static void checkShape(HostArray array, HostArray result) {
        if (!Arrays.equals(array.sizes(), result.sizes())) {
            throw new IllegalArgumentException("arrays of shapes " + Arrays.toString(array.sizes()) + " and " + Arrays.toString(result.sizes()) + " do not go together");
        }
    }

    /** An array that is written; all have its shape. */
    private HostArray result() {
        for (int r = registers; r < arrays.length; r++) {
            if (arrays[r] != null) {
                return arrays[r];
            }
        }
        return null;
    }

    /** What is done with a register that is made. */
    interface EachGenerator {
        void act(int register, Kernels.Generator generator);
    }

    void eachGenerator(EachGenerator action) {
        for (int r = 0; r < registers; r++) {
            if (generators[r] != null) {
                action.act(r, generators[r]);
            }
        }
    }

    /** What is done with an assignment. */
    interface EachAssignment {
        void act(int target, double limit, boolean[] chained, double[]... weights);
    }

    void eachAssignment(EachAssignment action) {
        assignments.forEach(each -> action.act(each.target, each.limit, each.chained, each.weights));
    }

    /** Into how many parts the arrays are divided: samples, where they differ in weights or in noise. */
    private int rows(int atLeast) {
        int rows = atLeast;
        for (int a = 0; a < assignments.size(); a++) {
            rows = Math.max(rows, assignments.get(a).weights.length);
        }
        return rows;
    }

    private int generated() {
        int count = 0;
        for (Kernels.Generator generator : generators) {
            count += generator == null ? 0 : 1;
        }
        return count;
    }

    /** The registers, as bits, whose values a row needs from outside: those with a weight before they are assigned. */
    private long loads(int row) {
        long needed = 0;
        long assigned = 0;
        for (int a = 0; a < assignments.size(); a++) {
            double[] weights = assignments.get(a).weights(row);
            for (int r = 0; r < weights.length; r++) {
                if (weights[r] != 0) {
                    needed |= 1L << r & ~assigned;
                }
            }
            assigned |= 1L << assignments.get(a).target;
        }
        return needed;
    }

    private void work(int row, int start, int count, Scratch scratch) {
        if (wide) {
            block(scratch.doubles(registers + 1), row, start, count, scratch);
        } else {
            block(scratch.floats(registers + 2), row, start, count, scratch);
        }
    }

    private void block(float[][] x, int row, int start, int count, Scratch scratch) {
        int at = row * length + start;
        for (long left = loads[row]; left != 0; left &= left - 1) {
            int r = Long.numberOfTrailingZeros(left);
            if (generators[r] == null) {
                arrays[r].memory().read(at, x[r], 0, count);
            } else {
                generators[r].generate(row, start, x[r], count, scratch);
            }
        }
        for (int a = 0; a < assignments.size(); a++) {
            Assignment assignment = assignments.get(a);
            if (assignment.chained(row)) {
                FloatChains.combine(assignment.weights(row), x, x[assignment.target], x[registers]);
            } else {
                FloatSums.combine(assignment.weights(row), x, x[assignment.target], x[registers], x[registers + 1]);
            }
            if (assignment.limit != Double.POSITIVE_INFINITY) {
                FloatSums.clamp(x[assignment.target], (float) assignment.limit);
            }
        }
        boolean finite = true;
        for (int r = 0; r < registers; r++) {
            finite = finite && (arrays[registers + r] == null || FloatSums.finite(x[r], x[registers], count));
        }
        double[][] exact = finite ? null : sums(scratch.doubles(registers + 1), row, start, count, scratch);
        for (int r = 0; r < registers; r++) {
            if (arrays[registers + r] != null) {
                if (!finite) {
                    FloatSums.settle(x[r], exact[r], count);
                }
                arrays[registers + r].memory().write(at, x[r], 0, count);
            }
        }
    }

    private void block(double[][] x, int row, int start, int count, Scratch scratch) {
        sums(x, row, start, count, scratch);
        for (int r = 0; r < registers; r++) {
            if (arrays[registers + r] != null) {
                arrays[registers + r].memory().write(row * length + start, x[r], 0, count);
            }
        }
    }

    /** The registers in doubles; each is rounded to float where the pass computes in float. */
    private double[][] sums(double[][] x, int row, int start, int count, Scratch scratch) {
        int at = row * length + start;
        for (long left = loads[row]; left != 0; left &= left - 1) {
            int r = Long.numberOfTrailingZeros(left);
            if (generators[r] == null) {
                arrays[r].memory().read(at, x[r], 0, count);
            } else {
                float[] made = scratch.floats(registers + 1)[registers];
                generators[r].generate(row, start, made, count, scratch);
                for (int i = 0; i < count; i++) {
                    x[r][i] = made[i];
                }
            }
        }
        for (int a = 0; a < assignments.size(); a++) {
            Assignment assignment = assignments.get(a);
            DoubleSums.combine(assignment.weights(row), x, x[assignment.target], x[registers]);
            if (assignment.limit != Double.POSITIVE_INFINITY) {
                DoubleSums.clamp(x[assignment.target], assignment.limit);
            }
            if (!wide) {
                FloatSums.round(x[assignment.target]);
            }
        }
        return x;
    }
}
