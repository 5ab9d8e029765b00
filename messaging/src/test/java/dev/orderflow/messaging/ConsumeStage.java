package dev.orderflow.messaging;

import io.opentelemetry.api.trace.Span;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** A topic that is consumed as fast as it goes, beside polling alone and the inbox's statements alone. */
final class ConsumeStage {

    private final BenchGround ground;

    ConsumeStage(BenchGround ground) {
        this.ground = ground;
    }

    void run() throws InterruptedException {
        String topic = fill(ground);
        for (int i = 0; i < ground.size.tries(); i++) { // as warm as what it is compared with
            new Consuming(ground, topic, "warms-" + i).run(ground.size.events());
        }
        Consuming consuming = new Consuming(ground, topic, "applies");
        double applied = consuming.run(ground.size.events());
        double batch = consuming.batch();
        double polled = 0;
        for (int i = 0; i < ground.size.tries(); i++) {
            polled = Math.max(polled, pollAlone(topic));
        }
        double marked = markAlone(batch, topic);
        double bound = 1 / (1 / polled + 1 / marked);
        ground.note("consume with inbox, events/s", applied);
        ground.note("  records in a transaction", batch);
        ground.note("  poll alone, events/s", polled);
        ground.note("  inbox and effects alone, events/s", marked);
        ground.note("  consume: share of the bound (target 0.6)", applied / bound);
    }

    /** How fast a consumer of this name goes. */
    static double rate(BenchGround ground, String name) throws InterruptedException {
        return new Consuming(ground, fill(ground), name).run(ground.size.events());
    }

    private static String fill(BenchGround ground) throws InterruptedException {
        String topic = BenchGround.newTopic();
        try (Producer<byte[], byte[]> producer = ground.assembly.parts().producer()) {
            Load.fullSpeed(512, ground.size.events(), i -> BenchGround.sending(producer, ground.arriving(topic, i)));
        }
        return topic;
    }

    private double pollAlone(String topic) {
        try (KafkaConsumer<byte[], byte[]> kafka = ground.assembly.kafkaConsumer("polls" + System.nanoTime(), topic)) {
            int polled = 0;
            long start = 0;
            while (polled < ground.size.events()) {
                int count = kafka.poll(Duration.ofMillis(100)).count();
                start = start == 0 && count > 0 ? System.nanoTime() : start;
                polled += count;
            }
            return Load.rate(polled, start);
        }
    }

    /** The best that any number of clients does with the same statements and so many records in a transaction. */
    double markAlone(double batch, String topic) throws InterruptedException {
        double best = 0;
        for (int clients : BenchGround.CLIENTS) {
            best = Math.max(best, markAlone(clients, (int) Math.ceil(batch), topic));
        }
        return best;
    }

    private double markAlone(int clients, int batch, String topic) throws InterruptedException {
        String name = "marks-" + clients + "-" + System.nanoTime(); // a consumer that has seen nothing yet
        Parking parking = new Parking(ground.assembly.appender, Configured.asUsual());
        int batches = ground.size.events() / batch;
        List<List<InboxRecord>> prepared = new ArrayList<>();
        for (int i = 0; i < batches; i++) {
            prepared.add(received(topic, i * batch, batch));
        }
        return batch
                * Load.fullSpeed(
                        clients,
                        batches,
                        i -> ground.assembly.pool.withTransaction(
                                connection -> InboxTable.markFresh(connection, name, prepared.get(i))
                                        .call(fresh -> parking.lockKeys(connection, name, fresh))
                                        .flatMap(fresh -> Consuming.effects(
                                                connection,
                                                fresh.stream()
                                                        .map(record -> record.envelope(Span.getInvalid()))
                                                        .toList()))));
    }

    private List<InboxRecord> received(String topic, int first, int count) {
        List<InboxRecord> records = new ArrayList<>();
        for (int i = first; i < first + count; i++) {
            ProducerRecord<byte[], byte[]> sent = ground.arriving(topic, i);
            records.add(new InboxRecord(
                    topic, 0, i, Instant.now(), sent.key(), sent.value(), new RecordHeaders(sent.headers())));
        }
        return records;
    }
}
