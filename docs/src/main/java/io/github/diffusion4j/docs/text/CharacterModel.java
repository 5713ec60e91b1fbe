package io.github.diffusion4j.docs.text;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An n-gram model over characters with interpolated Witten-Bell smoothing, {@code p(c | h) = (count(hc) + kinds(h) p(c | h')) / (count(h) + kinds(h))}, h' one character shorter and at last uniform: a
 * judge of texts that is no network. A text shorter than the longest ends with a sign of its own.
 */
final class CharacterModel {

    private static final char START = '^';
    private static final char END = '$';
    private static final String SIGNS = Alphabet.CHARACTERS + END;

    private final int order;
    private final Map<String, Map<Character, Integer>> counts = new HashMap<>();

    /** Fits a model that looks at order - 1 characters. */
    CharacterModel(List<String> texts, int order) {
        this.order = order;
        texts.forEach(this::count);
    }

    private static String whole(String text) {
        return START + text + (text.length() < Alphabet.LENGTH ? Character.toString(END) : "");
    }

    private void count(String text) {
        String whole = whole(text);
        for (int at = 1; at < whole.length(); at++) {
            for (int from = Math.max(0, at - order + 1); from <= at; from++) {
                counts.computeIfAbsent(whole.substring(from, at), history -> new HashMap<>()).merge(whole.charAt(at), 1, Integer::sum);
            }
        }
    }

    /** The probability of a character, or of the end, after a history. */
    double probability(String history, char next) {
        Map<Character, Integer> seen = counts.getOrDefault(history, Map.of());
        double shorter = history.isEmpty() ? 1.0 / SIGNS.length() : probability(history.substring(1), next);
        double all = seen.values().stream().mapToInt(Integer::intValue).sum();
        return seen.isEmpty() ? shorter : (seen.getOrDefault(next, 0) + seen.size() * shorter) / (all + seen.size());
    }

    /** The characters that a text is judged by, its end among them. */
    static int length(String text) {
        return whole(text).length() - 1;
    }

    static String signs() {
        return SIGNS;
    }

    /** The bits of a text, its end among them. */
    double bits(String text) {
        String whole = whole(text);
        double bits = 0;
        for (int at = 1; at < whole.length(); at++) {
            bits -= Math.log(probability(whole.substring(Math.max(0, at - order + 1), at), whole.charAt(at))) / Math.log(2);
        }
        return bits;
    }

    /** Bits per character of many texts. */
    double bits(List<String> texts) {
        return texts.stream().mapToDouble(this::bits).sum() / texts.stream().mapToInt(CharacterModel::length).sum();
    }
}
