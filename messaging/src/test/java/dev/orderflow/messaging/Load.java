package dev.orderflow.messaging;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

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

    /** Open loop: starts {@code count} works at their intended times, and returns when the last one has begun. */
    static void atRate(int perSecond, int count, IntFunction<Uni<?>> work) {
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            long due = start + i * SECOND / perSecond;
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            work.apply(i).subscribe().with(done -> {}, Load::fail);
        }
    }

    private static void fail(Throwable failure) {
        throw new IllegalStateException(failure);
    }

    /** Closed loop: this many clients, each beginning the next work when its last one is done; works per second. */
    static double fullSpeed(int clients, int count, IntFunction<Uni<?>> work) throws InterruptedException {
        Semaphore done = new Semaphore(0);
        AtomicLong next = new AtomicLong();
        long start = System.nanoTime();
        for (int client = 0; client < clients; client++) {
            goOn(next, count, work, done);
        }
        done.acquire(count);
        return rate(count, start);
    }

    private static void goOn(AtomicLong next, int count, IntFunction<Uni<?>> work, Semaphore done) {
        long i = next.getAndIncrement();
        if (i < count) {
            work.apply((int) i)
                    .subscribe()
                    .with(
                            result -> {
                                done.release();
                                goOn(next, count, work, done);
                            },
                            Load::fail);
        }
    }

    static double rate(long count, long startNanos) {
        return count * (double) SECOND / (System.nanoTime() - startNanos);
    }

    static double seconds(Duration duration) {
        return duration.toNanos() / (double) SECOND;
    }
}
