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
        Set<String> eventIds = checkTopic(records, committed, skipped, wrong);
        if (effects) {
            checkEffects(database, eventIds, wrong);
        }
        long events = committed.values().stream().mapToLong(Long::longValue).sum();
        return new History(events, records.size(), wrong);
    }

    private static Set<String> checkTopic(
            List<ConsumerRecord<byte[], byte[]>> records,
            Map<String, Long> committed,
            Set<String> skipped,
            List<String> wrong) {
        Map<String, String> identities = new HashMap<>();
        Map<String, Set<Long>> appearances = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            String key = new String(record.key(), java.nio.charset.StandardCharsets.UTF_8);
            long sequence = Long.parseLong(Wire.header(record, "ce_sequence"));
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
        return Set.copyOf(identities.values());
    }

    /** Where it goes wrong, with what is around it. */
    private static List<Long> outOfOrder(List<Long> seen) {
        int at = 1;
        while (at < seen.size() && seen.get(at) > seen.get(at - 1)) {
            at++;
        }
        return seen.subList(Math.max(0, at - 3), Math.min(seen.size(), at + 3));
    }

    private static void checkEffects(TestDatabase database, Set<String> eventIds, List<String> wrong) {
        Map<String, Integer> effects = new HashMap<>();
        read(database, "select event_id from effects", row -> effects.merge(row.getString(1), 1, Integer::sum));
        effects.forEach((id, count) -> {
            if (count > 1) {
                wrong.add("G7: event %s had its effect %d times".formatted(id, count));
            }
            if (!eventIds.contains(id)) {
                wrong.add("G7: event %s had an effect and is not on the topic".formatted(id));
            }
        });
        long without = eventIds.stream().filter(id -> !effects.containsKey(id)).count();
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
