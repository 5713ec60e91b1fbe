package io.github.diffusion4j.core.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A short program over arrays of one shape, run in one pass over their memory. It has numbered registers, some of them read from arrays or made by a generator of noise; each
 * assignment sets a register to a linear combination of registers, optionally clamped; registers that are bound to an array for writing end up there:
 * <pre>
 *   r_t = clamp(w_0 r_0 + w_1 r_1 + ..., limit)
 * </pre>
 * Block by block, all that is read is read first and written last, so an array may be read and written by the same pass, in place. A register in between never
 * touches memory. Sums are rounded once, to float if no array is DOUBLE and to double otherwise. The result has the same bits for any number of threads.
 *
 * <p>Arrays with gaps or in Fortran order go through dense copies; what Java cannot reach (other backends) goes through ND4J's operations. A pass keeps its memory
 * between two runs, so that running it again allocates nothing. Not thread-safe.
 */
public final class Pass implements Parallel.Range {

    /** How many registers a pass has at most. */
    public static final int REGISTERS = 64;

    private final int registers;
    /** The arrays to read, by register, then those to write. */
    private final INDArray[] arrays;
    private final Memory[] memories;
    /** What makes a register's values, where no array holds them. */
    private final Kernels.Generator[] generators;
    private final Memories known = new Memories();
    private final List<Assignment> spare = new ArrayList<>();
    private final List<Assignment> assignments = new ArrayList<>();
    private long[] loads = new long[1];
    private boolean wide;
    private int length;
    private int blocks;

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
        this.arrays = new INDArray[2 * registers];
        this.memories = new Memory[2 * registers];
        this.generators = new Kernels.Generator[registers];
    }

    private static final class Assignment {
        private int target;
        private double limit;
        private double[][] weights;

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
    public void read(int register, INDArray array) {
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
    public void write(int register, INDArray array) {
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
        Assignment assignment = spare.isEmpty() ? new Assignment() : spare.remove(spare.size() - 1);
        assignment.target = target;
        assignment.limit = limit;
        assignment.weights = weights;
        assignments.add(assignment);
    }

    /** Runs the assignments in their order. Where nothing is to be written, nothing happens. */
    public void run() {
        INDArray result = result();
        if (result == null) {
            return;
        }
        boolean onHost = Kernels.onHost();
        for (INDArray array : arrays) {
            if (array != null) {
                check(array, result, onHost && Memory.isDense(array));
            }
        }
        if (onHost) {
            overMemory(result);
        } else {
            byOperations(result);
        }
    }

    /** All arrays are of one shape, and their values can be reached, before anything is written. What is dense is checked when its memory is opened. */
    private static void check(INDArray array, INDArray result, boolean dense) {
        if (array != result && !Arrays.equals(array.shape(), result.shape())) {
            throw new IllegalArgumentException("arrays of shapes " + Arrays.toString(array.shape()) + " and " + Arrays.toString(result.shape()) + " do not go together");
        }
        if (!dense) {
            Memory.check(array);
        }
    }

    /** An array that is written; all have its shape. */
    private INDArray result() {
        for (int r = registers; r < arrays.length; r++) {
            if (arrays[r] != null) {
                return arrays[r];
            }
        }
        return null;
    }

    private void overMemory(INDArray result) {
        List<INDArray[]> copies = replaceByDense();
        try {
            dense(result);
            for (int i = 0; i < copies.size(); i++) {
                if (copies.get(i)[1] != null) {
                    copies.get(i)[1].assign(copies.get(i)[0]);
                }
            }
        } finally {
            for (int i = 0; i < copies.size(); i++) {
                copies.get(i)[0].close();
            }
        }
    }

    /** Puts dense copies in the place of arrays with gaps: each with the array to write back to, if it is written. */
    private List<INDArray[]> replaceByDense() {
        List<INDArray[]> copies = List.of();
        for (int i = 0; i < arrays.length; i++) {
            INDArray array = arrays[i];
            if (array != null && !Memory.isDense(array)) {
                boolean read = i < registers;
                arrays[i] = read ? Kernels.copy(array) : Kernels.empty(array.dataType(), array.shape());
                copies = copies.isEmpty() ? new ArrayList<>() : copies;
                copies.add(new INDArray[] {arrays[i], read ? null : array});
            }
        }
        return copies;
    }

    private void dense(INDArray result) {
        int generated = generated();
        int rows = rows(generated > 0 ? Kernels.samples(result) : 1);
        length = (int) (result.length() / rows);
        blocks = (length + Scratch.SIZE - 1) / Scratch.SIZE;
        wide = false;
        known.next();
        for (int i = 0; i < arrays.length; i++) {
            if (arrays[i] != null) {
                memories[i] = known.of(arrays[i]);
                wide |= arrays[i].dataType() == DataType.DOUBLE;
            }
        }
        loads = loads.length < rows ? new long[rows] : loads;
        for (int row = 0; row < rows; row++) {
            loads[row] = loads(row);
        }
        Parallel.run(rows * blocks, result.length() * (assignments.size() + Parallel.NOISE * generated), this);
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

    /** Works on the blocks {@code first .. last-1}, counted over all rows. */
    @Override
    public void run(int first, int last) {
        Scratch scratch = Scratch.take();
        for (int i = first; i < last; i++) {
            int row = i / blocks;
            int start = i % blocks * Scratch.SIZE;
            int count = Math.min(Scratch.SIZE, length - start);
            if (wide) {
                block(scratch.doubles(registers + 1), row, start, count, scratch);
            } else {
                block(scratch.floats(registers + 2), row, start, count, scratch);
            }
        }
        scratch.give();
    }

    private void block(float[][] x, int row, int start, int count, Scratch scratch) {
        int at = row * length + start;
        for (long left = loads[row]; left != 0; left &= left - 1) {
            int r = Long.numberOfTrailingZeros(left);
            if (generators[r] == null) {
                memories[r].read(at, x[r], count);
            } else {
                generators[r].generate(row, start, scratch, count);
                FloatSums.round(scratch.block(0), x[r]);
            }
        }
        for (int a = 0; a < assignments.size(); a++) {
            Assignment assignment = assignments.get(a);
            FloatSums.combine(assignment.weights(row), x, x[assignment.target], x[registers], x[registers + 1]);
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
                memories[registers + r].write(at, x[r], count);
            }
        }
    }

    private void block(double[][] x, int row, int start, int count, Scratch scratch) {
        sums(x, row, start, count, scratch);
        for (int r = 0; r < registers; r++) {
            if (arrays[registers + r] != null) {
                memories[registers + r].write(row * length + start, x[r], count);
            }
        }
    }

    /** The registers in doubles; each is rounded to float where the pass computes in float. */
    private double[][] sums(double[][] x, int row, int start, int count, Scratch scratch) {
        int at = row * length + start;
        for (long left = loads[row]; left != 0; left &= left - 1) {
            int r = Long.numberOfTrailingZeros(left);
            if (generators[r] == null) {
                memories[r].read(at, x[r], count);
            } else {
                generators[r].generate(row, start, scratch, count);
                System.arraycopy(scratch.block(0), 0, x[r], 0, count);
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

    /** The same assignments by ND4J's operations. */
    void byOperations(INDArray result) {
        boolean doubles = Arrays.stream(arrays).anyMatch(array -> array != null && array.dataType() == DataType.DOUBLE);
        INDArray[] values = Arrays.copyOf(arrays, registers);
        List<INDArray> made = new ArrayList<>();
        for (int r = 0; r < registers; r++) {
            if (generators[r] != null) {
                values[r] = Kernels.empty(doubles ? DataType.DOUBLE : DataType.FLOAT, result.shape());
                Kernels.generate(values[r], generators[r]);
                made.add(values[r]);
            }
        }
        for (Assignment assignment : assignments) {
            values[assignment.target] = Operations.combine(doubles ? DataType.DOUBLE : DataType.FLOAT, values, assignment.weights, assignment.limit, result.shape());
            made.add(values[assignment.target]);
        }
        for (int r = 0; r < registers; r++) {
            if (arrays[registers + r] != null) {
                arrays[registers + r].assign(values[r]);
            }
        }
        made.forEach(INDArray::close);
    }
}
