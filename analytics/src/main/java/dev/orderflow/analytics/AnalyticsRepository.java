package dev.orderflow.analytics;

import dev.orderflow.analytics.Projection.Revenue;
import dev.orderflow.analytics.Projection.RevenueSum;
import dev.orderflow.analytics.Projection.Sum;
import dev.orderflow.analytics.Received.Measure;
import dev.orderflow.analytics.Received.Name;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.sqlclient.data.Numeric;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigInteger;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a batch of events writes: a statement a table, each locking its rows in the order of their keys. */
@ApplicationScoped
class AnalyticsRepository {

    private static final String MEASURES = Stream.of(Measure.values())
            .map(measure -> measure.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", "));

    Uni<Void> log(SqlConnection sql, List<Received> events, Instant now) {
        return run(
                sql,
                events,
                """
                insert into events (received_on, received_at, event_id, event_type, event_version, source, aggregate_id,
                    sequence, occurred_at, correlation_id, traceparent, order_id, body)
                select $12, $13, e.* from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[],
                    $6::bigint[], $7::timestamptz[], $8::text[], $9::text[], $10::uuid[], $11::text[]) as e""",
                Tuple.tuple()
                        .addArrayOfUUID(array(events, e -> e.envelope().eventId(), UUID[]::new))
                        .addArrayOfString(strings(events, e -> e.envelope().eventType()))
                        .addArrayOfString(strings(events, e -> e.envelope().eventVersion()))
                        .addArrayOfString(strings(events, e -> e.envelope().source()))
                        .addArrayOfString(strings(events, e -> e.envelope().aggregateId()))
                        .addArrayOfLong(array(events, e -> e.envelope().sequence(), Long[]::new))
                        .addArrayOfOffsetDateTime(
                                times(events, e -> e.envelope().timestamp()))
                        .addArrayOfString(
                                strings(events, e -> e.envelope().cause().correlationId()))
                        .addArrayOfString(
                                strings(events, e -> e.envelope().cause().traceparent()))
                        .addArrayOfUUID(array(events, Received::orderId, UUID[]::new))
                        .addArrayOfString(strings(events, Received::body))
                        .addLocalDate(now.atOffset(ZoneOffset.UTC).toLocalDate())
                        .addOffsetDateTime(utc(now)));
    }

    /** Adds the figures. The totals come last: their few rows are what everybody wants to lock. */
    Uni<Void> add(SqlConnection sql, Projection projection) {
        return addMinutes(sql, projection.minutes)
                .chain(() -> addProducts(sql, projection.products))
                .chain(() -> name(sql, projection.names.values()))
                .chain(() -> addRevenues(sql, projection.revenues))
                .chain(() -> addTotals(sql, projection.totals));
    }

    private Uni<Void> addMinutes(SqlConnection sql, Map<Projection.Key, Sum> sums) {
        return run(
                sql,
                sums.keySet(),
                """
                insert into minutes as m (minute, event_type, detail, events, amount)
                select * from unnest($1::timestamptz[], $2::text[], $3::text[], $4::bigint[], $5::numeric[])
                on conflict (minute, event_type, detail)
                    do update set events = m.events + excluded.events, amount = m.amount + excluded.amount""",
                Tuple.tuple()
                        .addArrayOfOffsetDateTime(times(sums.keySet(), Projection.Key::minute))
                        .addArrayOfString(strings(sums.keySet(), Projection.Key::eventType))
                        .addArrayOfString(strings(sums.keySet(), Projection.Key::detail))
                        .addArrayOfLong(array(sums.values(), Sum::events, Long[]::new))
                        .addValue(numbers(sums.values(), Sum::amount)));
    }

    private Uni<Void> addTotals(SqlConnection sql, Map<Projection.Key, Sum> sums) {
        return run(
                sql,
                sums.keySet(),
                """
                insert into totals as t (event_type, detail, events, amount, last_at)
                select * from unnest($1::text[], $2::text[], $3::bigint[], $4::numeric[], $5::timestamptz[])
                on conflict (event_type, detail)
                    do update set events = t.events + excluded.events, amount = t.amount + excluded.amount,
                        last_at = greatest(t.last_at, excluded.last_at)""",
                Tuple.tuple()
                        .addArrayOfString(strings(sums.keySet(), Projection.Key::eventType))
                        .addArrayOfString(strings(sums.keySet(), Projection.Key::detail))
                        .addArrayOfLong(array(sums.values(), Sum::events, Long[]::new))
                        .addValue(numbers(sums.values(), Sum::amount))
                        .addArrayOfOffsetDateTime(times(sums.values(), Sum::last)));
    }

    private Uni<Void> addProducts(SqlConnection sql, Map<UUID, Map<Measure, Long>> products) {
        Tuple parameters = Tuple.tuple().addArrayOfUUID(products.keySet().toArray(UUID[]::new));
        for (Measure measure : Measure.values()) {
            parameters.addArrayOfLong(array(products.values(), of -> of.getOrDefault(measure, 0L), Long[]::new));
        }
        return run(sql, products.keySet(), """
                insert into products as p (product_id, %s)
                select * from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
                    $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[])
                on conflict (product_id) do update set
                    units_ordered = p.units_ordered + excluded.units_ordered,
                    units_confirmed = p.units_confirmed + excluded.units_confirmed,
                    units_cancelled = p.units_cancelled + excluded.units_cancelled,
                    units_reserved = p.units_reserved + excluded.units_reserved,
                    units_committed = p.units_committed + excluded.units_committed,
                    units_released = p.units_released + excluded.units_released,
                    units_lost = p.units_lost + excluded.units_lost,
                    units_restocked = p.units_restocked + excluded.units_restocked,
                    low_stock = p.low_stock + excluded.low_stock""".formatted(MEASURES), parameters);
    }

    /** Every named product has a row by now. */
    private Uni<Void> name(SqlConnection sql, Collection<Name> names) {
        return run(
                sql,
                names,
                """
                update products p set name = n.name, named_at = n.at
                from unnest($1::uuid[], $2::text[], $3::timestamptz[]) as n (product_id, name, at)
                where p.product_id = n.product_id and (n.at, n.name collate "C") > (p.named_at, p.name collate "C")""",
                Tuple.tuple()
                        .addArrayOfUUID(array(names, Name::productId, UUID[]::new))
                        .addArrayOfString(strings(names, Name::text))
                        .addArrayOfOffsetDateTime(times(names, Name::since)));
    }

    private Uni<Void> addRevenues(SqlConnection sql, Map<Revenue, RevenueSum> revenues) {
        return run(
                sql,
                revenues.keySet(),
                """
                insert into product_revenues as r (product_id, currency, ordered, confirmed)
                select * from unnest($1::uuid[], $2::text[], $3::numeric[], $4::numeric[])
                on conflict (product_id, currency)
                    do update set ordered = r.ordered + excluded.ordered, confirmed = r.confirmed + excluded.confirmed""",
                Tuple.tuple()
                        .addArrayOfUUID(array(revenues.keySet(), Revenue::productId, UUID[]::new))
                        .addArrayOfString(strings(revenues.keySet(), Revenue::currency))
                        .addValue(numbers(revenues.values(), RevenueSum::ordered))
                        .addValue(numbers(revenues.values(), RevenueSum::confirmed)));
    }

    private static Uni<Void> run(SqlConnection sql, Collection<?> rows, String statement, Tuple parameters) {
        return rows.isEmpty()
                ? Uni.createFrom().voidItem()
                : sql.preparedQuery(statement).execute(parameters).replaceWithVoid();
    }

    private static <T, V> V[] array(Collection<T> of, Function<T, ? extends @Nullable V> value, IntFunction<V[]> type) {
        return of.stream().map(value).toArray(type);
    }

    private static <T> String[] strings(Collection<T> of, Function<T, @Nullable String> value) {
        return of.stream().map(value).toArray(String[]::new);
    }

    private static <T> Numeric[] numbers(Collection<T> of, Function<T, BigInteger> value) {
        return of.stream().map(value).map(Numeric::create).toArray(Numeric[]::new);
    }

    private static <T> OffsetDateTime[] times(Collection<T> of, Function<T, Instant> value) {
        return of.stream().map(value).map(AnalyticsRepository::utc).toArray(OffsetDateTime[]::new);
    }

    private static OffsetDateTime utc(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }
}
