package dev.orderflow.messaging;

import static dev.orderflow.messaging.OutboxModel.Rule.BUCKET_LOCK;
import static dev.orderflow.messaging.OutboxModel.Rule.DELETE_AFTER_ACKNOWLEDGEMENT;
import static dev.orderflow.messaging.OutboxModel.Rule.FROM_THE_FIRST_ROW;
import static dev.orderflow.messaging.OutboxModel.Rule.ID_UNDER_THE_AGGREGATES_LOCK;
import static dev.orderflow.messaging.OutboxModel.Rule.INBOX;
import static dev.orderflow.messaging.OutboxModel.Rule.LEFT_ALONE;
import static dev.orderflow.messaging.OutboxModel.Rule.LEFT_OUT;
import static dev.orderflow.messaging.OutboxModel.Rule.ONE_UNACKNOWLEDGED;
import static dev.orderflow.messaging.OutboxModel.Rule.PRESENCE;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * One bucket of the outbox in all its states: two aggregates with three events, two relays of which each may take itself
 * for the owner, a network that loses, delays and reorders, a topic, and a consumer with an inbox. Every step can be
 * followed by any other that is possible, and so can faults.
 *
 * @param faults how many there may be
 * @param sends how many records may be handed to the producer, repeats among them
 * @param consumes whether the consumer does something; what relays do is explored faster, and so further, without it
 * @param setsAside whether relays read on beside what is under way for long; likewise
 * @param readsParts whether a reading may start behind any row, and end before the last one; likewise
 */
record OutboxModel(Set<Rule> rules, int faults, int sends, boolean consumes, boolean setsAside, boolean readsParts) {

    /** What the order of events and their completeness rest on; without one of them the explorer finds the damage. */
    enum Rule {
        ONE_UNACKNOWLEDGED,
        FROM_THE_FIRST_ROW, // without it a relay goes on after the highest id that it has read
        PRESENCE, // without it all relays go on after the highest id that any has read: a stored cursor
        DELETE_AFTER_ACKNOWLEDGEMENT,
        ID_UNDER_THE_AGGREGATES_LOCK,
        BUCKET_LOCK, // saves repeats; nothing else rests on it
        LEFT_OUT, // as well: what is under way and was set aside is not read again
        LEFT_ALONE, // an aggregate with a row before the start of a reading is not read
        INBOX
    }

    /** The events: two of aggregate A, one of B. */
    enum Row {
        A1('A', 1),
        A2('A', 2),
        B1('B', 1);

        final char aggregate;
        final int sequence;

        Row(char aggregate, int sequence) {
            this.aggregate = aggregate;
            this.sequence = sequence;
        }
    }

    /** On its way from a relay to the broker; from 0 when that relay is gone, and nobody waits for the answer. */
    record Flight(int from, Row row) {}

    /**
     * A relay.
     *
     * @param held read and not handed over
     * @param acknowledged on the topic, and its row not deleted
     * @param mark the highest id that it has read
     */
    record Relay(List<Row> held, List<Row> acknowledged, int mark) {
        static final Relay NEW = new Relay(List.of(), List.of(), 0);
    }

    /** What the consumer's database knows, and from where on it reads. */
    record Consumer(List<Row> inbox, List<Row> effects, int position) {}

    /**
     * All of it.
     *
     * @param ids rows in the order of their ids, uncommitted ones too
     * @param table what is committed and not deleted
     */
    record State(
            List<Row> ids,
            List<Row> committed,
            List<Row> table,
            int owner,
            List<Relay> relays,
            List<Flight> network,
            List<Row> topic,
            Consumer consumer,
            int sent,
            int faults) {
        static final State START = new State(
                List.of(),
                List.of(),
                List.of(),
                1,
                List.of(Relay.NEW, Relay.NEW),
                List.of(),
                List.of(),
                new Consumer(List.of(), List.of(), 0),
                0,
                0);
    }

    /** A step, and what it leads to. */
    record Step(String name, State to) {}

    // ---- what can happen ----

    List<Step> steps(State s) {
        List<Step> steps = new ArrayList<>();
        for (Row row : Row.values()) {
            append(s, row, steps);
            commit(s, row, steps);
        }
        for (int relay = 1; relay <= 2; relay++) {
            read(s, relay, steps);
            send(s, relay, steps);
            if (setsAside) {
                setAside(s, relay, steps);
            }
            delete(s, relay, steps);
        }
        land(s, steps);
        if (consumes) {
            consume(s, steps);
        }
        if (s.faults < faults) {
            fault(s, steps);
        }
        return steps;
    }

