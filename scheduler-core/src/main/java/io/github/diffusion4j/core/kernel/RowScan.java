package io.github.diffusion4j.core.kernel;

import java.util.Arrays;

/** The classes of one position, read in blocks. */
final class RowScan {

    private static final double LN_2 = Math.log(2);
    private static final double ROUNDING = 1e-9;

    private final Memory memory;
    private final int base;
    private final int classes;
    private final Question question;
    private final int token;
    private final ClassSums plain = new ClassSums();
    private final ClassSums tempered;

    private int best;
    private double first = Double.NEGATIVE_INFINITY;
    private double second = Double.NEGATIVE_INFINITY;
    private double current = Double.NEGATIVE_INFINITY;
    /** Sums at the temperature up to the end of each block, below the largest value up to there, which follows it. */
    private double[] reached = {};
    private double drawnLogit;
    private double drawnProbability;

    RowScan(Memory memory, int base, int classes, Question question, int token) {
        this.memory = memory;
        this.base = base;
        this.classes = classes;
        this.question = question;
        this.token = token;
        this.tempered = question.temperature() == 1 ? plain : new ClassSums();
    }

    /** Where values are floats their exponentials are taken in floats too. */
    void read(boolean floats, Scratch scratch) {
        boolean fast = floats && question.temperature() > 0;
        reached = scratch.row(1, 2 * (classes / Scratch.SIZE + 1));
        for (int start = 0; start < classes; start += Scratch.SIZE) {
            if (fast) {
                addFloats(start, scratch);
            } else {
                addDoubles(start, scratch.block(0));
            }
            reached[2 * (start / Scratch.SIZE)] = tempered.sum();
            reached[2 * (start / Scratch.SIZE) + 1] = tempered.max();
        }
        if (!(plain.sum() > 0) || !Double.isFinite(plain.logSum())) {
            throw new IllegalArgumentException("the logits of position " + base / classes + " (counted over the batch) have no largest finite value; a network that gives NaN or infinity cannot be sampled");
        }
    }

    private void addDoubles(int start, double[] z) {
        int count = load(start, z);
        largest(z, start, count);
        plain.add(z, count);
        if (tempered != plain) {
            temper(z, count);
            tempered.add(z, count);
        }
    }

    private void addFloats(int start, Scratch scratch) {
        float[] x = scratch.floats(1)[0];
        int count = Math.min(Scratch.SIZE, classes - start);
        memory.read(base + start, x, 0, count);
        Arrays.fill(x, count, Scratch.SIZE, Float.NEGATIVE_INFINITY);
        int out = question.excluded() - start;
        if (out >= 0 && out < count) {
            x[out] = Float.NEGATIVE_INFINITY;
        }
        int here = token - start;
        if (here >= 0 && here < count) {
            x[here] += (float) question.raised();
            current = x[here];
        }
        float top = scratch.exponentials().largest(x);
        if (top > second) {
            firstTwo(x, start, count);
        }
        if (first > Double.NEGATIVE_INFINITY || Float.isNaN(top)) {
            plain.add(x, top, 1, scratch.exponentials());
            if (tempered != plain) {
                tempered.add(x, top, question.temperature(), scratch.exponentials());
            }
        }
    }

    private void firstTwo(float[] x, int start, int count) {
        for (int k = 0; k < count; k++) {
            if (x[k] > second) {
                rank(x[k], start + k);
            }
        }
    }

    private void rank(double z, int label) {
        if (z > first) {
            second = first;
            first = z;
            best = label;
        } else {
            second = z;
        }
    }

    /** A block of logits, the excluded class at minus infinity, the current token's raised. */
    private int load(int start, double[] z) {
        int count = Math.min(Scratch.SIZE, classes - start);
        memory.read(base + start, z, 0, count);
        int out = question.excluded() - start;
        if (out >= 0 && out < count) {
            z[out] = Double.NEGATIVE_INFINITY;
        }
        int here = token - start;
        if (here >= 0 && here < count) {
            z[here] += question.raised();
            current = z[here];
        }
        return count;
    }

    private void temper(double[] z, int count) {
        for (int k = 0; k < count; k++) {
            z[k] /= question.temperature();
        }
    }

