package dev.orderflow.fraud;

import dev.orderflow.fraud.Batch.Assessed;
import dev.orderflow.fraud.Batch.Increase;
import dev.orderflow.fraud.domain.KnownCustomers;
import dev.orderflow.fraud.domain.OrderFacts;
import dev.orderflow.fraud.domain.OrderState;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a batch of events reads and writes, in statements for all of it. Writing transactions lock customers by id, then assessments, then contacts, so that batches of two
 * replicas cannot wait for each other in a circle.
 */
@ApplicationScoped
class FraudRepository {

    private final FraudConfig config;
    private final FraudMessages messages;

    FraudRepository(FraudConfig config, FraudMessages messages) {
        this.config = config;
        this.messages = messages;
    }

    /** The state of those of the orders that were assessed before. */
    Uni<Map<UUID, OrderState>> orders(SqlConnection sql, Collection<UUID> orderIds) {
        return sql.preparedQuery("select order_id, order_state from assessments where order_id = any($1)")
                .execute(Tuple.tuple().addArrayOfUUID(orderIds.toArray(UUID[]::new)))
                .map(rows -> {
                    Map<UUID, OrderState> states = new HashMap<>();
                    rows.forEach(row -> states.put(row.getUUID(0), OrderState.valueOf(upper(row.getString(1)))));
                    return states;
                });
    }

    /** Locks the customers until the transaction ends, new ones included, and reads what the rules need of them. */
    Uni<KnownCustomers> lockCustomers(SqlConnection sql, Map<String, Instant> seen, List<OrderFacts> placed) {
        KnownCustomers known = new KnownCustomers();
        config.blocklist().customers().ifPresent(blocked -> blocked.forEach(known::block));
        return lockTallies(sql, new TreeMap<>(seen), known)
                .chain(() -> Uni.combine()
                        .all()
                        .unis(
                                readPlacements(sql, placed, known),
                                readContacts(sql, placed, known),
                                readBlocked(sql, seen.keySet(), known))
                        .discardItems())
                .replaceWith(known);
    }

    private Uni<Void> lockTallies(SqlConnection sql, SortedMap<String, Instant> seen, KnownCustomers known) {
        // The update is what locks: afterwards nobody else counts orders of these customers.
        return sql.preparedQuery("""
                        insert into customers as c (customer_id, last_order_at)
                        select s.customer_id, s.at from unnest($1::text[], $2::timestamptz[]) as s (customer_id, at)
                        order by s.customer_id
                        on conflict (customer_id) do update set last_order_at = greatest(c.last_order_at, excluded.last_order_at)
                        returning customer_id, confirmed_orders, confirmed_units""")
                .execute(Tuple.tuple()
                        .addArrayOfString(seen.keySet().toArray(String[]::new))
                        .addArrayOfOffsetDateTime(times(seen.values(), at -> at)))
                .invoke(rows -> rows.forEach(row -> known.confirmed(row.getString(0), row.getLong(1), row.getLong(2))))
                .replaceWithVoid();
    }

    private Uni<Void> readPlacements(SqlConnection sql, List<OrderFacts> placed, KnownCustomers known) {
        // For each order no more than the rule can tell apart, so that a customer's past costs nothing.
        return sql.preparedQuery("""
                        select distinct e.customer_id, a.order_id, a.placed_at
                        from unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) as e (customer_id, since, until)
                        cross join lateral (
                            select order_id, placed_at from assessments
                            where customer_id = e.customer_id and placed_at > e.since and placed_at <= e.until
                            order by placed_at desc limit $4) a""")
                .execute(Tuple.tuple()
                        .addArrayOfString(strings(placed, OrderFacts::customerId))
                        .addArrayOfOffsetDateTime(times(placed, order -> order.placedAt()
                                .minus(config.velocity().window())))
                        .addArrayOfOffsetDateTime(times(placed, OrderFacts::placedAt))
                        .addInteger(config.velocity().orders()))
                .invoke(rows -> rows.forEach(row ->
                        known.placed(row.getString(0), row.getOffsetDateTime(2).toInstant())))
                .replaceWithVoid();
    }

    private Uni<Void> readContacts(SqlConnection sql, List<OrderFacts> placed, KnownCustomers known) {
        return sql.preparedQuery("""
                        select e.contact_ref, c.customer_id
                        from unnest($1::text[]) as e (contact_ref)
                        cross join lateral (
                            select customer_id from contact_customers where contact_ref = e.contact_ref limit $2) c""")
                .execute(Tuple.tuple()
                        .addArrayOfString(contactRefs(placed).toArray(String[]::new))
                        .addInteger(config.contact().customers()))
                .invoke(rows -> rows.forEach(row -> known.gave(row.getString(1), row.getString(0))))
                .replaceWithVoid();
    }

    private Uni<Void> readBlocked(SqlConnection sql, Collection<String> customerIds, KnownCustomers known) {
        return sql.preparedQuery("select customer_id from blocked_customers where customer_id = any($1)")
                .execute(Tuple.tuple().addArrayOfString(customerIds.toArray(String[]::new)))
                .invoke(rows -> rows.forEach(row -> known.block(row.getString(0))))
                .replaceWithVoid();
    }

    Uni<Void> store(SqlConnection sql, Batch batch, Instant now) {
        return insert(sql, batch.assessed, now)
                .chain(() -> settle(sql, batch.settled))
                .chain(() -> increase(sql, batch.increases))
                .chain(() -> rememberContacts(sql, batch.assessed));
    }

