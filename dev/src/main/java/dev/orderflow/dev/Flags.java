package dev.orderflow.dev;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Options of a command, as they were given: nothing that is not known is passed over. */
final class Flags {

    /** A whole number from 1 on. */
    static final String NUMBER = "[1-9]\\d{0,8}";

    /** Of those that take no value. */
    static final String NOTHING = "";

    private final Map<String, String> given = new HashMap<>();

    /** @param known the options, each with what its value has to look like, or {@link #NOTHING} */
    Flags(List<String> arguments, Map<String, String> known) {
        for (int i = 0; i < arguments.size(); i++) {
            var name = arguments.get(i);
            var form = known.get(name);
            if (form == null) {
                throw new Failure("what is " + name + "? ./run --help tells what there is");
            }
            if (form.isEmpty()) {
                given.put(name, "");
            } else {
                i++;
                if (i >= arguments.size() || !arguments.get(i).matches(form)) {
                    throw new Failure(
                            name + " takes " + (form.equals(NUMBER) ? "a whole number from 1 on" : "a number"));
                }
                given.put(name, arguments.get(i));
            }
        }
    }

    long number(String name, long otherwise) {
        return given.containsKey(name) ? Long.parseLong(given.get(name)) : otherwise;
    }
}
