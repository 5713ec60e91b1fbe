package io.github.diffusion4j.core.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * A {@link Pass} over the arrays of any library: where their memory can be reached it is one pass over it, elsewhere each assignment is the library's linear combination. Rows may be of any
 * axes. A pass keeps what it found out about arrays that come back, so that running it again allocates nothing. Not thread-safe.
 *
 * @param <A> the array of the library
 */
public final class ArrayPass<A> {

    private final Arrays<A> arrays;
    private final Rows rows;
    private final Pass pass;
    private final Memories<A> known;
    /** The arrays to read, by register, and those to write. */
    private final List<A> read = new ArrayList<>();
    private final List<A> written = new ArrayList<>();

    /**
     * An empty pass.
     *
     * @param arrays the library
     * @param rows what has weights and noise of its own
     * @param registers the number of registers, at most {@link Pass#REGISTERS}
     */
    public ArrayPass(Arrays<A> arrays, Rows rows, int registers) {
        this.arrays = arrays;
        this.rows = rows;
        this.pass = new Pass(registers);
        this.known = new Memories<>(arrays, rows);
        for (int r = 0; r < registers; r++) {
            read.add(null);
            written.add(null);
        }
    }

    /** Forgets arrays and assignments. */
    public void clear() {
        pass.clear();
        for (int r = 0; r < read.size(); r++) {
            read.set(r, null);
            written.set(r, null);
        }
    }

    /**
     * Reads a register from an array.
     *
     * @param register the register
     * @param array an array of FLOAT, DOUBLE, HALF or BFLOAT16; one with an axis of size 1 repeats along it
     */
    public void read(int register, A array) {
        read.set(register, array);
    }

    /**
     * Makes a register's values while the pass runs.
     *
     * @param register the register
     * @param generator makes the values, on any thread
     */
    public void make(int register, Kernels.Generator generator) {
        pass.make(register, generator);
    }

    /**
     * Writes a register to an array once it is assigned.
     *
     * @param register the register
     * @param array an array of the same shape as all that are written
     */
    public void write(int register, A array) {
        written.set(register, array);
    }

    /**
     * Sets a register to a linear combination. Registers of weight 0 are not read.
     *
     * @param target the register to set
     * @param limit the largest absolute value of the result, infinite for any
     * @param weights the weights of the registers from 0 on: one list, or one for each row
     */
    public void assign(int target, double limit, double[]... weights) {
        pass.assign(target, limit, Pass.PAIRED, weights);
    }

    /**
     * The same with a choice of how sums of floats are rounded.
     *
     * @param target the register to set
     * @param limit the largest absolute value of the result, infinite for any
     * @param chained for all rows or for each, whether one rounding for each term will do, see {@link Pass#assign(int, double, boolean[], double[][])}
     * @param weights the weights of the registers from 0 on: one list, or one for each row
     */
    public void assign(int target, double limit, boolean[] chained, double[]... weights) {
        pass.assign(target, limit, chained, weights);
    }

    /** Runs the assignments in their order. Where nothing is to be written, nothing happens. */
    public void run() {
        A result = result();
        if (result == null) {
            return;
        }
        known.next();
        long[] shape = arrays.shape(result);
        if (known.of(result, shape) == null) {
            byOperations(shape);
            return;
        }
        for (int r = 0; r < read.size(); r++) {
            if (read.get(r) != null) {
                pass.read(r, known.of(read.get(r), shape));
            }
            if (written.get(r) != null) {
                checkShape(arrays.shape(written.get(r)), shape);
                pass.write(r, known.of(written.get(r), shape));
            }
        }
        pass.run();
    }

    private static void checkShape(long[] shape, long... other) {
        if (!java.util.Arrays.equals(shape, other)) {
            throw new IllegalArgumentException("arrays of shapes " + java.util.Arrays.toString(shape) + " and " + java.util.Arrays.toString(other) + " are written together");
        }
    }

    /**
     * Acts on the values of an array on the host, rows along the first axis: on its memory, or on a copy.
     *
     * @param array the array
     * @param changed whether what the action writes is to be in the array afterwards
     * @param action what is done
     */
    public void onRows(A array, boolean changed, Consumer<HostArray> action) {
        HostArray memory = known.of(array, arrays.shape(array));
        if (memory == null) {
            arrays.onHost(array, changed, host -> action.accept(host.byRows(rows)));
        } else {
            action.accept(memory);
        }
    }

    /**
     * Acts on the values of several arrays on the host, rows along the first axis: on their memory, or on copies.
     *
     * @param each the arrays
     * @param action what is done with them; it changes nothing
     */
    public void onRows(List<A> each, Consumer<List<HostArray>> action) {
        onEach(each, (array, acted) -> onRows(array, false, acted), new ArrayList<>(), action);
    }

    /**
     * The moments of the difference of two arrays, each row by itself.
     *
     * @param one an array
     * @param other an array of its shape
     * @return one entry for each row, of {@code one - other}
     */
    public Moments[] difference(A one, A other) {
        Moments[][] moments = new Moments[1][];
        onRows(List.of(one, other), hosts -> moments[0] = Moments.combined(hosts.toArray(HostArray[]::new), new double[] {1, -1}));
        return moments[0];
    }

    /**
     * Acts on the values of several arrays on the host in their own order: on their memory, or on copies.
     *
     * @param each the arrays
     * @param action what is done with them; it changes nothing
     */
    public void onHost(List<A> each, Consumer<List<HostArray>> action) {
        onEach(each, (array, acted) -> onHost(array, false, acted), new ArrayList<>(), action);
    }

    private void onEach(List<A> each, BiConsumer<A, Consumer<HostArray>> one, List<HostArray> found, Consumer<List<HostArray>> action) {
        if (found.size() == each.size()) {
            action.accept(found);
            return;
        }
        one.accept(each.get(found.size()), host -> {
            found.add(host);
            onEach(each, one, found, action);
        });
    }

    /**
     * Acts on the values of an array on the host in their own order: on its memory, or on a copy.
     *
     * @param array the array
     * @param changed whether what the action writes is to be in the array afterwards
     * @param action what is done
     */
    public void onHost(A array, boolean changed, Consumer<HostArray> action) {
        HostArray memory = known.whole(array);
        if (memory == null) {
            arrays.onHost(array, changed, action);
        } else {
            action.accept(memory);
        }
    }

    /**
     * Whether Java reaches the memory of an array, so that a pass cannot fail once it writes.
     *
     * @param array the array
     * @return false where all goes by operations
     */
    public boolean reaches(A array) {
        return known.whole(array) != null;
    }

    /** An array that is written; all have its shape. */
    private A result() {
        for (int r = 0; r < written.size(); r++) {
            if (written.get(r) != null) {
                return written.get(r);
            }
        }
        return null;
    }

    private void byOperations(long... shape) {
        ElementType type = ElementType.FLOAT;
        for (int r = 0; r < read.size(); r++) {
            boolean wide = read.get(r) != null && arrays.type(read.get(r)) == ElementType.DOUBLE || written.get(r) != null && arrays.type(written.get(r)) == ElementType.DOUBLE;
            type = wide ? ElementType.DOUBLE : type;
        }
        new PassByOperations<>(arrays, rows, type, shape).run(pass, read, written);
    }
}
