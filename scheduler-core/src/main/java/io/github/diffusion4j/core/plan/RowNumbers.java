package io.github.diffusion4j.core.plan;

/** Numbers that belong to rows, one each. */
final class RowNumbers {

    private RowNumbers() {}

    /** Refuses another count than that of the rows, and what is not finite. */
    static void check(String what, int rows, double... numbers) {
        if (numbers.length != rows) {
            throw new IllegalArgumentException("got " + numbers.length + " " + what + " for " + rows + " rows; give one for each");
        }
        for (int row = 0; row < rows; row++) {
            if (!Double.isFinite(numbers[row])) {
                throw new IllegalArgumentException(what + " must be finite, got " + numbers[row] + " for row " + row);
            }
        }
    }
}