    /** A business transaction takes the row's id; under the aggregate's lock, so after the one before has committed. */
    private void append(State s, Row row, List<Step> steps) {
        boolean free = row.sequence == 1 || s.committed.contains(Row.A1);
        if (!s.ids.contains(row) && (free || !rules.contains(ID_UNDER_THE_AGGREGATES_LOCK))) {
            steps.add(new Step("append " + row, with(s).ids(and(s.ids, row))));
        }
    }

    private void commit(State s, Row row, List<Step> steps) {
        boolean turn = row.sequence == 1 || s.committed.contains(Row.A1);
        if (s.ids.contains(row) && !s.committed.contains(row) && turn) {
            steps.add(
                    new Step("commit " + row, with(s).committed(and(s.committed, row), sorted(s, and(s.table, row)))));
        }
    }

    private void read(State s, int relay, List<Step> steps) {
        Relay r = s.relays.get(relay - 1);
        boolean underWay = !flights(s, relay).isEmpty();
        boolean settled = setsAside ? r.acknowledged.isEmpty() || underWay : r.acknowledged.isEmpty() && !underWay;
        if (r.held.isEmpty() && settled && (s.owner == relay || !rules.contains(BUCKET_LOCK))) {
            for (List<Row> rows : readings(s, only(readable(s, r), row -> !isLeftOut(s, relay, row)))) {
                int mark = rows.stream()
                        .mapToInt(row -> s.ids.indexOf(row) + 1)
                        .max()
                        .orElse(0);
                Relay next = new Relay(rows, r.acknowledged, Math.max(mark, r.mark));
                steps.add(new Step("relay %d reads %s".formatted(relay, rows), with(s).relay(relay, next)));
            }
        }
    }

    /** What one reading may bring of these. */
    private Set<List<Row>> readings(State s, List<Row> rows) {
        Set<List<Row>> readings = new HashSet<>();
        for (int start = 0; start <= (readsParts ? s.ids.size() : 0); start++) {
            List<Row> before = only(s.table, s.ids.subList(0, start)::contains);
            List<Row> behind = only(
                    rows,
                    row -> !before.contains(row)
                            && (!rules.contains(LEFT_ALONE)
                                    || before.stream().noneMatch(left -> left.aggregate == row.aggregate)));
            for (int end = readsParts ? 1 : behind.size(); end <= behind.size(); end++) {
                readings.add(behind.subList(0, end));
            }
        }
        readings.remove(List.of());
        return readings;
    }

    private boolean isLeftOut(State s, int relay, Row row) {
        return rules.contains(LEFT_OUT)
                && Stream.concat(
                                flights(s, relay).stream().map(Flight::row),
                                s.relays.get(relay - 1).acknowledged.stream())
                        .anyMatch(unsettled -> unsettled.aggregate == row.aggregate);
    }

    /** It has waited for long enough, and reads on beside what is under way. */
    private void setAside(State s, int relay, List<Step> steps) {
        Relay r = s.relays.get(relay - 1);
        if (!r.held.isEmpty() && !flights(s, relay).isEmpty()) {
            steps.add(new Step(
                    "relay %d sets aside".formatted(relay),
                    with(s).relay(relay, new Relay(List.of(), r.acknowledged, r.mark))));
        }
    }

    private List<Row> readable(State s, Relay r) {
        int cursor = s.relays.stream().mapToInt(Relay::mark).max().orElse(0);
        return only(s.table, row -> {
            int id = s.ids.indexOf(row) + 1;
            return (rules.contains(FROM_THE_FIRST_ROW) || id > r.mark) && (rules.contains(PRESENCE) || id > cursor);
        });
    }

    private void send(State s, int relay, List<Step> steps) {
        Relay r = s.relays.get(relay - 1);
        for (char aggregate : new char[] {'A', 'B'}) {
            List<Row> its = only(r.held, row -> row.aggregate == aggregate);
            boolean waits = rules.contains(ONE_UNACKNOWLEDGED)
                    && flights(s, relay).stream().anyMatch(flight -> flight.row.aggregate == aggregate);
            if (!its.isEmpty() && !waits && s.sent < sends) {
                Row row = its.getFirst();
                State next = with(s).relay(relay, new Relay(without(r.held, row), r.acknowledged, r.mark));
                next = with(next).network(and(s.network, new Flight(relay, row)), s.sent + 1);
                if (!rules.contains(DELETE_AFTER_ACKNOWLEDGEMENT)) {
                    next = with(next).committed(s.committed, without(s.table, row));
                }
                steps.add(new Step("relay %d sends %s".formatted(relay, row), next));
            }
        }
    }

