package dev.orderflow.dev;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** {@link Awaitility}, with time for a busy machine: a test fails by it, and none passes because of it. */
public final class TestPatience {

    private static final Duration LONGEST = Duration.ofMinutes(1);

    private TestPatience() {}

    public static ConditionFactory await() {
        return Awaitility.await().atMost(LONGEST);
    }

    /** @param what as a failure names it */
    public static ConditionFactory await(String what) {
        return Awaitility.await(what).atMost(LONGEST);
    }
}
