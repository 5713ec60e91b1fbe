package io.github.diffusion4j.docs.text;

import io.github.diffusion4j.core.noise.CounterUniform;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Short names of Unicode characters in lower case, as every Java knows them. Unicode never changes a name, and the ranges were full in version 13, JDK 17's: the list is the same on every JDK.
 *
 * @param learned what the network trains on
 * @param heldOut the others
 */
record Names(List<String> learned, List<String> heldOut) {

    private static final int HELD_OUT = 10;

    /** First and last code points. */
    private static final int[][] RANGES = {
        {0x20, 0x7E}, {0xA0, 0x377}, {0x37A, 0x37F}, {0x384, 0x38A}, {0x38E, 0x3A1}, {0x3A3, 0x52F}, {0x1D00, 0x1DBF}, {0x1E00, 0x1F15}, {0x2000, 0x2064}, {0x2070, 0x2071}, {0x2074, 0x208E},
        {0x20A0, 0x20BF}, {0x20D0, 0x20F0}, {0x2100, 0x218B}, {0x2190, 0x2426}, {0x2440, 0x244A}, {0x2500, 0x27FF}, {0x2900, 0x2B73}, {0x2B76, 0x2B95}, {0x2B97, 0x2BFF}, {0x2E00, 0x2E52}, {0x2F00, 0x2FD5},
        {0x3001, 0x303F}, {0x3041, 0x3096}, {0x30A0, 0x30FF}, {0x4DC0, 0x4DFF}, {0xA700, 0xA7BF}, {0x101D0, 0x101FD}, {0x1D100, 0x1D126}, {0x1D129, 0x1D1E8}, {0x1D300, 0x1D356},
        {0x1F000, 0x1F02B}, {0x1F0A0, 0x1F0AE}, {0x1F300, 0x1F6D7}, {0x1F6E0, 0x1F6EC}, {0x1F6F0, 0x1F6FC}, {0x1F700, 0x1F773}, {0x1F780, 0x1F7D8}, {0x1F800, 0x1F80B}, {0x1F900, 0x1F978},
        {0x1F97A, 0x1F9CB}, {0x1F9CD, 0x1FA53}, {0x1FA60, 0x1FA6D}, {0x1FA70, 0x1FA74}, {0x1FA80, 0x1FA86}, {0x1FA90, 0x1FAA8}};

    /** All names, in the order of their code points. */
    static List<String> all() {
        return java.util.Arrays.stream(RANGES).flatMapToInt(range -> IntStream.rangeClosed(range[0], range[1])).mapToObj(Names::name).filter(Alphabet::fits).toList();
    }

    private static String name(int codePoint) {
        String name = Character.getName(codePoint);
        if (name == null) {
            throw new IllegalStateException(String.format(Locale.ROOT, "U+%04X has no name in this Java", codePoint));
        }
        return name.toLowerCase(Locale.ROOT);
    }

    /** The names, a tenth of them held out. */
    static Names split(long seed) {
        List<String> all = all();
        List<String> mixed = IntStream.of(new CounterUniform(seed).permutation(0, all.size())).mapToObj(all::get).toList();
        int held = all.size() / HELD_OUT;
        return new Names(mixed.subList(held, all.size()), mixed.subList(0, held));
    }

    /** The first of the learned names, and all held-out ones. */
    Names learning(int most) {
        return new Names(learned.subList(0, Math.min(most, learned.size())), heldOut);
    }
}
