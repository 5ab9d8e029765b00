package dev.orderflow.systemtest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orderflow.systemtest.Database.Row;
import dev.orderflow.systemtest.Mails.Mail;
import dev.orderflow.systemtest.Topic.Event;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What holds between the databases, the topics and the mails of all services once everything is quiet, whatever has
 * happened before. Looks at all that there is, not only at what one test has done.
 */
final class Invariants {

    private final Orderflow system;
    private final List<String> wrong = new ArrayList<>();
    private final Map<String, Long> counts = new LinkedHashMap<>();
    private final Map<String, List<Event>> published = new HashMap<>();

    private Invariants(Orderflow system) {
        this.system = system;
    }

    /** Fails with everything that is wrong; prints how much was looked at, because of nothing everything is true. */
    static void check(Orderflow system) {
        system.awaitQuiet();
        var invariants = new Invariants(system);
        invariants.everyOrderIsDecided();
        invariants.stockAddsUp();
        invariants.reservationsFollowOrders();
        invariants.published("order", "select id::text, sequence from orders");
        invariants.published(
                "inventory",
                "select order_id::text as id, sequence from reservations union all select id::text, sequence from products");
        invariants.published("fraud", "select order_id::text as id, sequence from assessments");
        invariants.published("notification", "select id::text, sequence from notification");
        invariants.everyStateIsToldOnce();
        invariants.analyticsKnowsEverything();
        invariants.nothingOfOursIsParked();
        System.out.println("invariants of " + invariants.counts);
        assertEquals(List.of(), invariants.wrong);
    }

    private void everyOrderIsDecided() {
        count("orders", orders().size());
        for (var state : List.of("CONFIRMED", "CANCELLED")) {
            count(
                    state,
                    orders().stream()
                            .filter(order -> order.text("state").equals(state))
                            .count());
        }
        orders().stream()
                .filter(order -> order.text("state").equals("PENDING"))
                .filter(order -> !order.text("under_review").equals("true"))
                .forEach(order -> wrong("undecided: " + order));
    }

    /** G1: per product, what is promised is what reservations hold, and nothing left the house but what was committed. */
    private void stockAddsUp() {
        var rows = system.database("inventory").rows("""
                select p.id::text, p.on_hand, p.reserved,
                       coalesce(sum(l.quantity) filter (where r.state in ('HELD', 'BOUND')), 0)::bigint as held,
                       coalesce(sum(l.quantity) filter (where r.state = 'COMMITTED'), 0)::bigint as committed
                  from products p
                  left join reservation_lines l on l.product_id = p.id
                  left join reservations r on r.order_id = l.order_id
                 group by p.id""");
        count("products", rows.size());
        count(
                "units committed",
                rows.stream().mapToLong(row -> row.number("committed")).sum());
        for (var product : rows) {
            var initial = system.initialStock(product.text("id"));
            if (product.number("reserved") != product.number("held")
                    || initial != product.number("on_hand") + product.number("committed")) {
                wrong("stock does not add up, it was " + initial + ": " + product);
            }
        }
    }

    /** G4: confirmed orders have their stock, cancelled and unknown ones have none. */
    private void reservationsFollowOrders() {
        var reservations =
                byId(system.database("inventory").rows("select order_id::text as id, state from reservations"));
        var orders = byId(orders());
        count("reservations", reservations.size());
        orders.forEach((id, order) -> {
            var reservation = reservations.get(id);
            var committed = reservation != null && reservation.text("state").equals("COMMITTED");
            if (committed != order.text("state").equals("CONFIRMED")) {
                wrong("order and reservation disagree: " + order + " " + reservation);
            }
        });
        reservations.values().stream()
                .filter(it ->
                        Set.of("BOUND", "COMMITTED").contains(it.text("state")) && !orders.containsKey(it.text("id")))
                .forEach(it -> wrong("stock for no order: " + it));
    }

    /**
     * G5 and G6: a service's topic tells of what is in its database and of nothing else; of each aggregate, first
     * appearances are 1..n in this order, n being the aggregate's own count; repeats are the same record.
     */
    private void published(String service, String aggregates) {
        var topic = published(service).stream().collect(Collectors.groupingBy(Event::key));
        var expected = new TreeMap<String, Long>();
        for (var row : system.database(service).rows(aggregates)) {
            if (row.number("sequence") > 0) {
                expected.put(row.text("id"), row.number("sequence"));
            }
        }
        var found = new TreeMap<String, Long>();
        topic.forEach((key, events) -> {
            found.put(key, (long) firstAppearances(service, events).size());
        });
        count(service + " events", found.values().stream().mapToLong(n -> n).sum());
        count(
                service + " repeats",
                topic.values().stream().mapToLong(List::size).sum()
                        - found.values().stream().mapToLong(n -> n).sum());
        var unpublished = new TreeMap<>(expected);
        unpublished.entrySet().removeAll(found.entrySet());
        var invented = new TreeMap<>(found);
        invented.entrySet().removeAll(expected.entrySet());
        if (!unpublished.isEmpty() || !invented.isEmpty()) {
            wrong(service + " has stored, and not or not all published: " + unpublished + "; published: " + invented);
        }
    }

