package dev.orderflow.messaging;

import static dev.orderflow.messaging.OutboxModel.Rule.BUCKET_LOCK;
import static dev.orderflow.messaging.OutboxModel.Rule.INBOX;
import static dev.orderflow.messaging.OutboxModel.Rule.LEFT_ALONE;
import static dev.orderflow.messaging.OutboxModel.Rule.LEFT_OUT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** G5, G6 and G7 in every state of a small outbox with two relays and a consumer, and what each rule is there for. */
@Execution(ExecutionMode.CONCURRENT)
class OutboxModelTest {

    @Test
    void orderAndCompletenessHoldInEveryState() {
        OutboxModel.Found found = OutboxModel.of().explore();

        assertEquals("", found.wrong(), found::toString);
        assertTrue(found.repeats(), "a fault repeats something");
        System.out.printf("outbox model, relays: holds in all %,d states%n", found.states());
    }

    @Test
    void everyEffectHappensOnceInEveryState() {
        OutboxModel.Found found = OutboxModel.of().withConsumer().explore();

        assertEquals("", found.wrong(), found::toString);
        System.out.printf("outbox model, relays and consumer: holds in all %,d states%n", found.states());
    }

    /** So order does not rest on the lock: only repeats are saved by it. */
    @Test
    void orderAndCompletenessHoldWithoutABucketLock() {
        OutboxModel.Found found = OutboxModel.of(BUCKET_LOCK).with(1).explore();

        assertEquals("", found.wrong(), found::toString);
    }

    @Test
    void theBucketLockSavesAllRepeatsWhenNothingFails() {
        assertFalse(OutboxModel.of().with(0).explore().repeats());
        assertTrue(OutboxModel.of(BUCKET_LOCK).with(0).explore().repeats());
    }

    /** A relay that reads on beside records that are under way, without their keys. */
    @Test
    void orderAndCompletenessHoldWhenRecordsAreSetAside() {
        OutboxModel.Found found = OutboxModel.of().thatSetsAside().explore();

        assertEquals("", found.wrong(), found::toString);
        System.out.printf("outbox model, records set aside: holds in all %,d states%n", found.states());
    }

    /** A relay that starts behind rows that it takes for gone, and reads no more than so many. */
    @Test
    void orderAndCompletenessHoldWhereverAReadingStartsAndEnds() {
        OutboxModel.Found found = OutboxModel.of().thatReadsParts().explore();

        assertEquals("", found.wrong(), found::toString);
        System.out.printf("outbox model, parts read: holds in all %,d states%n", found.states());
    }

    @Test
    void aggregatesWithARowBeforeTheStartHaveToBeLeftAlone() {
        OutboxModel.Found found =
                OutboxModel.of(LEFT_ALONE).thatReadsParts().with(0).explore();

        assertEquals("G6", found.wrong().split(":", 2)[0], found::toString);
    }

    @Test
    void leavingOutWhatIsUnderWaySavesRepeatsToo() {
        assertFalse(OutboxModel.of().thatSetsAside().with(0).explore().repeats());
        OutboxModel.Found readAgain =
                OutboxModel.of(LEFT_OUT).thatSetsAside().with(0).explore();
        assertEquals("", readAgain.wrong(), readAgain::toString);
        assertTrue(readAgain.repeats());
    }

    /** Where no fault is asked for, a slow commit or a race is enough. */
    @ParameterizedTest
    @CsvSource({
        "ONE_UNACKNOWLEDGED, 1, G6",
        "FROM_THE_FIRST_ROW, 0, G6",
        "PRESENCE, 0, G5",
        "DELETE_AFTER_ACKNOWLEDGEMENT, 1, G5",
        "ID_UNDER_THE_AGGREGATES_LOCK, 0, G6"
    })
    void withoutARuleTheDamageIsFound(OutboxModel.Rule missing, int faults, String guarantee) {
        OutboxModel.Found found = OutboxModel.of(missing).with(faults).explore();

        assertEquals(guarantee, found.wrong().split(":", 2)[0], found::toString);
    }

    @Test
    void withoutAnInboxARepeatIsAppliedTwice() {
        OutboxModel.Found found = OutboxModel.of(INBOX).withConsumer().explore();

        assertEquals("G7", found.wrong().split(":", 2)[0], found::toString);
    }
}