    /** The two largest, the lowest class of equal ones. Most blocks hold none that is larger. */
    private void largest(double[] z, int start, int count) {
        double top = second;
        for (int k = 0; k < count; k++) {
            top = Math.max(top, z[k]);
        }
        if (top == second) {
            return;
        }
        for (int k = 0; k < count; k++) {
            if (z[k] > second) {
                rank(z[k], start + k);
            }
        }
    }

    int draw(int position, Chances chances, Scratch scratch) {
        if (question.filters()) {
            return truncated(position, chances, scratch);
        }
        int drawn = chances.racing() ? raced(chances.exponentials(position), scratch) : inverted(chances.uniform(position), scratch);
        double[] one = scratch.block(0);
        load(drawn / Scratch.SIZE * Scratch.SIZE, one);
        drawnLogit = one[drawn % Scratch.SIZE];
        drawnProbability = Math.exp(drawnLogit / question.temperature() - tempered.logSum());
        return drawn;
    }

    /** The class of the largest {@code y - ln E}. */
    private int raced(Chances.Exponentials numbers, Scratch scratch) {
        double[] z = scratch.block(0);
        double[] exponentials = scratch.block(1);
        int winner = best;
        double highest = Double.NEGATIVE_INFINITY;
        for (int start = 0; start < classes; start += Scratch.SIZE) {
            int count = load(start, z);
            numbers.next(exponentials, count);
            for (int k = 0; k < count; k++) {
                double y = z[k] / question.temperature();
                // ln E is at least the exponent of E times ln 2: few classes can win, the others need no logarithm.
                if (y - highest > Math.getExponent(exponentials[k]) * LN_2 - ROUNDING) {
                    double time = y - Math.log(exponentials[k]);
                    if (time > highest) {
                        highest = time;
                        winner = start + k;
                    }
                }
            }
        }
        return winner;
    }

    /** The class at which the cumulative sum exceeds the number's part of the sum: its block follows from the sums up to blocks. */
    private int inverted(double uniform, Scratch scratch) {
        double target = uniform * tempered.sum();
        int block = 0;
        while (block < (classes - 1) / Scratch.SIZE && !(reached(block) > target)) {
            block++;
        }
        double sum = block == 0 ? 0 : reached(block - 1);
        double[] z = scratch.block(0);
        int count = load(block * Scratch.SIZE, z);
        int last = best;
        for (int k = 0; k < count; k++) {
            double weight = Math.exp(z[k] / question.temperature() - tempered.max());
            sum += weight;
            if (sum > target) {
                return block * Scratch.SIZE + k;
            }
            last = weight > 0 ? block * Scratch.SIZE + k : last;
        }
        return last;
    }

    private double reached(int block) {
        double sum = reached[2 * block];
        return sum == 0 ? 0 : sum * Math.exp(reached[2 * block + 1] - tempered.max());
    }

    private int truncated(int position, Chances chances, Scratch scratch) {
        double[] y = scratch.row(0, classes);
        double[] z = scratch.block(0);
        for (int start = 0; start < classes; start += Scratch.SIZE) {
            int count = load(start, z);
            for (int k = 0; k < count; k++) {
                y[start + k] = z[k] / question.temperature();
            }
        }
        scratch.truncation().apply(y, classes, question, scratch.row(1, classes));
        for (int k = 0; k < classes; k++) {
            y[k] = y[k] == Double.NEGATIVE_INFINITY ? 0 : Math.exp(y[k] - tempered.max());
        }
        int drawn = chances.draw(position, y, classes);
        drawnProbability = y[drawn] / Arrays.stream(y, 0, classes).sum();
        load(drawn / Scratch.SIZE * Scratch.SIZE, z);
        drawnLogit = z[drawn % Scratch.SIZE];
        return drawn;
    }

    int best() {
        return best;
    }

    double first() {
        return first;
    }

    double second() {
        return second;
    }

    double current() {
        return current;
    }

    ClassSums plain() {
        return plain;
    }

    ClassSums tempered() {
        return tempered;
    }

    /** 0 where the values are log probabilities already. */
    double logSum() {
        return question.normalized() ? 0 : plain.logSum();
    }

    double drawnLogit() {
        return drawnLogit;
    }

    double drawnProbability() {
        return drawnProbability;
    }
}
