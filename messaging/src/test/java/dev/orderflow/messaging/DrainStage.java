package dev.orderflow.messaging;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** A backlog that is sent as fast as it goes, beside reading and deleting alone and sending alone. */
final class DrainStage {

    private final BenchGround ground;

    DrainStage(BenchGround ground) {
        this.ground = ground;
    }

    void run() throws Exception {
        drained(new Counted()); // warm, as what it is compared with is
        Counted counted = new Counted();
        double drained = drained(counted);
        double readAndDelete = readAndDeleteAlone(counted.batch());
        double sent = 0;
        for (int time = 0; time < ground.size.tries(); time++) {
            for (int clients : new int[] {32, 128, 512, 2_048, 8_192}) {
                sent = Math.max(sent, sendAllAlone(clients));
            }
        }
        double bound = 1 / (1 / readAndDelete + 1 / sent);
        ground.note("drain of a backlog, events/s", drained);
        ground.note("  rows in an exchange", counted.batch());
        ground.note("  read and delete alone, events/s", readAndDelete);
        ground.note("  send alone, events/s", sent);
        ground.note("  drain: share of the bound (target 0.6)", drained / bound);
    }

    private double drained(Counted counted) throws InterruptedException {
        ground.fill(BenchGround.newTopic(), ground.size.events());
        long start = System.nanoTime();
        try (RelayThread relay = new RelayThread(counted.parts(ground), ground.assembly)) {
            relay.await(() -> ground.unsent() == 0);
        }
        return Load.rate(ground.size.events(), start);
    }

    private double sendAllAlone(int clients) throws InterruptedException {
        String topic = BenchGround.newTopic();
        // Made before: what is sent next is sent by the producer's own thread, which makes no records in a relay.
        List<ProducerRecord<byte[], byte[]>> records = IntStream.range(0, ground.size.events())
                .mapToObj(i -> ground.record(topic, "k" + i))
                .toList();
        try (Producer<byte[], byte[]> producer = ground.assembly.parts().producer()) {
            return Load.fullSpeed(clients, records.size(), i -> BenchGround.sending(producer, records.get(i)));
        }
    }

    /** The best that any number of clients does with so many rows in an exchange, events a second. */
    double readAndDeleteAlone(double batch) throws InterruptedException {
        double best = 0;
        for (int clients : BenchGround.CLIENTS) {
            ground.fill("read-and-deleted", ground.size.events());
            best = Math.max(best, readAndDeleteAlone(clients, (int) Math.ceil(batch)));
        }
        return best;
    }

    /** Each client on a connection of its own, with its part of the buckets. */
    private double readAndDeleteAlone(int clients, int batch) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        CountDownLatch connected = new CountDownLatch(clients);
        CountDownLatch begin = new CountDownLatch(1);
        for (int client = 0; client < clients; client++) {
            int first = client;
            threads.add(Thread.ofPlatform().start(() -> {
                List<Buckets> parts = new ArrayList<>();
                int many = Math.max(1, batch / OutboxReader.ROWS_PER_BUCKET);
                Buckets part = Buckets.NONE;
                for (int bucket = first; bucket < OutboxRow.BUCKETS; bucket += clients) {
                    part = part.and(Buckets.of(bucket));
                    if (part.count() == many) {
                        parts.add(part);
                        part = Buckets.NONE;
                    }
                }
                parts.add(part);
                try (RelayConnection connection = ground.assembly.parts().connection()) {
                    OutboxReader reader = new OutboxReader(connection, new Marks());
                    connected.countDown();
                    begin.await();
                    parts.stream().filter(its -> !its.isEmpty()).forEach(its -> empty(reader, its));
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }));
        }
        connected.await();
        long start = System.nanoTime();
        begin.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        double rate = Load.rate(ground.size.events(), start);
        if (ground.unsent() > 0) {
            throw new IllegalStateException("a client has failed: " + ground.unsent() + " rows are left");
        }
        return rate;
    }

    private static void empty(OutboxReader reader, Buckets buckets) {
        Collection<OutboxRow> rows = List.of();
        do {
            reader.exchange(rows, Buckets.NONE, OutboxReader.LeftOut.NOTHING, 1);
            rows = reader.exchange(List.of(), buckets, OutboxReader.LeftOut.NOTHING, 8 * 1024 * 1024)
                    .rows();
        } while (!rows.isEmpty());
    }

    /** Counts what a relay asks its database for. */
    static final class Counted {
        private final AtomicLong exchanges = new AtomicLong();
        private final AtomicLong rows = new AtomicLong();

        /** Rows in an exchange, on average. */
        double batch() {
            return rows.get() / (double) Math.max(1, exchanges.get());
        }

        RelayParts parts(BenchGround ground) {
            Assembly it = ground.assembly;
            return new RelayParts(it.connections, it.vertx, it.kafka(), it.spans) {
                @Override
                OutboxReader reader(RelayConnection connection, Marks marks) {
                    return new OutboxReader(connection, marks) {
                        @Override
                        Exchange exchange(Collection<OutboxRow> sent, Buckets buckets, LeftOut leftOut, long bytes) {
                            Exchange exchange = super.exchange(sent, buckets, leftOut, bytes);
                            if (!exchange.rows().isEmpty()) {
                                exchanges.incrementAndGet();
                                rows.addAndGet(exchange.rows().size());
                            }
                            return exchange;
                        }
                    };
                }
            };
        }
    }
}
