package io.github.diffusion4j.docs.server;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

/** A request on its way to a picture. The driver writes its progress; any number of threads read it and wait for more. */
final class Picture implements Comparable<Picture> {

    /** The reason of who was cancelled by name. */
    static final String BY_REQUEST = "by request";

    private final long id;
    private final PictureRequest request;
    private final long arrival = System.nanoTime();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final AtomicInteger watchers = new AtomicInteger();
    private volatile Progress progress = Progress.BEGIN;
    private volatile boolean unwanted;

    Picture(long id, PictureRequest request) {
        this.id = id;
        this.request = request;
    }

    long id() {
        return id;
    }

    PictureRequest request() {
        return request;
    }

    Progress progress() {
        return progress;
    }

    /** Goes on, unless the picture has come to an end. */
    void update(UnaryOperator<Progress> next) {
        lock.lock();
        try {
            if (!progress.state().isEnd()) {
                progress = next.apply(progress);
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    void end(Progress.State end, String why) {
        update(now -> now.ended(end, why));
    }

    /** Waits for other progress than was seen; gives the same if none comes in time. */
    Progress after(Progress seen, Duration most) throws InterruptedException {
        lock.lock();
        try {
            long left = most.toNanos();
            while (progress == seen && left > 0) {
                left = changed.awaitNanos(left);
            }
            return progress;
        } finally {
            lock.unlock();
        }
    }

    /** Somebody looks at estimates, until {@link #unwatch}. */
    void watch() {
        watchers.incrementAndGet();
    }

    void unwatch() {
        watchers.decrementAndGet();
    }

    boolean isWatched() {
        return watchers.get() > 0;
    }

    /** Nobody wants it any more; the driver takes note between two evaluations. */
    void cancel() {
        unwanted = true;
    }

    /** Why it is not to go on, if so. */
    Optional<String> reasonToStop() {
        if (unwanted) {
            return Optional.of(BY_REQUEST);
        }
        return request.deadline().filter(deadline -> System.nanoTime() - arrival > deadline.toNanos()).map(deadline -> "the deadline of " + deadline.toMillis() + " ms has passed");
    }

    /** Priority, then arrival. */
    @Override
    public int compareTo(Picture other) {
        int priority = Integer.compare(other.request.priority(), request.priority());
        return priority != 0 ? priority : Long.compare(id, other.id);
    }
}
