package dev.orderflow.messaging;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Drives work: at a rate that does not ask whether the last one is through, or as fast as so many clients can. */
final class Load {

    private static final long SECOND = 1_000_000_000;

    private Load() {}

    /** How long things took, in milliseconds. */
    record Latency(double p50, double p99, double max) {
        static Latency of(long[] nanos) {
            long[] sorted = nanos.clone();
            Arrays.sort(sorted);
            return new Latency(
                    sorted[sorted.length / 2] / 1e6,
                    sorted[sorted.length * 99 / 100] / 1e6,
                    sorted[sorted.length - 1] / 1e6);
        }
    }

    /** Open loop: starts {@code count} works at their intended times, and returns when all are done. */
    static void atRate(int perSecond, int count, IntFunction<Uni<?>> work) throws InterruptedException {
        Works works = new Works(count);
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            long due = start + i * SECOND / perSecond;
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            work.apply(i).subscribe().with(done -> works.done(), works::failed);
        }
        works.await();
    }

    /** Waits for all, or for the first that fails: nobody would wait for the rest in vain. */
    private static final class Works {
        private final int count;
        private final Semaphore done = new Semaphore(0);
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

        Works(int count) {
            this.count = count;
        }

        void done() {
            done.release();
        }

        void failed(Throwable why) {
            failure.compareAndSet(null, why);
            done.release(count);
        }

        void await() throws InterruptedException {
            done.acquire(count);
            if (failure.get() != null) {
                throw new IllegalStateException("a work of the benchmark has failed", failure.get());
            }
        }
    }

    /** Closed loop: this many clients, each beginning the next work when its last one is done; works per second. */
    static double fullSpeed(int clients, int count, IntFunction<Uni<?>> work) throws InterruptedException {
        Works works = new Works(count);
        AtomicLong next = new AtomicLong();
        long start = System.nanoTime();
        for (int client = 0; client < clients; client++) {
            goOn(next, count, work, works);
        }
        works.await();
        return rate(count, start);
    }

    private static void goOn(AtomicLong next, int count, IntFunction<Uni<?>> work, Works works) {
        long i = next.getAndIncrement();
        if (i < count) {
            work.apply((int) i)
                    .subscribe()
                    .with(
                            result -> {
                                works.done();
                                goOn(next, count, work, works);
                            },
                            works::failed);
        }
    }

    static double rate(long count, long startNanos) {
        return count * (double) SECOND / (System.nanoTime() - startNanos);
    }

    static double seconds(Duration duration) {
        return duration.toNanos() / (double) SECOND;
    }
}
