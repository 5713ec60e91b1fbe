package io.github.diffusion4j.docs.figures;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** The bars of commands that take minutes. */
public final class ProgressBars {

    private ProgressBars() {}

    /**
     * A bar on the terminal.
     *
     * @param task what is done
     * @param steps in how many steps
     * @return the bar, to be closed
     */
    public static ProgressBar of(String task, long steps) {
        return new ProgressBarBuilder().setTaskName(task).setInitialMax(steps).setStyle(ProgressBarStyle.ASCII).setUpdateIntervalMillis(500).setMaxRenderedLength(110).build();
    }
}
