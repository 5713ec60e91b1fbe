package io.github.diffusion4j.docs.emoji;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.diffusion4j.samplers.names.Spelling;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The words that the network was taught, by the numbers that it takes. The first stands for no word. */
public final class Vocabulary {

    /** The most words of a caption. */
    public static final int MOST_WORDS = 8;

    /** How many words are offered for one that is not known. */
    private static final int OFFERED = 4;

    private final Map<String, Integer> numbers = new HashMap<>();

    private Vocabulary(String... words) {
        for (int number = 1; number < words.length; number++) {
            numbers.put(words[number], number);
        }
    }

    /**
     * Reads the words.
     *
     * @param json a list of them, in the order of their numbers
     * @return the vocabulary
     * @throws IOException if it cannot be read
     */
    public static Vocabulary read(InputStream json) throws IOException {
        return new Vocabulary(new JsonMapper().readValue(json, String[].class));
    }

    /**
     * The numbers of a caption.
     *
     * @param caption words with spaces between them, in any order, at most {@link #MOST_WORDS}; none for the network without condition
     * @return as many numbers as a caption has words at most, 0 for no word
     * @throws IllegalArgumentException if there are more words, or the network was not taught one of them, with those that are written most like it
     */
    public long[] numbers(String caption) {
        List<String> words = Arrays.stream(caption.split(" ")).filter(word -> !word.isEmpty()).toList();
        if (words.size() > MOST_WORDS) {
            throw new IllegalArgumentException("a caption has at most " + MOST_WORDS + " words, '" + caption + "' has " + words.size());
        }
        return Arrays.copyOf(words.stream().mapToLong(this::number).toArray(), MOST_WORDS);
    }

    /**
     * Whether a caption can be drawn.
     *
     * @param words its words
     * @return true if there are not too many and all are known
     */
    boolean knows(List<String> words) {
        return words.size() <= MOST_WORDS && numbers.keySet().containsAll(words);
    }

    private int number(String word) {
        Integer number = numbers.get(word);
        if (number == null) {
            throw new IllegalArgumentException("the network was not taught the word '" + word + "'; it knows " + near(word));
        }
        return number;
    }

    private String near(String word) {
        return String.join(", ", Spelling.nearest(word, numbers.entrySet().stream().sorted(Map.Entry.comparingByValue()).map(Map.Entry::getKey).toList(), OFFERED));
    }
}
