package dev.orderflow.messaging;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Marks records as seen, in the transaction that applies or parks them. */
final class InboxTable {

    // Sorted, so that two consumers with the same records wait for each other and never in a circle. A mark
    // that another transaction has not committed yet is waited for.
    private static final String MARK = """
            insert into inbox (day, consumer, identity)
            select day, $1, identity from unnest($2::date[], $3::text[]) as seen (day, identity)
            order by identity
            on conflict do nothing
            returning identity""";

    private InboxTable() {}

    /** Those that no delivery has brought before, in the given order; of the same one twice in a batch the first. */
    static Uni<List<InboxRecord>> markFresh(SqlConnection connection, String consumer, List<InboxRecord> records) {
        Tuple values = Tuple.of(
                consumer,
                records.stream().map(InboxRecord::day).toArray(LocalDate[]::new),
                records.stream().map(InboxRecord::identity).toArray(String[]::new));
        return connection.preparedQuery(MARK).execute(values).map(rows -> {
            Set<String> fresh = new HashSet<>();
            rows.forEach(row -> fresh.add(row.getString("identity")));
            return records.stream()
                    .filter(record -> fresh.remove(record.identity()))
                    .toList();
        });
    }
}