    private void delete(State s, int relay, List<Step> steps) {
        Relay r = s.relays.get(relay - 1);
        if (!r.acknowledged.isEmpty()
                && r.held.isEmpty()
                && (setsAside || flights(s, relay).isEmpty())) {
            State next = with(s).relay(relay, new Relay(List.of(), List.of(), r.mark));
            next = with(next).committed(s.committed, only(s.table, row -> !r.acknowledged.contains(row)));
            steps.add(new Step("relay %d deletes %s".formatted(relay, r.acknowledged), next));
        }
    }

    /** Any record under way may be the next that arrives. */
    private void land(State s, List<Step> steps) {
        for (Flight flight : Set.copyOf(s.network)) {
            State next = with(s).network(without(s.network, flight), s.sent);
            next = with(next).topic(and(s.topic, flight.row));
            steps.add(new Step("%s arrives".formatted(flight), answered(next, flight, true)));
        }
    }

    private static State answered(State s, Flight flight, boolean acknowledged) {
        if (flight.from == 0) {
            return s;
        }
        Relay r = s.relays.get(flight.from - 1);
        Relay next = acknowledged
                ? new Relay(r.held, and(r.acknowledged, flight.row), r.mark)
                : new Relay(only(r.held, row -> row.aggregate != flight.row.aggregate), r.acknowledged, r.mark);
        return with(s).relay(flight.from, next);
    }

    /** Mark and effect in one transaction, and after it, unless there is a crash, the position. */
    private void consume(State s, List<Step> steps) {
        Consumer c = s.consumer;
        if (c.position < s.topic.size()) {
            Row row = s.topic.get(c.position);
            steps.add(new Step("consumer takes " + row, with(s).consumer(taken(c, row, 1))));
            if (s.faults < faults) {
                State crashed = with(with(s).fault()).consumer(taken(c, row, 0));
                steps.add(new Step("consumer takes %s and crashes".formatted(row), crashed));
            }
        }
    }

    private Consumer taken(Consumer c, Row row, int forward) {
        boolean fresh = !c.inbox.contains(row);
        return new Consumer(
                fresh ? and(c.inbox, row) : c.inbox,
                fresh || !rules.contains(INBOX) ? and(c.effects, row) : c.effects,
                c.position + forward);
    }

    private void fault(State s, List<Step> steps) {
        State hit = with(s).fault();
        for (Flight flight : Set.copyOf(s.network)) {
            State gone = with(hit).network(without(s.network, flight), s.sent);
            steps.add(new Step("%s is refused".formatted(flight), answered(gone, flight, false)));
            State unheard = with(gone).topic(and(s.topic, flight.row));
            steps.add(new Step("%s arrives, the answer does not".formatted(flight), answered(unheard, flight, false)));
        }
        for (int relay = 1; relay <= 2; relay++) {
            int it = relay;
            List<Flight> orphans = s.network.stream()
                    .map(flight -> flight.from == it ? new Flight(0, flight.row) : flight)
                    .toList();
            State gone = with(with(hit).relay(relay, Relay.NEW)).network(orphans, s.sent);
            steps.add(new Step("relay %d crashes".formatted(relay), gone));
        }
        steps.add(new Step("the other relay owns, too", with(hit).owner(3 - s.owner)));
    }

    // ---- what must hold ----

    /** Why a state must not be, if it must not. */
    Optional<String> wrong(State s) {
        List<Row> first = s.topic.stream().distinct().toList();
        if (!s.committed.containsAll(s.topic)) {
            return Optional.of("G5: on the topic, and its transaction did not commit");
        }
        if (first.contains(Row.A2) && !first.subList(0, first.indexOf(Row.A2)).contains(Row.A1)) {
            return Optional.of("G6: A2 appeared before A1");
        }
        if (s.consumer.effects.stream().distinct().count() < s.consumer.effects.size()) {
            return Optional.of("G7: an effect happened twice");
        }
        return isForgotten(s) ? Optional.of("G5: committed, and nobody will ever send it") : Optional.empty();
    }

    /** Nothing is under way, and no relay would find what is missing. */
    private boolean isForgotten(State s) {
        boolean quiet =
                s.network.isEmpty() && s.relays.stream().allMatch(r -> r.held.isEmpty() && r.acknowledged.isEmpty());
        return quiet
                && s.committed.stream()
                        .anyMatch(row -> !s.topic.contains(row)
                                && s.relays.stream()
                                        .noneMatch(r -> readable(s, r).contains(row)));
    }

    /** Something that costs and harms nobody: an event that is on the topic twice. */
    static boolean isRepeated(State s) {
        return s.topic.stream().distinct().count() < s.topic.size();
    }

    // ---- exploring ----

    /** What was found: how many states there are, and the first that is wrong with the steps that lead there. */
    record Found(int states, boolean repeats, String wrong, List<String> way) {}

    private record Node(State state, Node before, String step) {}

