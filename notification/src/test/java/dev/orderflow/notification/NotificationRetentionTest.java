package dev.orderflow.notification;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class NotificationRetentionTest {

    private static final Duration INBOX = Duration.ofDays(10);

    @Test
    void nothingIsForgottenBeforeItsEventIs() {
        assertEquals(Duration.ofDays(11), NotificationRetention.beyond(INBOX, Duration.ofDays(11)));
        assertThrows(IllegalArgumentException.class, () -> NotificationRetention.beyond(INBOX, INBOX));
    }
}
