package dev.orderflow.order;

import dev.orderflow.messaging.Repetition;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How long the oldest order in each undecided state has been waiting, for the metrics. Read from the database by a timer
 * and not by whoever asks: a scrape costs nothing and does not wait. No number at all while the database is away.
 */
@ApplicationScoped
class OrderAges {

    /** Only undecided orders, which the indexes of the timers are of, so that stored ones do not matter. */
    private static final String AGES = """
            select case when under_review then 'under_review' else 'pending' end as state,
                   extract(epoch from max(now() - placed_at))::float8 as age
              from orders where state = 'PENDING' group by under_review""";

    private final Pool pool;
    private final Repetition reading;
    private volatile Map<String, Double> ages = Map.of();
    private volatile boolean known;

    OrderAges(Pool pool, OrderConfig config, MeterRegistry metrics, Vertx vertx) {
        this.pool = pool;
        this.reading = new Repetition(vertx, this::read, config.metricsInterval(), config.metricsInterval());
        for (var state : List.of("pending", "under_review")) {
            Gauge.builder("order.age", this, it -> it.age(state))
                    .tag("state", state)
                    .baseUnit("seconds")
                    .description("Age of the oldest order in this state")
                    .register(metrics);
        }
    }

    void start(@Observes StartupEvent event) {
        reading.start();
    }

    void stop(@Observes ShutdownEvent event) {
        reading.stop();
    }

    private double age(String state) {
        return known ? ages.getOrDefault(state, 0.0) : Double.NaN;
    }

    private Uni<Void> read() {
        return pool.withConnection(sql -> sql.query(AGES).execute())
                .invoke(rows -> {
                    var read = new HashMap<String, Double>();
                    rows.forEach(row -> read.put(row.getString("state"), row.getDouble("age")));
                    ages = Map.copyOf(read);
                    known = true;
                })
                .onFailure()
                .invoke(_ -> known = false)
                .replaceWithVoid();
    }
}
