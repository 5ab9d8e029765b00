package dev.orderflow.messaging;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import jakarta.inject.Singleton;

/**
 * Corrects what Quarkus writes into spans: the system of a statement is PostgreSQL, where it has the database's name, and
 * the address of who asked is nothing to be kept with an order.
 */
@Singleton
class SpanConventions implements SpanProcessor {

    private static final AttributeKey<String> DB_SYSTEM = AttributeKey.stringKey("db.system");
    private static final AttributeKey<String> CLIENT_ADDRESS = AttributeKey.stringKey("client.address");

    @Override
    public void onStart(Context parent, ReadWriteSpan span) {
        if (span.getAttribute(DB_SYSTEM) != null) {
            span.setAttribute(DB_SYSTEM, "postgresql");
        }
        if (span.getAttribute(CLIENT_ADDRESS) != null) {
            span.setAttribute(CLIENT_ADDRESS, ""); // one that is set cannot be taken away
        }
    }

    @Override
    public boolean isStartRequired() {
        return true;
    }

    @Override
    public void onEnd(ReadableSpan span) {}

    @Override
    public boolean isEndRequired() {
        return false;
    }
}
