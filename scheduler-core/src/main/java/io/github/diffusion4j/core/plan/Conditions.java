package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Which sums of a run lose nothing that matters when each of their terms is rounded to float. An array of a run holds, where the network is right, a known mixture of data, noise and fresh
 * noise, each of unit size, so the size of every term and of the result is known before the run. A sum of n terms in a chain is off by at most {@code (n + 1) 2^-24} times the sum of its terms'
 * sizes; it is taken as a chain where that is at most 2^-20 of the result's size, the last four bits of a float. Guided outputs count as one: where branches cancel, what the network rounded is
 * already larger than what the chain of their sum rounds.
 */
final class Conditions {

    /** In units of 2^-24. */
    private static final double ALLOWED = 16;

    private final Parameterization parameterization;
    private final int remembered;
    private Content anchor;
    private List<Content> memory = List.of();

    private Conditions(Parameterization parameterization, int remembered) {
        this.parameterization = parameterization;
        this.remembered = remembered;
    }

    /** What an array holds. */
    private record Content(double data, double noise, double fresh) {

        static final Content NOTHING = new Content(0, 0, 0);

        /** Fresh noise of two arrays is independent. */
        Content plus(double weight, Content other) {
            return new Content(data + weight * other.data, noise + weight * other.noise, Math.hypot(fresh, weight * other.fresh));
        }

        double size() {
            return Math.sqrt(data * data + noise * noise + fresh * fresh);
        }
    }

    /** The evaluations of a run, each with the sums that may be chained. */
    static List<Evaluation> marked(List<Evaluation> evaluations, Parameterization parameterization) {
        int longest = evaluations.stream().mapToInt(e -> Math.max(e.remember().length, Math.max(e.anchor().length, e.next().length))).max().orElse(Evaluation.MEMORY);
        Conditions conditions = new Conditions(parameterization, longest - Evaluation.MEMORY);
        return evaluations.stream().map(conditions::mark).toList();
    }

    private Evaluation mark(Evaluation e) {
        NoiseLevel level = e.level();
        Parameterization.Weights target = parameterization.target(level);
        Content sample = new Content(level.alpha(), level.sigma(), 0);
        Content output = new Content(target.first(), target.second(), 0);
        anchor = anchor == null ? sample : anchor;
        List<Content> registers = new ArrayList<>(List.of(sample, anchor, output, new Content(1, 0, 0), new Content(0, 0, 1), sample, new Content(0, 0, 1), sample));
        registers.addAll(Collections.nCopies(Evaluation.MEMORY - Evaluation.BRANCH, output));
        registers.addAll(memory);
        boolean before = chained(e.before(), registers);
        boolean data = chained(e.data(), registers);
        boolean estimate = chained(e.estimate(), registers);
        boolean remember = chained(e.remember(), registers);
        if (e.remembers()) {
            registers.add(Evaluation.MEMORY, mixed(e.remember(), registers));
        }
        boolean moves = chained(e.anchor(), registers);
        anchor = mixed(e.anchor(), registers);
        registers.set(Evaluation.ANCHOR, anchor);
        boolean next = chained(e.next(), registers);
        memory = List.copyOf(registers.subList(Evaluation.MEMORY, Math.min(registers.size(), Evaluation.MEMORY + remembered)));
        // What a cancelling sum reads must be as exact as the sum.
        moves = moves && (next || !reads(Evaluation.ANCHOR, e.next()));
        remember = remember && (next || !reads(Evaluation.MEMORY, e.next())) && (moves || !reads(Evaluation.MEMORY, e.anchor()));
        data = data && (next || !reads(Evaluation.CORRECTED, e.next())) && (moves || !reads(Evaluation.CORRECTED, e.anchor()))
                && (remember || !reads(Evaluation.CORRECTED, e.remember()));
        return e.withChained(new Evaluation.Chained(before, data, remember, moves, next, estimate));
    }

    private static boolean reads(int register, double... weights) {
        return register < weights.length && weights[register] != 0;
    }

    /** Of what is not there nothing is known. */
    private static Content content(int register, List<Content> registers) {
        return register < registers.size() ? registers.get(register) : new Content(Double.NaN, Double.NaN, Double.NaN);
    }

    private static Content mixed(double[] weights, List<Content> registers) {
        Content sum = Content.NOTHING;
        for (int k = 0; k < weights.length; k++) {
            sum = weights[k] == 0 ? sum : sum.plus(weights[k], content(k, registers));
        }
        return sum;
    }

    private static boolean chained(double[] weights, List<Content> registers) {
        int terms = 0;
        double sizes = 0;
        for (int k = 0; k < weights.length; k++) {
            if (weights[k] != 0) {
                terms++;
                sizes += Math.abs(weights[k]) * content(k, registers).size();
            }
        }
        double size = mixed(weights, registers).size();
        return Double.isFinite(size) && (terms + 1) * sizes <= ALLOWED * size;
    }
}
