package dev.orderflow.messaging;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** A small service: things that happen, and the notes it takes of them. */
@ApplicationScoped
class Things {

    static final String TOPIC = "messaging.events.v1";

    static final String TOPICS = TOPIC + "," + TOPIC + ".test.dlt";

    private final Outbox outbox;
    private final Inbox inbox;
    private final Redrive redrive;
    private final Discard discard;
    private final DataSource database;
    private final ObjectMapper json = new ObjectMapper();
    private final Inbox.Consumer consumer;
    private final List<Envelope> handled = new CopyOnWriteArrayList<>();
    private volatile Consumer<Envelope> trouble = event -> {};

    Things(Outbox outbox, Inbox inbox, Redrive redrive, Discard discard, DataSource database) {
        this.discard = discard;
        this.database = database;
        this.outbox = outbox;
        this.inbox = inbox;
        this.redrive = redrive;
        this.consumer = inbox.consumer("test", Set.of("thing.happened"), this::apply);
    }

    List<Envelope> handled(String id) {
        return handled.stream().filter(event -> event.aggregateId().equals(id)).toList();
    }

    /** What its handler meets at each event, until told otherwise. */
    void meets(Consumer<Envelope> trouble) {
        this.trouble = trouble;
    }

    @Incoming("events")
    Uni<Void> consume(ConsumerRecords<byte[], byte[]> batch) {
        return consumer.receive(batch);
    }

    Uni<Void> receive(ConsumerRecords<byte[], byte[]> batch) {
        return consumer.receive(batch);
    }

    Uni<Redrive.Outcome> redrive(String key) {
        BatchConsumer test = inbox.consumers().get("test");
        return test == null
                ? Uni.createFrom().failure(new IllegalStateException())
                : redrive.key(test, key.getBytes(StandardCharsets.UTF_8), new Redrive.Pace(1_000));
    }

    Uni<Optional<Discard.Outcome>> discard(String key, long id) {
        return discard.first("test", key.getBytes(StandardCharsets.UTF_8), id, "nobody wants it");
    }

    /** Ends every connection that has a transaction open, this handler's own among them. */
    void cutTransactions() {
        Thread cutter = Thread.ofVirtual().start(() -> {
            try (Connection connection = database.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("select pg_terminate_backend(pid) from pg_stat_activity"
                        + " where datname = current_database() and pid <> pg_backend_pid()"
                        + " and state = 'idle in transaction'");
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        try {
            cutter.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Lets something happen to a thing; its row is locked first, as the outbox asks. */
    Uni<Long> happen(String id, String note) {
        return happen(id, note, new Cause(UUID.randomUUID().toString(), null, null));
    }

    Uni<Long> happen(String id, String note, Cause cause) {
        return outbox.transaction(transaction -> next(transaction.sql(), id)
                .call(sequence -> transaction.append(cause, List.of(event(id, sequence, note)))));
    }

    static Uni<Long> next(SqlConnection connection, String id) {
        return connection
                .preparedQuery("insert into things values ($1, 1) on conflict (id) do update"
                        + " set sequence = things.sequence + 1 returning sequence")
                .execute(Tuple.of(id))
                .map(rows -> rows.iterator().next().getLong(0));
    }

    static OutgoingEvent event(String id, long sequence, String note) {
        byte[] body = "{\"note\":\"%s\"}".formatted(note).getBytes(StandardCharsets.UTF_8);
        return new OutgoingEvent("thing.happened", "thing", id, sequence, Instant.now(), body);
    }

    private Uni<Void> apply(Transaction transaction, List<Envelope> fresh) {
        List<Tuple> effects = new ArrayList<>();
        for (Envelope event : fresh) {
            JsonNode body = read(event.data());
            trouble.accept(event);
            effects.add(Tuple.of(
                    event.aggregateId(), event.eventId(), body.path("note").asText()));
        }
        transaction.afterCommit(() -> handled.addAll(fresh));
        return transaction
                .sql()
                .preparedQuery("insert into effects (aggregate, event_id, note) values ($1, $2, $3)")
                .executeBatch(effects)
                .replaceWithVoid();
    }

    private JsonNode read(byte[] data) {
        try {
            return json.readTree(data);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
