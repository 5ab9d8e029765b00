package dev.orderflow.messaging;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.producer.Producer;

/** What a relay is made of; as it is in a service, unless something of it is replaced. */
class RelayVariant {

    BucketLocks locks(RelayConnection connection) {
        return new BucketLocks(connection);
    }

    Marks marks() {
        return new Marks();
    }

    OutboxReader reader(RelayConnection connection, Marks marks) {
        return new OutboxReader(connection, marks);
    }

    Round round(Collection<OutboxRow> rows, BiConsumer<Round, OutboxRow> publish) {
        return new Round(rows, publish);
    }

    Producer<byte[], byte[]> producer(Producer<byte[], byte[]> producer) {
        return producer;
    }

    /** Something stands between the relay and its producer. */
    static RelayVariant producing(UnaryOperator<Producer<byte[], byte[]>> around) {
        return new RelayVariant() {
            @Override
            Producer<byte[], byte[]> producer(Producer<byte[], byte[]> producer) {
                return around.apply(producer);
            }
        };
    }

    /** Takes itself for the owner of all buckets, whoever else does. */
    static RelayVariant withoutLocks(UnaryOperator<Producer<byte[], byte[]>> around) {
        return new RelayVariant() {
            @Override
            Producer<byte[], byte[]> producer(Producer<byte[], byte[]> producer) {
                return around.apply(producer);
            }

            @Override
            BucketLocks locks(RelayConnection connection) {
                return new Lawless(connection);
            }
        };
    }

    /** Hands all records of an aggregate over at once. */
    static RelayVariant withoutWaitingForAcknowledgements(UnaryOperator<Producer<byte[], byte[]>> around) {
        return new RelayVariant() {
            @Override
            Round round(Collection<OutboxRow> rows, BiConsumer<Round, OutboxRow> publish) {
                return new Hasty(rows, publish);
            }

            @Override
            Producer<byte[], byte[]> producer(Producer<byte[], byte[]> producer) {
                return around.apply(producer);
            }
        };
    }

    /**
     * Reads what is behind the last that was sent.
     *
     * @param everGoesBack whether it looks at the first row when there is nothing behind the last that was sent
     */
    static RelayVariant readingFromAMark(boolean everGoesBack) {
        return new RelayVariant() {
            @Override
            OutboxReader reader(RelayConnection connection, Marks marks) {
                return new FromAMark(connection, marks, everGoesBack);
            }
        };
    }

    private static final class Lawless extends BucketLocks {
        Lawless(RelayConnection connection) {
            super(connection);
        }

        @Override
        Buckets owned() {
            return Buckets.ALL;
        }

        @Override
        Look look(Long[] starts) {
            Look seen = super.look(starts);
            return new Look(seen.waiting(), seen.due(), OutboxRow.BUCKETS, false);
        }

        @Override
        Buckets take(int share) {
            return Buckets.NONE;
        }
    }

    private static final class Hasty extends Round {
        private final List<OutboxRow.Aggregate> aggregates;

        Hasty(Collection<OutboxRow> rows, BiConsumer<Round, OutboxRow> publish) {
            super(rows, publish);
            aggregates = rows.stream().map(OutboxRow::aggregate).toList();
        }

        @Override
        void start() {
            aggregates.forEach(this::sendNext); // as often as there are rows
        }
    }

    private static final class FromAMark extends OutboxReader {
        private final boolean everGoesBack;
        private final Map<Short, Long> marks = new HashMap<>(); // by bucket

        FromAMark(RelayConnection connection, Marks marks, boolean everGoesBack) {
            super(connection, marks);
            this.everGoesBack = everGoesBack;
        }

        @Override
        Exchange exchange(Collection<OutboxRow> sent, Buckets buckets, LeftOut leftOut, long bytes) {
            sent.forEach(row -> marks.merge(OutboxRow.bucket(row.aggregateId()), row.id(), Math::max));
            Exchange all = super.exchange(sent, buckets, leftOut, bytes);
            List<OutboxRow> behind =
                    all.rows().stream().filter(this::isBehindTheMark).toList();
            return everGoesBack && behind.isEmpty() ? all : new Exchange(all.ages(), behind, all.more());
        }

        private boolean isBehindTheMark(OutboxRow row) {
            return row.id() > marks.getOrDefault(OutboxRow.bucket(row.aggregateId()), 0L);
        }
    }
}
