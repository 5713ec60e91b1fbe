package io.github.diffusion4j.docs.server;

import io.github.diffusion4j.core.kernel.HostArray;
import java.util.Locale;
import java.util.Optional;

/**
 * How far a picture is.
 *
 * @param state where it stands
 * @param evaluation the evaluations behind it
 * @param reason why it failed or was cancelled
 * @param array the last estimate that was looked at, or, when it is done, the picture
 */
record Progress(State state, int evaluation, Optional<String> reason, Optional<HostArray> array) {

    /** Where a picture stands. */
    enum State {
        QUEUED, RUNNING, DONE, CANCELLED, FAILED;

        boolean isEnd() {
            return ordinal() >= DONE.ordinal();
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Where every picture begins. */
    static final Progress BEGIN = new Progress(State.QUEUED, 0, Optional.empty(), Optional.empty());

    Progress running(int now, Optional<HostArray> estimate) {
        return new Progress(State.RUNNING, now, Optional.empty(), estimate.or(() -> array));
    }

    Progress done(HostArray picture) {
        return new Progress(State.DONE, evaluation, Optional.empty(), Optional.of(picture));
    }

    Progress ended(State end, String why) {
        return new Progress(end, evaluation, Optional.of(why), Optional.empty());
    }
}
