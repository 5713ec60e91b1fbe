package io.github.diffusion4j.samplers.names;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What was meant by a name that is not known. */
public final class Spelling {

    /** So many names are told to who misspelt one. */
    static final int OFFERED = 3;

    private Spelling() {}

    /**
     * The names that are written most like a word.
     *
     * @param word the word
     * @param known the names there are; of those as near as each other the first comes first
     * @param most how many are wanted
     * @return the nearest first, in capitals or not
     */
    public static List<String> nearest(String word, Collection<String> known, int most) {
        return known.stream().sorted(Comparator.comparingInt(name -> distance(word.toLowerCase(Locale.ROOT), name.toLowerCase(Locale.ROOT)))).limit(most).toList();
    }

    /**
     * The refusal of a name, with the three nearest to it and all there are.
     *
     * @param what what is named, for instance {@code quantity}
     * @param word the word that is no name
     * @param known the names there are
     * @return the exception to throw
     */
    public static IllegalArgumentException unknown(String what, String word, Collection<String> known) {
        return new IllegalArgumentException("unknown " + what + " '" + word + "'; nearest are " + String.join(", ", nearest(word, known, OFFERED)) + "; known are "
                + known.stream().distinct().collect(Collectors.joining(", ")));
    }

    /** How many letters must be put in, taken out or changed (Levenshtein's distance). */
    private static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        Arrays.setAll(row, j -> j);
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int changed = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
