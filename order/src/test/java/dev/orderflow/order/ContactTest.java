package dev.orderflow.order;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

class ContactTest {

    private static final Contact ANN = new Contact("ann@example.org", "+4915112345678");

    @Test
    void hasOneReferenceForEverySpelling() {
        assertEquals(ANN.reference("key"), new Contact(" Ann@EXAMPLE.org", null).reference("key"));
    }

    @Test
    void hasAnotherReferenceForAnotherContactOrKey() {
        assertNotEquals(ANN.reference("key"), new Contact("bob@example.org", null).reference("key"));
        assertNotEquals(ANN.reference("key"), ANN.reference("other"));
        assertNotEquals(ANN.reference("key"), new Contact(null, "+4915112345678").reference("key"));
    }

    @Test
    void hasNoReferenceWithoutAnAddress() {
        assertNull(new Contact(null, null).reference("key"));
    }

    /** HMAC-SHA256, as any other implementation computes it. */
    @Test
    void isAnOrdinaryKeyedHash() {
        assertEquals("8f6a5fb3da4fa8ade82fad198ae6b2a6871c6779525d6b930354238e10be6ec9", ANN.reference("key"));
    }
}
