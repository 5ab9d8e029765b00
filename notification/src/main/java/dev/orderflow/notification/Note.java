package dev.orderflow.notification;

import dev.orderflow.messaging.Cause;
import dev.orderflow.messaging.Envelope;
import dev.orderflow.notification.domain.Notice;
import dev.orderflow.notification.domain.Notice.OrderNotice;
import dev.orderflow.notification.domain.Notice.StockNotice;
import dev.orderflow.notification.domain.Occasion;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a new row is made of.
 *
 * @param subjectId what is told of once for each occasion: the order; of low stock, the event
 * @param orderId absent when it is not about an order
 */
record Note(Occasion occasion, UUID subjectId, @Nullable UUID orderId, byte[] body, Cause cause) {

    static Note of(Envelope event, Notice notice) {
        Occasion occasion = NotificationMessages.occasion(event);
        return switch (notice) {
            case OrderNotice order -> new Note(occasion, order.orderId(), order.orderId(), event.data(), event.cause());
            case StockNotice _ -> new Note(occasion, event.eventId(), null, event.data(), event.cause());
        };
    }
}
