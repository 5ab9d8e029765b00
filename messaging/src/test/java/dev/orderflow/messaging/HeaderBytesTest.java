package dev.orderflow.messaging;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.junit.jupiter.api.Test;

class HeaderBytesTest {

    @Test
    void keepsWhateverAHeaderHolds() {
        byte[] anything = {0, 1, -1, 127, -128};
        List<Header> headers = List.of(
                new RecordHeader("empty", new byte[0]),
                new RecordHeader("null", (byte[]) null),
                new RecordHeader("name with \0 and ü", anything),
                new RecordHeader("twice", new byte[] {1}),
                new RecordHeader("twice", new byte[] {2}));

        List<Header> again = HeaderBytes.decode(HeaderBytes.encode(headers));

        assertEquals(headers, again);
        assertArrayEquals(anything, again.get(2).value());
        assertNull(again.get(1).value());
    }
}
