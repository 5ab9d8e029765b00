package dev.orderflow.messaging;

import dev.orderflow.dev.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What has happened, seen from outside when all is quiet: by the database how often each thing changed and which effects
 * there are, by Kafka what lies on the topic. Nothing that is checked here is asked of the code that is tested.
 *
 * @param events committed, by the database
 * @param records on the topic
 * @param wrong what contradicts a guarantee, by its name
 */
record History(long events, long records, List<String> wrong) {

    /** Repeats on the topic; they are allowed after a fault. */
    long repeats() {
        return records - events;
    }

    static History of(TestDatabase database, String bootstrap, String topic) {
        return of(database, bootstrap, topic, true);
    }

    /** Of the events only, where nobody consumes them. */
    static History withoutEffects(TestDatabase database, String bootstrap, String topic) {
        return of(database, bootstrap, topic, false);
    }

    private static History of(TestDatabase database, String bootstrap, String topic, boolean effects) {
        Map<String, Long> committed = new TreeMap<>();
        read(database, "select id, sequence from things", row -> committed.put(row.getString(1), row.getLong(2)));
        Set<String> skipped = new LinkedHashSet<>();
        read(database, "select aggregateid || '/' || sequence from skipped", row -> skipped.add(row.getString(1)));
        List<ConsumerRecord<byte[], byte[]>> records = new Wire(bootstrap).read(topic, key -> true);
        List<String> wrong = new ArrayList<>();
        Map<String, String> events = checkTopic(records, committed, skipped, wrong);
        checkIdentities(database, events.keySet(), wrong);
        if (effects) {
            checkEffects(database, events, wrong);
        }
        long count = committed.values().stream().mapToLong(Long::longValue).sum();
        return new History(count, records.size(), wrong);
    }

    /** Returns the events by their ids, each as aggregate/sequence. */
    private static Map<String, String> checkTopic(
            List<ConsumerRecord<byte[], byte[]>> records,
            Map<String, Long> committed,
            Set<String> skipped,
            List<String> wrong) {
        Map<String, String> identities = new HashMap<>();
        Map<String, Set<Long>> appearances = new HashMap<>();
        Map<String, Integer> partitions = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            String key = new String(record.key(), java.nio.charset.StandardCharsets.UTF_8);
            long sequence = Long.parseLong(Wire.header(record, "ce_sequence"));
            if (partitions.computeIfAbsent(key, k -> record.partition()) != record.partition()) {
                wrong.add("G6: %s is in two partitions, which have no order".formatted(key));
            }
            String before = identities.putIfAbsent(key + "/" + sequence, Wire.header(record, "ce_id"));
            if (before != null && !before.equals(Wire.header(record, "ce_id"))) {
                wrong.add("G5: two events are %s/%d; one of them was never committed".formatted(key, sequence));
            }
            appearances.computeIfAbsent(key, k -> new LinkedHashSet<>()).add(sequence);
        }
        committed.forEach((key, count) -> {
            List<Long> expected = LongStream.rangeClosed(1, count)
                    .boxed()
                    .filter(sequence -> !skipped.contains(key + "/" + sequence))
                    .toList();
            List<Long> seen = List.copyOf(appearances.getOrDefault(key, Set.of()));
            if (!Set.copyOf(seen).equals(Set.copyOf(expected))) {
                wrong.add("G5: of %s %d events were committed and %d are on the topic"
                        .formatted(key, expected.size(), seen.size()));
            } else if (!seen.equals(expected)) {
                wrong.add("G6: of %s the first appearances are %s".formatted(key, outOfOrder(seen)));
            }
        });
        appearances.keySet().stream()
                .filter(key -> !committed.containsKey(key))
                .forEach(key -> wrong.add("G5: %s is on the topic and does not exist".formatted(key)));
        Map<String, String> events = new HashMap<>();
        identities.forEach((event, id) -> events.put(id, event));
        return events;
    }

    /** Where it goes wrong, with what is around it. */
    private static List<Long> outOfOrder(List<Long> seen) {
        int at = 1;
        while (at < seen.size() && seen.get(at) > seen.get(at - 1)) {
            at++;
        }
        return seen.subList(Math.max(0, at - 3), Math.min(seen.size(), at + 3));
    }

    /** Where the database keeps which events have committed, those are on the topic and no others. */
    private static void checkIdentities(TestDatabase database, Set<String> onTopic, List<String> wrong) {
        List<Boolean> kept = new ArrayList<>();
        read(database, "select to_regclass('journal') is not null", row -> kept.add(row.getBoolean(1)));
        if (kept.getFirst()) {
            Set<String> committed = new LinkedHashSet<>();
            read(
                    database,
                    "select event_id from journal except select event_id from skipped",
                    row -> committed.add(row.getString(1)));
            onTopic.stream()
                    .filter(id -> !committed.contains(id))
                    .forEach(id -> wrong.add("G5: event %s is on the topic and was never committed".formatted(id)));
            committed.stream()
                    .filter(id -> !onTopic.contains(id))
                    .forEach(id -> wrong.add("G5: event %s was committed and is not on the topic".formatted(id)));
        }
    }

    private static void checkEffects(TestDatabase database, Map<String, String> events, List<String> wrong) {
        Map<String, Integer> effects = new HashMap<>();
        Map<String, Long> last = new HashMap<>(); // sequence, by aggregate
        read(database, "select event_id, aggregate from effects order by id", row -> {
            String id = row.getString(1);
            String aggregate = row.getString(2);
            effects.merge(id, 1, Integer::sum);
            String event = events.get(id);
            if (event == null) {
                wrong.add("G7: event %s had an effect and is not on the topic".formatted(id));
                return;
            }
            long sequence = Long.parseLong(event.substring(event.lastIndexOf('/') + 1));
            if (!event.equals(aggregate + "/" + sequence)) {
                wrong.add("G7: event %s had its effect on %s".formatted(event, aggregate));
            }
            Long before = last.put(aggregate, sequence);
            if (before != null && before >= sequence) {
                wrong.add("G7: of %s event %d had its effect after %d".formatted(aggregate, sequence, before));
            }
        });
        effects.forEach((id, count) -> {
            if (count > 1) {
                wrong.add("G7: event %s had its effect %d times".formatted(id, count));
            }
        });
        long without =
                events.keySet().stream().filter(id -> !effects.containsKey(id)).count();
        if (without > 0) {
            wrong.add("G7: %d events had no effect".formatted(without));
        }
    }

    private interface RowReader {
        void read(ResultSet row) throws SQLException;
    }

    private static void read(TestDatabase database, String sql, RowReader reader) {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                reader.read(rows);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
