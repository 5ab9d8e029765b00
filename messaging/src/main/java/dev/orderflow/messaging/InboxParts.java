package dev.orderflow.messaging;

import jakarta.inject.Singleton;

/** What every consumer works with. */
@Singleton
record InboxParts(Outbox outbox, Parking parking, MessageSpans spans, MessagingMetrics metrics) {}
