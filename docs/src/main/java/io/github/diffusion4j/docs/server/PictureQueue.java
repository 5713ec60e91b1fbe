package io.github.diffusion4j.docs.server;

import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Who waits, by priority and then by arrival. */
final class PictureQueue {

    private final int most;
    private final PriorityQueue<Picture> waiting = new PriorityQueue<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private boolean closed;

    PictureQueue(int most) {
        this.most = most;
    }

    /** Takes a picture in; refuses it if there are too many or the server stops. */
    void add(Picture picture) {
        lock.lock();
        try {
            if (closed) {
                throw new Refused(503, "the server stops");
            }
            if (waiting.size() >= most) {
                throw new Refused(429, waiting.size() + " requests wait already, and no more may; try again later", java.util.Map.of("Retry-After", "1"));
            }
            waiting.add(picture);
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    boolean remove(Picture picture) {
        lock.lock();
        try {
            return waiting.remove(picture);
        } finally {
            lock.unlock();
        }
    }

    /** The first, if it fits; nobody overtakes it, so that a large one is not left waiting for ever. */
    Optional<Picture> next(int slots) {
        lock.lock();
        try {
            boolean fits = !waiting.isEmpty() && waiting.peek().request().slots() <= slots;
            return fits ? Optional.of(waiting.poll()) : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** Those that are not to be drawn any more, taken out. */
    List<Picture> stopped() {
        lock.lock();
        try {
            List<Picture> stopped = waiting.stream().filter(picture -> picture.reasonToStop().isPresent()).toList();
            waiting.removeAll(stopped);
            return stopped;
        } finally {
            lock.unlock();
        }
    }

    /** Waits, if wanted, until somebody is there; false once the queue is closed. */
    boolean isOpen(boolean wait) throws InterruptedException {
        lock.lock();
        try {
            while (wait && !closed && waiting.isEmpty()) {
                arrived.await();
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    /** Lets nobody in any more and gives those who wait. */
    List<Picture> close() {
        lock.lock();
        try {
            closed = true;
            arrived.signal();
            List<Picture> left = List.copyOf(waiting);
            waiting.clear();
            return left;
        } finally {
            lock.unlock();
        }
    }
}