    private List<Event> firstAppearances(String service, List<Event> events) {
        var seen = new HashMap<String, Event>();
        var first = new ArrayList<Event>();
        for (var event : events) {
            var before = seen.putIfAbsent(event.id(), event);
            if (before == null) {
                first.add(event);
                if (event.sequence() != first.size()) {
                    wrong("out of order: " + service + " " + event.key() + " " + event.type() + " is number "
                            + event.sequence() + ", expected " + first.size());
                }
            } else if (!before.body().equals(event.body())) {
                wrong("repeated with another content: " + event.key() + " " + event.type());
            }
        }
        return first;
    }

    /** G8: one notification for each state that an order has been in, and one mail for each of them. */
    private void everyStateIsToldOnce() {
        var notifications = system.database("notification")
                .rows(
                        "select id::text, order_id::text, occasion, delivery from notification where order_id is not null");
        var told = notifications.stream()
                .map(it -> it.text("order_id") + " " + it.text("occasion"))
                .sorted()
                .toList();
        var states = new ArrayList<String>();
        for (var order : orders()) {
            states.add(order.text("id") + " placed");
            if (!order.text("state").equals("PENDING")) {
                states.add(order.text("id") + " " + order.text("state").toLowerCase(java.util.Locale.ROOT));
            }
        }
        states.sort(null);
        count("notifications", notifications.size());
        if (!told.equals(states)) {
            var missing = new HashSet<>(states);
            told.forEach(missing::remove);
            var unexpected = new ArrayList<>(told);
            states.forEach(unexpected::remove);
            wrong("not told: " + missing + "; told without reason: " + unexpected);
        }
        var mails = system.mails().all().stream().collect(Collectors.groupingBy(Mail::notification));
        count("mails", mails.values().stream().mapToLong(List::size).sum());
        count("mails repeated", mails.values().stream().mapToLong(List::size).sum() - mails.size());
        for (var notification : notifications) {
            if (notification.text("delivery").equals("sent") != mails.containsKey(notification.text("id"))) {
                wrong("sent and not there, or there and not sent: " + notification);
            }
        }
    }

    /** Every event is kept once, and the figures are sums of them and agree with the services' own. */
    private void analyticsKnowsEverything() {
        var published = new TreeMap<String, Long>();
        for (var service : List.of("order", "inventory", "fraud", "notification")) {
            published(service).stream()
                    .collect(Collectors.toMap(Event::id, Event::type, (one, again) -> one))
                    .values()
                    .forEach(type -> published.merge(type, 1L, Long::sum));
        }
        var analytics = system.database("analytics");
        same("events kept", published, sums(analytics.rows("""
                select event_type as id, count(*) as sum from events
                 where source in ('/order', '/inventory', '/fraud', '/notification') group by event_type""")));
        same(
                "events added up",
                sums(analytics.rows("select event_type as id, count(*) as sum from events group by event_type")),
                sums(analytics.rows("select event_type as id, sum(events) as sum from totals group by event_type")));
        same(
                "revenue",
                sums(system.database("order")
                        .rows("select 'USD' as id, sum(total) as sum from orders where state = 'CONFIRMED'")),
                sums(
                        analytics.rows(
                                "select detail as id, sum(amount) as sum from totals where event_type = 'order.confirmed' group by detail")));
        same(
                "units committed",
                sums(system.database("inventory").rows("""
                        select product_id::text as id, sum(quantity) as sum from reservation_lines
                          join reservations using (order_id) where state = 'COMMITTED' group by product_id""")),
                sums(
                        analytics.rows(
                                "select product_id::text as id, units_committed as sum from products where units_committed > 0")));
    }

    private void same(String what, Map<String, Long> expected, Map<String, Long> found) {
        if (!expected.equals(found)) {
            wrong("analytics, " + what + ": " + found + ", should be " + expected);
        }
    }

    private static Map<String, Long> sums(List<Row> rows) {
        var sums = new TreeMap<String, Long>();
        rows.forEach(row -> sums.put(row.text("id"), row.number("sum")));
        return sums;
    }

    /** G10: what tests have broken may be parked, but no event of a real order. */
    private void nothingOfOursIsParked() {
        var ids = orders().stream().map(order -> order.text("id")).collect(Collectors.toSet());
        for (var service : Orderflow.SERVICES) {
            for (var parked : system.database(service)
                    .rows(
                            "select convert_from(key, 'UTF8') as id, reason from parked where position('\\x00'::bytea in key) = 0")) {
                if (ids.contains(parked.text("id"))) {
                    wrong("parked at " + service + ": " + parked);
                }
            }
        }
    }

    /** What the service itself has published; tests write to its topic, too. */
    private List<Event> published(String service) {
        return published.computeIfAbsent(service, name -> system.topic(name).read().stream()
                .filter(event -> event.header("ce_source").equals("/" + name))
                .toList());
    }

    private List<Row> orders() {
        return system.database("order").rows("select id::text, state, under_review, idempotency_key from orders");
    }

    private static Map<String, Row> byId(List<Row> rows) {
        return rows.stream().collect(Collectors.toMap(row -> row.text("id"), row -> row));
    }

    private void count(String what, long number) {
        counts.put(what, number);
    }

    private void wrong(String what) {
        wrong.add(what);
    }
}
