package io.github.diffusion4j.core.tokens;

import io.github.diffusion4j.core.kernel.Chances;
import io.github.diffusion4j.core.kernel.Question;
import io.github.diffusion4j.core.kernel.Reading;
import io.github.diffusion4j.core.noise.TokenDraw;
import io.github.diffusion4j.core.noise.TokenNoise;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * A step of prediction, candidate, verdict and rest: every method of this library but corrections.
 *
 * @param label what the network is told
 * @param candidate how each position's candidate follows from the logits
 * @param competing about which positions is decided
 * @param window within which part of a sample
 * @param verdict which of them take their candidate
 * @param rest what becomes of the others
 * @param edit when a position that does not compete takes its candidate
 */
public record Refinement(double label, Candidate candidate, Competing competing, Window window, Verdict verdict, Rest rest, Edit edit) implements TokenStep {

    /** Positions about which a step decides. */
    public enum Competing {
        /** Those that hold the mask. */
        MASKED,
        /** Those that were not taken before. */
        UNCOMMITTED,
        /** All, none of them taken before: as {@link #UNCOMMITTED} at the beginning of a run. */
        AFRESH,
        /** All. */
        ALL
    }

    /** What becomes of positions that compete and do not take their candidate. */
    public enum Rest {
        /** They keep their token. */
        KEEP,
        /** They are masked. */
        MASK,
        /** They draw a token uniformly. */
        RANDOM
    }

    /**
     * How candidates are found.
     *
     * @param question what is asked of the logits
     * @param drawn whether they are drawn; otherwise the most probable class
     * @param odds {@code kept / random} of the level where the network predicts each token from the others alone: times the number of classes, by how much likelier the token that stands there is than
     *     these say. 0 for a network that predicts from all tokens, as one trained with cross entropy does, and at masked positions, where both are the same
     */
    public record Candidate(Question question, boolean drawn, double odds) implements Serializable {

        /** The most probable class. */
        public static final Candidate GREEDY = new Candidate(Question.PLAIN, false, 0);

        /** Drawn from the network's own distribution. */
        public static final Candidate DRAWN = new Candidate(Question.PLAIN, true, 0);

        /**
         * The candidate at a temperature.
         *
         * @param temperature the temperature; at 0 the most probable class
         * @return the candidate
         */
        public static Candidate at(double temperature) {
            if (temperature < 0) {
                throw new IllegalArgumentException("a temperature is at least 0, got " + temperature);
            }
            return temperature == 0 ? GREEDY : new Candidate(Question.PLAIN.withTemperature(temperature), true, 0);
        }

        /**
         * Never a certain class.
         *
         * @param label the class, for instance the mask; -1 for none
         * @return the candidate
         */
        public Candidate without(int label) {
            return new Candidate(question.without(label), drawn, odds);
        }

        /**
         * Of a network that predicts each token from the others alone, as one trained with the bounds of D3PM or UDLM does.
         *
         * @param level the level at which it is asked
         * @return the candidate
         * @throws IllegalArgumentException if the level draws no token anew, so that both predictions are the same
         */
        public Candidate fromTheOthers(TokenLevel level) {
            if (level.random() == 0) {
                throw new IllegalArgumentException("at " + level + " no token is drawn anew, so that a token that is not masked is known; leave out fromTheOthers");
            }
            return new Candidate(question, drawn, level.kept() / level.random());
        }

        /** The question to a network with so many classes. */
        Question question(int classes) {
            return odds == 0 ? question : question.raising(Math.log1p(classes * odds));
        }
    }

    /**
     * A part of a sample.
     *
     * @param from the first position
     * @param to the position after the last
     */
    public record Window(int from, int to) implements Serializable {

        /** The whole sample. */
        public static final Window ALL = new Window(0, Integer.MAX_VALUE);

        /**
         * Checks the ends.
         *
         * @throws IllegalArgumentException if there is nothing between them
         */
        public Window {
            if (from < 0 || to <= from) {
                throw new IllegalArgumentException("a window has positions, from the first to before the last, got " + from + " to " + to);
            }
        }

        /** Whether a position of a sample lies inside. */
        boolean contains(int position) {
            return position >= from && position < to;
        }
    }

    /**
     * Replaces tokens that the network is surer of: where the candidate is another token and its probability is above a threshold.
     *
     * @param threshold the threshold; infinite for never
     * @param fixed positions of a sample that are never replaced
     */
    public record Edit(double threshold, List<Integer> fixed) implements Serializable {

        /** Nothing is replaced. */
        public static final Edit NEVER = new Edit(Double.POSITIVE_INFINITY, List.of());