    /** Visits every state, breadth first and on all processors, until one is wrong. */
    @SuppressWarnings("NullAway") // the first node has none before
    Found explore() {
        Set<State> seen = ConcurrentHashMap.newKeySet();
        seen.add(State.START);
        List<Node> next = List.of(new Node(State.START, null, ""));
        boolean repeats = false;
        while (!next.isEmpty()) {
            Optional<Node> bad = next.parallelStream()
                    .filter(node -> wrong(node.state).isPresent())
                    .findFirst();
            repeats |= next.stream().anyMatch(node -> isRepeated(node.state));
            if (bad.isPresent()) {
                return new Found(seen.size(), repeats, wrong(bad.get().state).orElseThrow(), way(bad.get()));
            }
            next = next.parallelStream()
                    .flatMap(node -> steps(node.state).stream()
                            .filter(step -> seen.add(step.to))
                            .map(step -> new Node(step.to, node, step.name)))
                    .toList();
        }
        return new Found(seen.size(), repeats, "", List.of());
    }

    private static List<String> way(Node end) {
        List<String> way = new ArrayList<>();
        for (Node node = end; node.before != null; node = node.before) {
            way.add(node.step);
        }
        Collections.reverse(way);
        return way;
    }

    // ---- the next state ----

    private static Change with(State state) {
        return new Change(state);
    }

    private record Change(State s) {
        State ids(List<Row> ids) {
            return new State(
                    ids, s.committed, s.table, s.owner, s.relays, s.network, s.topic, s.consumer, s.sent, s.faults);
        }

        State committed(List<Row> committed, List<Row> table) {
            return new State(
                    s.ids, committed, table, s.owner, s.relays, s.network, s.topic, s.consumer, s.sent, s.faults);
        }

        State owner(int owner) {
            return new State(
                    s.ids, s.committed, s.table, owner, s.relays, s.network, s.topic, s.consumer, s.sent, s.faults);
        }

        State relay(int number, Relay relay) {
            List<Relay> relays = number == 1 ? List.of(relay, s.relays.get(1)) : List.of(s.relays.get(0), relay);
            return new State(
                    s.ids, s.committed, s.table, s.owner, relays, s.network, s.topic, s.consumer, s.sent, s.faults);
        }

        State network(List<Flight> network, int sent) {
            List<Flight> sorted = network.stream()
                    .sorted(java.util.Comparator.comparing(Flight::row).thenComparing(Flight::from))
                    .toList();
            return new State(
                    s.ids, s.committed, s.table, s.owner, s.relays, sorted, s.topic, s.consumer, sent, s.faults);
        }

        State topic(List<Row> topic) {
            return new State(
                    s.ids, s.committed, s.table, s.owner, s.relays, s.network, topic, s.consumer, s.sent, s.faults);
        }

        State consumer(Consumer consumer) {
            return new State(
                    s.ids, s.committed, s.table, s.owner, s.relays, s.network, s.topic, consumer, s.sent, s.faults);
        }

        State fault() {
            return new State(
                    s.ids,
                    s.committed,
                    s.table,
                    s.owner,
                    s.relays,
                    s.network,
                    s.topic,
                    s.consumer,
                    s.sent,
                    s.faults + 1);
        }
    }

    private static List<Flight> flights(State s, int relay) {
        return only(s.network, flight -> flight.from == relay);
    }

    private static List<Row> sorted(State s, List<Row> rows) {
        return only(s.ids, rows::contains);
    }

    private static <T> List<T> and(List<T> all, T one) {
        return Stream.concat(all.stream(), Stream.of(one)).toList();
    }

    private static <T> List<T> without(List<T> all, T one) {
        List<T> rest = new ArrayList<>(all);
        rest.remove(one);
        return List.copyOf(rest);
    }

    private static <T> List<T> only(List<T> all, Predicate<T> condition) {
        return all.stream().filter(condition).toList();
    }

    /** All rules but these, as far as two faults lead. */
    static OutboxModel of(Rule... missing) {
        Set<Rule> rules = new HashSet<>(Arrays.asList(Rule.values()));
        Arrays.asList(missing).forEach(rules::remove);
        return new OutboxModel(Set.copyOf(rules), 2, 5, false, false, false);
    }

    OutboxModel with(int faults) {
        return new OutboxModel(rules, faults, sends, consumes, setsAside, readsParts);
    }

    OutboxModel withConsumer() {
        return new OutboxModel(rules, 1, sends, true, setsAside, readsParts);
    }

    OutboxModel thatSetsAside() {
        return new OutboxModel(rules, 1, sends, consumes, true, readsParts);
    }

    OutboxModel thatReadsParts() {
        return new OutboxModel(rules, 1, sends, consumes, setsAside, true);
    }
}
