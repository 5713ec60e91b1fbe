package io.github.diffusion4j.samplers;

import java.util.ArrayList;
import java.util.List;

/**
 * In which round each frame of a video takes which of its steps (diffusion forcing, Chen et al., arXiv:2407.01392; the matrix of SkyReels-V2, arXiv:2504.13074, section 3.4): blocks of frames, each
 * some steps behind the one before it, seen through a window that moves on.
 *
 * @param steps the steps that each frame takes in all
 * @param rounds the rounds in order
 */
public record FrameSchedule(int steps, List<Round> rounds) {

    /**
     * One call of the network.
     *
     * @param places for each frame how many steps it will have taken once it has stepped: its network time is that of step {@code place - 1}; 0 for a frame that waits in pure noise,
     *     {@code steps + 1} for one that is clean
     * @param stepping for each frame whether it steps in this round; the others are context
     * @param from the first frame that the network sees
     * @param to the frame after the last one that it sees
     */
    public record Round(List<Integer> places, List<Boolean> stepping, int from, int to) {

        /** Copies the lists. */
        public Round {
            places = List.copyOf(places);
            stepping = List.copyOf(stepping);
        }
    }

    /** Copies the list. */
    public FrameSchedule {
        rounds = List.copyOf(rounds);
    }

    /**
     * A schedule.
     *
     * @param frames the frames of the video
     * @param window how many frames the network sees at once
     * @param lag how many steps a block is behind the one before it, 0 for all in step
     * @param ready how many frames at the start are clean already
     * @param block the frames of a block, which step together
     * @param steps the steps of each frame
     * @return the schedule
     * @throws IllegalArgumentException if a number means nothing, or blocks step so close together that the window is too small for those under way
     */
    public static FrameSchedule of(int frames, int window, int lag, int ready, int block, int steps) {
        int blocks = frames / block;
        int seen = window / block;
        if (block < 1 || steps < 1 || lag < 0 || blocks < 1 || seen < 1 || frames % block != 0 || ready < 0 || ready >= frames) {
            throw new IllegalArgumentException("a schedule of frames needs whole blocks and a window of one or more, got " + frames + " frames in blocks of " + block + ", a window of " + window + ", lag "
                    + lag + ", " + ready + " frames ready, " + steps + " steps");
        }
        if (seen < blocks && (long) lag * seen < steps) {
            throw new IllegalArgumentException("with a lag of " + lag + " steps more than the " + seen + " blocks of the window would be under way at once; use a lag of at least "
                    + (steps + seen - 1) / seen + ", or a window of all " + frames + " frames");
        }
        List<Round> rounds = new ArrayList<>();
        int[] places = new int[blocks];
        java.util.Arrays.fill(places, 0, ready / block, steps + 1);
        int end = seen;
        while (java.util.Arrays.stream(places).anyMatch(place -> place < steps)) {
            int[] next = advanced(places, lag, steps);
            boolean[] stepping = new boolean[blocks];
            for (int k = 0; k < blocks; k++) {
                stepping[k] = next[k] != places[k] && next[k] != steps + 1;
            }
            end = end < blocks && stepping[end] ? end + 1 : end;
            rounds.add(round(next, stepping, Math.max(0, end - seen), end, block));
            places = next;
        }
        return new FrameSchedule(steps, rounds);
    }

    private static int[] advanced(int[] places, int lag, int steps) {
        int[] next = new int[places.length];
        for (int k = 0; k < next.length; k++) {
            int place = k == 0 || places[k - 1] >= steps ? places[k] + 1 : next[k - 1] - lag;
            next[k] = Math.max(0, Math.min(steps + 1, place));
        }
        return next;
    }

    private static Round round(int[] places, boolean[] stepping, int from, int to, int block) {
        List<Integer> ofFrames = new ArrayList<>();
        List<Boolean> step = new ArrayList<>();
        for (int frame = 0; frame < places.length * block; frame++) {
            ofFrames.add(places[frame / block]);
            step.add(stepping[frame / block]);
        }
        return new Round(ofFrames, step, from * block, Math.min(places.length, to) * block);
    }
}
