package dev.orderflow.messaging;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * Moves rows from the outbox to Kafka, on a thread of its own. The relays of all replicas share the buckets, one owner
 * each; that only saves repeats. Order and completeness hold whoever owns what: of an aggregate the oldest row there is
 * goes first, the next after its acknowledgement, and a row goes away after that. So what a second owner can add is the
 * repeat of a prefix.
 */
final class Relay implements Runnable {

    private static final Logger LOG = Logger.getLogger(Relay.class);

    private final RelayParts parts;
    private final MessagingMetrics metrics;
    private final Duration poll;
    private final AtomicLong woken = new AtomicLong();
    private final BlockingQueue<Runnable> mail = new LinkedBlockingQueue<>(); // a few for each record under way
    private final Backoff connecting = new Backoff();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private boolean complained;

    Relay(RelayParts parts, MessagingMetrics metrics, Duration poll) {
        this.parts = parts;
        this.metrics = metrics;
        this.poll = poll;
    }

    /** There are new rows in these buckets; cheap, from any thread, and nothing is lost when it comes during a round. */
    void wake(Buckets buckets) {
        if (woken.getAndUpdate(bits -> bits | buckets.bits()) == 0) {
            tell(() -> {});
        }
    }

    /** Has something done on the relay's thread, soon. */
    void tell(Runnable news) {
        mail.add(news);
    }

    /** Lets what is under way finish, then leaves its buckets to other replicas. */
    void stop() {
        stopped.countDown();
        tell(() -> {});
    }

    /** How often it looks for what nobody told it of. */
    Duration poll() {
        return poll;
    }

    boolean isRunning() {
        return stopped.getCount() > 0;
    }

    @Override
    public void run() {
        while (isRunning()) {
            try (RelayConnection connection = parts.connection();
                    RelaySession session = new RelaySession(this, parts, metrics, connection)) {
                serve(session);
            } catch (InterruptedException e) {
                return; // nobody but the service's end interrupts this thread
            } catch (RuntimeException | Error e) { // the outermost line: whatever it was, start again from the table
                complain(e);
                rest();
            }
        }
    }

    private void serve(RelaySession session) throws InterruptedException {
        session.begin();
        while (!session.isOver()) {
            Runnable news = mail.poll(session.untilNextStep().toNanos(), TimeUnit.NANOSECONDS);
            while (news != null) {
                news.run();
                news = mail.poll();
            }
            if (!isRunning()) {
                session.stop();
            }
            session.step(new Buckets(woken.getAndSet(0)));
            if (session.goesWell()) {
                connecting.reset();
                complained = false;
            }
        }
    }

    /** Once, until it went on again; and not about what a service that stops closes itself. */
    private void complain(Throwable failure) {
        if (isRunning()) {
            LOG.logf(
                    complained ? Logger.Level.DEBUG : Logger.Level.WARN,
                    "outbox relay starts again, until it can read and send: %s",
                    failure.getCause() == null ? failure : failure.getCause());
            complained = true;
        }
    }

    private void rest() {
        try {
            stopped.await(connecting.next().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            stop();
        }
    }
}
