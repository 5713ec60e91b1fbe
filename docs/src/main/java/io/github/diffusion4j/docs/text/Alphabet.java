package io.github.diffusion4j.docs.text;

import io.github.diffusion4j.core.tokens.Tokens;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Texts as tokens: characters, an end that fills up short texts and that the network learns to predict, and the mask behind these classes. */
final class Alphabet {

    static final String CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789 -";
    static final int END = CHARACTERS.length();
    static final int CLASSES = END + 1;
    static final int MASK = CLASSES;
    /** The tokens of a text. */
    static final int LENGTH = 32;
    /** What a mask is written as, in patterns and on the terminal. */
    static final char MASK_SIGN = '_';

    private Alphabet() {}

    static boolean fits(String text) {
        return !text.isEmpty() && text.length() <= LENGTH && text.chars().allMatch(c -> CHARACTERS.indexOf(c) >= 0);
    }

    static Tokens tokens(List<String> texts) {
        return Tokens.of(texts.stream().flatMapToInt(text -> IntStream.range(0, LENGTH).map(at -> at < text.length() ? token(text.charAt(at)) : END)).toArray(), texts.size(), LENGTH);
    }

    private static int token(char sign) {
        int token = CHARACTERS.indexOf(sign);
        if (token < 0 && sign != MASK_SIGN) {
            throw new IllegalArgumentException("texts are made of '" + CHARACTERS + "', with " + MASK_SIGN + " for a mask, got '" + sign + "'");
        }
        return token < 0 ? MASK : token;
    }

    /** A sample up to its first end. */
    static String text(Tokens tokens, int sample) {
        int[] row = tokens.samples(sample).values();
        int end = IntStream.range(0, row.length).filter(at -> row[at] == END).findFirst().orElse(row.length);
        return IntStream.range(0, end).mapToObj(at -> Character.toString(sign(row[at]))).collect(Collectors.joining());
    }

    /** Whether nothing stands behind the first end of a sample. */
    static boolean whole(Tokens tokens, int sample) {
        int[] row = tokens.samples(sample).values();
        return IntStream.range(text(tokens, sample).length(), row.length).allMatch(at -> row[at] == END);
    }

    static List<String> texts(Tokens tokens) {
        return IntStream.range(0, tokens.batch()).mapToObj(sample -> text(tokens, sample)).toList();
    }

    static char sign(int token) {
        return token == MASK ? MASK_SIGN : token == END ? '.' : CHARACTERS.charAt(token);
    }
}
