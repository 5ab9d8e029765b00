package dev.orderflow.systemtest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Visits every state that steps lead to, breadth first: what goes wrong is found with a shortest way to it. */
final class Explorer {

    /** Takes the steps that are possible in one state. */
    interface Steps {
        /** A step, {@code who} being the number in its description. */
        void step(String what, int who, World next);

        /** A step that must never be taken. */
        void wrong(String what, int who, String why);
    }

    /** What is explored. */
    interface Model {
        World start();

        void steps(World world, Steps steps);

        /** Why the world must not be like this. */
        Optional<String> wrong(World world);
    }

    /** The answer: in how many states, and what is wrong if anything is. */
    record Result(int states, @Nullable String wrong, List<String> way) {
        @Override
        public String toString() {
            return wrong == null
                    ? "holds in all %,d states".formatted(states)
                    : "%s after %d steps (%,d states):%n  %s"
                            .formatted(wrong, way.size(), states, String.join(System.lineSeparator() + "  ", way));
        }
    }

    private final Model model;
    private final World start;
    private final States states = new States();

    private Explorer(Model model) {
        this.model = model;
        this.start = model.start();
    }

    static Result explore(Model model) {
        return new Explorer(model).run();
    }

    private Result run() {
        states.add(start.slots(), -1);
        for (int state = 0; state < states.size(); state++) {
            var world = start.in(states.get(state));
            var wrong = model.wrong(world);
            if (wrong.isPresent()) {
                return new Result(states.size(), wrong.get(), wayTo(state));
            }
            var expand = new Expand(state);
            model.steps(world, expand);
            if (expand.wrong != null) {
                var way = wayTo(state);
                way.add(expand.lastStep);
                return new Result(states.size(), expand.wrong, way);
            }
        }
        return new Result(states.size(), null, List.of());
    }

    private final class Expand implements Steps {
        private final int from;
        private String lastStep = "";
        private @Nullable String wrong;

        private Expand(int from) {
            this.from = from;
        }

        @Override
        public void step(String what, int who, World next) {
            states.add(next.slots(), from);
        }

        @Override
        public void wrong(String what, int who, String why) {
            wrong = why;
            lastStep = what.formatted(who);
        }
    }

    /** The steps from the start. They are not stored: every state on the way is expanded again to learn their names. */
    private List<String> wayTo(int state) {
        var way = new ArrayList<String>();
        for (int to = state; states.from(to) >= 0; to = states.from(to)) {
            var wanted = states.get(to);
            var name = new String[1];
            model.steps(start.in(states.get(states.from(to))), new Steps() {
                @Override
                public void step(String what, int who, World next) {
                    if (Arrays.equals(next.slots(), wanted)) {
                        name[0] = what.formatted(who);
                    }
                }

                @Override
                public void wrong(String what, int who, String why) {}
            });
            way.addFirst(name[0]);
        }
        return way;
    }

    /** The states seen, each with the one that it was reached from: a hash set that costs a few bytes per state. */
    private static final class States {
        private final List<byte[]> all = new ArrayList<>();
        private int[] hashes = new int[1024];
        private int[] from = new int[1024];
        private int[] table = new int[4096]; // numbers of states, from 1; 0 is a free place

        int size() {
            return all.size();
        }

        byte[] get(int state) {
            return all.get(state);
        }

        int from(int state) {
            return from[state];
        }

        /** Remembers the state unless it is known already. */
        void add(byte[] slots, int cameFrom) {
            int hash = hash(slots);
            int place = place(slots, hash);
            if (table[place] != 0) {
                return;
            }
            int number = all.size();
            if (number == from.length) {
                from = Arrays.copyOf(from, number * 2);
                hashes = Arrays.copyOf(hashes, number * 2);
            }
            all.add(slots);
            from[number] = cameFrom;
            hashes[number] = hash;
            table[place] = number + 1;
            if (all.size() * 2 > table.length) {
                grow();
            }
        }

        /** Slots are small numbers, so their differences have to be spread over all bits. */
        private static int hash(byte[] slots) {
            int hash = Arrays.hashCode(slots) * 0x9E3779B9;
            return hash ^ hash >>> 15;
        }

        private int place(byte[] slots, int hash) {
            int place = hash & table.length - 1;
            while (table[place] != 0 && !is(table[place] - 1, slots, hash)) {
                place = place + 1 & table.length - 1;
            }
            return place;
        }

        private boolean is(int state, byte[] slots, int hash) {
            return hashes[state] == hash && Arrays.equals(all.get(state), slots);
        }

        private void grow() {
            table = new int[table.length * 2];
            for (int state = 0; state < all.size(); state++) {
                table[place(all.get(state), hashes[state])] = state + 1;
            }
        }
    }
}