    private Uni<Void> insert(SqlConnection sql, List<Assessed> assessed, Instant now) {
        if (assessed.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        return sql.preparedQuery("""
                        insert into assessments (order_id, customer_id, total_minor, currency, units, placed_at,
                            score, reasons, verdict, assessed_at, correlation_id, traceparent)
                        select a.order_id, a.customer_id, a.total_minor, a.currency, a.units, a.placed_at,
                            a.score, a.reasons, a.verdict, $12, a.correlation_id, a.traceparent
                        from unnest($1::uuid[], $2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::timestamptz[],
                                $7::integer[], $8::text[], $9::text[], $10::text[], $11::text[])
                            as a (order_id, customer_id, total_minor, currency, units, placed_at,
                                score, reasons, verdict, correlation_id, traceparent)""")
                .execute(Tuple.tuple()
                        .addArrayOfUUID(
                                assessed.stream().map(a -> a.order().orderId()).toArray(UUID[]::new))
                        .addArrayOfString(strings(assessed, a -> a.order().customerId()))
                        .addArrayOfLong(longs(assessed, a -> a.order().total().minorUnits()))
                        .addArrayOfString(
                                strings(assessed, a -> a.order().total().currency()))
                        .addArrayOfLong(longs(assessed, a -> a.order().units()))
                        .addArrayOfOffsetDateTime(times(assessed, a -> a.order().placedAt()))
                        .addArrayOfInteger(assessed.stream()
                                .map(a -> a.assessment().score())
                                .toArray(Integer[]::new))
                        .addArrayOfString(strings(
                                assessed, a -> messages.reasons(a.assessment().reasons())))
                        .addArrayOfString(
                                strings(assessed, a -> lower(a.assessment().verdict())))
                        .addArrayOfString(strings(assessed, a -> a.cause().correlationId()))
                        .addArrayOfString(strings(assessed, a -> a.cause().traceparent()))
                        .addOffsetDateTime(utc(now)))
                .replaceWithVoid();
    }

    private Uni<Void> settle(SqlConnection sql, Map<UUID, OrderState> settled) {
        if (settled.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        return sql.preparedQuery("""
                        update assessments a set order_state = s.order_state, version = a.version + 1
                        from unnest($1::uuid[], $2::text[]) as s (order_id, order_state)
                        where a.order_id = s.order_id and a.order_state = 'placed'""")
                .execute(Tuple.tuple()
                        .addArrayOfUUID(settled.keySet().toArray(UUID[]::new))
                        .addArrayOfString(strings(settled.values(), FraudRepository::lower)))
                .replaceWithVoid();
    }

    private Uni<Void> increase(SqlConnection sql, Map<String, Increase> increases) {
        if (increases.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        Collection<Increase> amounts = increases.values();
        return sql.preparedQuery("""
                        update customers c set confirmed_orders = c.confirmed_orders + i.confirmed_orders,
                            confirmed_units = c.confirmed_units + i.confirmed_units,
                            cancelled_orders = c.cancelled_orders + i.cancelled_orders
                        from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[])
                            as i (customer_id, confirmed_orders, confirmed_units, cancelled_orders)
                        where c.customer_id = i.customer_id""")
                .execute(Tuple.tuple()
                        .addArrayOfString(increases.keySet().toArray(String[]::new))
                        .addArrayOfLong(longs(amounts, Increase::confirmedOrders))
                        .addArrayOfLong(longs(amounts, Increase::confirmedUnits))
                        .addArrayOfLong(longs(amounts, Increase::cancelledOrders)))
                .replaceWithVoid();
    }

    private Uni<Void> rememberContacts(SqlConnection sql, List<Assessed> assessed) {
        List<OrderFacts> orders = assessed.stream()
                .map(Assessed::order)
                .filter(order -> order.contactRef() != null)
                .toList();
        if (orders.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        // Beyond the limit only those who are in already are kept fresh: a contact that everybody has costs few rows.
        return sql.preparedQuery("""
                        insert into contact_customers as c (contact_ref, customer_id, last_seen_at)
                        select e.contact_ref, e.customer_id, max(e.at)
                        from unnest($1::text[], $2::text[], $3::timestamptz[]) as e (contact_ref, customer_id, at)
                        where (select count(*) from contact_customers o where o.contact_ref = e.contact_ref) < $4
                            or exists (select from contact_customers o
                                where o.contact_ref = e.contact_ref and o.customer_id = e.customer_id)
                        group by e.contact_ref, e.customer_id
                        order by e.contact_ref, e.customer_id
                        on conflict (contact_ref, customer_id)
                            do update set last_seen_at = greatest(c.last_seen_at, excluded.last_seen_at)""")
                .execute(Tuple.tuple()
                        .addArrayOfString(strings(orders, OrderFacts::contactRef))
                        .addArrayOfString(strings(orders, OrderFacts::customerId))
                        .addArrayOfOffsetDateTime(times(orders, OrderFacts::placedAt))
                        .addInteger(config.contact().customers()))
                .replaceWithVoid();
    }

    private static SortedSet<String> contactRefs(List<OrderFacts> orders) {
        SortedSet<String> refs = new TreeSet<>();
        orders.forEach(order -> {
            if (order.contactRef() != null) {
                refs.add(order.contactRef());
            }
        });
        return refs;
    }

    private static <T> String[] strings(Collection<T> of, Function<T, @Nullable String> value) {
        return of.stream().map(value).toArray(String[]::new);
    }

    private static <T> Long[] longs(Collection<T> of, Function<T, Long> value) {
        return of.stream().map(value).toArray(Long[]::new);
    }

    private static <T> OffsetDateTime[] times(Collection<T> of, Function<T, Instant> value) {
        return of.stream().map(value).map(FraudRepository::utc).toArray(OffsetDateTime[]::new);
    }

    private static OffsetDateTime utc(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static String upper(String stored) {
        return stored.toUpperCase(Locale.ROOT);
    }
}
