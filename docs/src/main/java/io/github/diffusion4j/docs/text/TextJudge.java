package io.github.diffusion4j.docs.text;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Judges samples by an n-gram model of all names, which no network has seen, and by the names themselves. */
final class TextJudge {

    static final int ORDER = 5;

    private final CharacterModel model;
    private final Set<String> learned;
    private final Set<String> heldOut;
    private final Set<String> words;

    TextJudge(Names names) {
        List<String> all = Stream.concat(names.learned().stream(), names.heldOut().stream()).toList();
        model = new CharacterModel(all, ORDER);
        learned = Set.copyOf(names.learned());
        heldOut = Set.copyOf(names.heldOut());
        words = all.stream().flatMap(TextJudge::words).collect(Collectors.toSet());
    }

    private static Stream<String> words(String text) {
        return Arrays.stream(text.split("[ -]+")).filter(word -> !word.isEmpty());
    }

    /**
     * What samples are worth.
     *
     * @param perplexity of a character under the n-gram model: as if it had to choose among so many
     * @param distinct the share of samples that are there once, of all
     * @param entropy of the characters, in bits
     * @param learned the share that are names of the training
     * @param heldOut the share that are names held out
     * @param words the share of words that occur in names
     */
    record Quality(double perplexity, double distinct, double entropy, double learned, double heldOut, double words) {}

    CharacterModel model() {
        return model;
    }

    Quality quality(List<String> samples) {
        List<String> used = samples.stream().flatMap(TextJudge::words).toList();
        return new Quality(Math.pow(2, model.bits(samples)), new HashSet<>(samples).size() / (double) samples.size(), entropy(samples), share(samples, learned::contains),
                share(samples, heldOut::contains), share(used, words::contains));
    }

    private static double share(List<String> texts, Predicate<String> wanted) {
        return texts.stream().filter(wanted).count() / (double) Math.max(1, texts.size());
    }

    private static double entropy(List<String> samples) {
        String all = String.join("", samples);
        return all.chars().boxed().collect(Collectors.groupingBy(sign -> sign, Collectors.counting())).values().stream().mapToDouble(count -> count / (double) all.length())
                .map(p -> -p * Math.log(p) / Math.log(2)).sum();
    }
}
