package dev.orderflow.notification;

import dev.orderflow.notification.domain.EmailAddress;
import dev.orderflow.notification.domain.Outcome;
import org.jspecify.annotations.Nullable;

/** How an attempt to send ended, and whom it was for as far as that became known. */
record Attempt(Outcome outcome, @Nullable EmailAddress recipient) {}