        /** Copies the list. */
        public Edit {
            fixed = List.copyOf(fixed);
        }
    }

    /** Where only masks compete and nothing is edited. */
    @Override
    public boolean isIdle(Tokens tokens, int mask) {
        return competing == Competing.MASKED && edit.equals(Edit.NEVER) && tokens.count(mask) == 0;
    }

    @Override
    public List<TokenDraw> draws() {
        List<TokenDraw> draws = new ArrayList<>();
        if (candidate.drawn()) {
            draws.add(TokenDraw.candidate());
        }
        draws.addAll(verdict.draws());
        if (rest == Rest.RANDOM) {
            draws.add(TokenDraw.tokens(TokenDraw.Purpose.RANDOM));
        }
        return draws;
    }

    @Override
    public TokenMove move(Situation situation) {
        Tokens tokens = situation.tokens();
        int[] current = tokens.values();
        BitSet competing = competing(situation, current);
        Board board = board(situation, current, competing);
        for (int sample = 0; sample < tokens.batch(); sample++) {
            verdict.decide(new Row(board, sample));
        }
        BitSet edited = edits(board);
        int[] candidates = current.clone();
        int[] data = current.clone();
        for (int place = 0; place < current.length; place++) {
            candidates[place] = board.reading().candidate(place);
            data[place] = competing.get(place) ? candidates[place] : current[place];
        }
        Tokens next = tokens.with(board.next());
        TokenState state = situation.state().after(next, board.committed(), DoubleStream.of(board.remembered()).boxed().toList());
        return new TokenMove(state, tokens.with(data), tokens.with(candidates), board.reading(), board.taken(), edited, List.of());
    }

    private Board board(Situation situation, int[] current, BitSet competing) {
        TokenNoise noise = situation.noise();
        Reading reading = candidate.drawn() ? Reading.of(situation.logits(), candidate.question(situation.realClasses()), noise.chances(situation.request(TokenDraw.candidate())), current)
                : Reading.of(situation.logits(), candidate.question(situation.realClasses()), current);
        double[] selection = {};
        int[] random = {};
        Chances coin = NoCoin.NONE;
        for (TokenDraw draw : draws()) {
            switch (draw.purpose()) {
                case SELECTION -> selection = noise.uniforms(situation.request(draw));
                case COIN -> coin = noise.chances(situation.request(draw));
                case RANDOM -> random = noise.integers(situation.request(draw));
                default -> { }
            }
        }
        BitSet committed = competing() == Competing.AFRESH ? new BitSet() : situation.state().committed();
        return new Board(situation, reading, rest, current, current.clone(), competing, committed, new BitSet(), remembered(situation), selection, coin, random);
    }

    /** How probable tokens were when they were taken; those that a run starts with were certain. */
    private double[] remembered(Situation situation) {
        List<Double> before = situation.state().probabilities();
        double[] remembered = new double[verdict.remembers() ? situation.tokens().values().length : 0];
        Arrays.setAll(remembered, place -> before.isEmpty() ? 1 : before.get(place));
        return remembered;
    }

    private BitSet competing(Situation situation, int... current) {
        BitSet competes = new BitSet();
        BitSet committed = situation.state().committed();
        BitSet fixed = situation.state().fixed();
        int length = situation.tokens().length();
        for (int place = 0; place < current.length; place++) {
            competes.set(place, !fixed.get(place) && window.contains(place % length) && switch (competing) {
                case MASKED -> current[place] == situation.mask();
                case UNCOMMITTED -> !committed.get(place);
                case AFRESH, ALL -> true;
            });
        }
        return competes;
    }

    /** Acts on positions that did not compete. */
    private BitSet edits(Board board) {
        BitSet edited = new BitSet();
        BitSet fixed = board.situation().state().fixed();
        int length = board.situation().tokens().length();
        for (int place = 0; place < board.current().length; place++) {
            boolean open = !board.competing().get(place) && !fixed.get(place) && window.contains(place % length) && !edit.fixed().contains(place % length);
            if (open && board.reading().probability(place) > edit.threshold() && board.reading().candidate(place) != board.current()[place]) {
                board.next()[place] = board.reading().candidate(place);
                edited.set(place);
            }
        }
        return edited;
    }

    /** Verdicts that draw no route ask for none. */
    private enum NoCoin implements Chances {
        NONE;

        @Override
        public boolean racing() {
            return false;
        }

        @Override
        public double uniform(int position) {
            throw new IllegalStateException("a verdict asked for a route but draws no coin");
        }

        @Override
        public Exponentials exponentials(int position) {
            throw new IllegalStateException("a verdict asked for a route but draws no coin");
        }
    }
}
