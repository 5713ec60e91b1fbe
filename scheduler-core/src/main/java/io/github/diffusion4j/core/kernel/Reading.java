package io.github.diffusion4j.core.kernel;

import java.lang.ref.Reference;
import java.util.Optional;

/**
 * What logits say at each position: all that a rule over tokens needs. An array of shape [positions, classes] is read once, position by position in blocks; a drawn candidate reads one block again, and
 * where classes are dropped a position's classes are held in one row. Nothing else is as long as the classes. DOUBLE values are computed in
 * double, others by exponentials of floats whose sums are off by less than 2e-6 of their size where logits of weight lie within 20 of each other. A position's numbers depend on no other position.
 */
public final class Reading {

    private final int classes;
    private final int[] best;
    private final int[] drawn;
    private final double[][] numbers;

    /** Of a position: the largest logit, the second, the current token's, the drawn class's; logarithm of the sum and entropy, then both at the temperature; the drawn class's probability. */
    private static final int FIRST = 0;
    private static final int SECOND = 1;
    private static final int CURRENT = 2;
    private static final int DRAWN = 3;
    private static final int LOG_SUM = 4;
    private static final int ENTROPY = 5;
    private static final int TEMPERED = 6;
    private static final int PROBABILITY = 7;
    private static final int NUMBERS = 8;

    private Reading(int positions, int classes) {
        this.classes = classes;
        this.best = new int[positions];
        this.drawn = new int[positions];
        this.numbers = new double[NUMBERS][positions];
    }

    /**
     * Reads logits, with the most probable class as every candidate.
     *
     * @param logits the logits, [positions, classes], see {@link HostArray#byRows}
     * @param question what is asked
     * @param current the token that stands at each position, which may be none of the classes
     * @return the reading
     */
    public static Reading of(HostArray logits, Question question, int... current) {
        return of(logits, question, Optional.empty(), current);
    }

    /**
     * Reads logits and draws a candidate at each position.
     *
     * @param logits the logits, [positions, classes], see {@link HostArray#byRows}
     * @param question what is asked; candidates are drawn at its temperature from the classes that stay
     * @param chances the random numbers
     * @param current the token that stands at each position, which may be none of the classes
     * @return the reading
     */
    public static Reading of(HostArray logits, Question question, Chances chances, int... current) {
        return of(logits, question, Optional.of(chances), current);
    }

    private static Reading of(HostArray logits, Question question, Optional<Chances> chances, int... current) {
        int positions = current.length;
        int classes = logits.length() / positions;
        Reading reading = new Reading(positions, classes);
        boolean floats = logits.type().computed() == ElementType.FLOAT;
        Parallel.run(positions, 1, (long) positions * classes * Parallel.NOISE, (position, start, count, scratch) -> {
            RowScan scan = new RowScan(logits.memory(), position * classes, classes, question, current[position]);
            scan.read(floats, scratch);
            reading.put(position, scan);
            reading.candidate(position, scan, chances, scratch);
        });
        Reference.reachabilityFence(logits);
        return reading;
    }

    private void put(int position, RowScan scan) {
        best[position] = scan.best();
        numbers[FIRST][position] = scan.first();
        numbers[SECOND][position] = scan.second();
        numbers[CURRENT][position] = scan.current();
        numbers[LOG_SUM][position] = scan.logSum();
        numbers[ENTROPY][position] = scan.plain().entropy();
        numbers[TEMPERED][position] = scan.tempered().entropy();
    }

    private void candidate(int position, RowScan scan, Optional<Chances> chances, Scratch scratch) {
        drawn[position] = chances.isPresent() ? scan.draw(position, chances.get(), scratch) : scan.best();
        numbers[DRAWN][position] = chances.isPresent() ? scan.drawnLogit() : scan.first();
        numbers[PROBABILITY][position] = chances.isPresent() ? scan.drawnProbability() : probability(scan.first(), position);
    }

    private double probability(double logit, int position) {
        return Math.exp(logit - numbers[LOG_SUM][position]);
    }

    /**
     * How many classes there are.
     *
     * @return the number
     */
    public int classes() {
        return classes;
    }

    /**
     * The most probable class, the lowest of equal ones.
     *
     * @param position the position, from 0
     * @return the class
     */
    public int best(int position) {
        return best[position];
    }

    /**
     * The candidate: the drawn class, or the most probable one.
     *
     * @param position the position, from 0
     * @return the class
     */
    public int candidate(int position) {
        return drawn[position];
    }

    /**
     * The probability of the candidate in the distribution it was drawn from; of the most probable class, in the network's own.
     *
     * @param position the position, from 0
     * @return the probability
     */
    public double probability(int position) {
        return numbers[PROBABILITY][position];
    }

    /**
     * The probability of the candidate in the network's own distribution, at temperature 1 and with all classes.
     *
     * @param position the position, from 0
     * @return the probability
     */
    public double plainProbability(int position) {
        return probability(numbers[DRAWN][position], position);
    }

    /**
     * The probability of the most probable class in the network's own distribution.
     *
     * @param position the position, from 0
     * @return the probability
     */
    public double bestProbability(int position) {
        return probability(numbers[FIRST][position], position);
    }

    /**
     * The probability of the second class in the network's own distribution.
     *
     * @param position the position, from 0
     * @return the probability, 0 where there is no second class
     */
    public double secondProbability(int position) {
        return probability(numbers[SECOND][position], position);
    }

    /**
     * The probability of the token that stands there in the network's own distribution.
     *
     * @param position the position, from 0
     * @return the probability, 0 for a token that is none of the classes
     */
    public double currentProbability(int position) {
        return probability(numbers[CURRENT][position], position);
    }

    /**
     * The entropy of the network's own distribution.
     *
     * @param position the position, from 0
     * @return the entropy in nats
     */
    public double entropy(int position) {
        return numbers[ENTROPY][position];
    }

    /**
     * The entropy at the temperature asked for, of all classes.
     *
     * @param position the position, from 0
     * @return the entropy in nats
     */
    public double temperedEntropy(int position) {
        return numbers[TEMPERED][position];
    }

    /**
     * The classes of one position, for the few rules that weigh each of them.
     *
     * @param logits the logits, [positions, classes]
     * @param position the position, from 0
     * @param out where the values go, as many as there are classes
     */
    public static void row(HostArray logits, int position, double... out) {
        int classes = (int) logits.size(1);
        logits.memory().read(position * classes, out, 0, classes);
        Reference.reachabilityFence(logits);
    }
}
