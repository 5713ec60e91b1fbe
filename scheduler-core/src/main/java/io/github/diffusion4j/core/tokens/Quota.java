package io.github.diffusion4j.core.tokens;

import java.io.Serializable;

/** How many positions of a sample take their candidate. */
public sealed interface Quota extends Serializable {

    /**
     * The number.
     *
     * @param competing how many positions compete
     * @param length how many positions there are
     * @param committed how many were taken before
     * @return how many are taken, at least 0
     */
    int of(int competing, int length, int committed);

    /**
     * A given number.
     *
     * @param count the number
     */
    record Fixed(int count) implements Quota {
        @Override
        public int of(int competing, int length, int committed) {
            return Math.min(count, competing);
        }
    }

    /**
     * As many as it takes to have taken a part of all positions, rounded up, those before included.
     *
     * @param part the numerator of the part
     * @param of its denominator, at least 1
     */
    record Reach(int part, int of) implements Quota {
        @Override
        public int of(int competing, int length, int committed) {
            int total = (int) (((long) part * length + of - 1) / of);
            return Math.max(0, Math.min(total - committed, competing));
        }
    }

    /**
     * All but a part of the positions, at least one of which goes on competing, and at least one is taken.
     *
     * @param ratio the part of all positions that goes on competing
     */
    record AllBut(double ratio) implements Quota {

        /** A whole number that rounding left just below. */
        private static final double ROUNDING = 1e-9;

        @Override
        public int of(int competing, int length, int committed) {
            return competing == 0 ? 0 : competing - Math.max(competing == 1 ? 0 : 1, Math.min(competing - 1, (int) Math.floor(length * ratio + ROUNDING)));
        }
    }

    /**
     * A part of the positions that compete, at least one.
     *
     * @param ratio the part
     */
    record Part(double ratio) implements Quota {
        @Override
        public int of(int competing, int length, int committed) {
            return competing == 0 ? 0 : Math.max(1, Math.min(competing, (int) Math.rint(competing * ratio)));
        }
    }

    /**
     * Equal parts of a number, the first ones larger by one where it does not divide.
     *
     * @param count the number
     * @param parts how many parts
     * @return the parts
     * @throws IllegalArgumentException if there is no part, or the number is negative
     */
    static int[] parts(int count, int parts) {
        if (count < 0 || parts < 1) {
            throw new IllegalArgumentException("a number of positions is divided into at least one part, got " + count + " positions and " + parts + " parts");
        }
        int[] quotas = new int[parts];
        for (int i = 0; i < parts; i++) {
            quotas[i] = count / parts + (i < count % parts ? 1 : 0);
        }
        return quotas;
    }
}
