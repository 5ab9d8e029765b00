package dev.orderflow.messaging;

import org.jboss.logging.MDC;

/** Has a log line carry the correlation id of the one record that it is about, whatever else the thread is at. */
final class Story {

    static final String FIELD = "correlationId";

    private Story() {}

    static void tell(String correlationId, Runnable line) {
        Object before = MDC.get(FIELD);
        MDC.put(FIELD, correlationId);
        try {
            line.run();
        } finally {
            if (before == null) {
                MDC.remove(FIELD);
            } else {
                MDC.put(FIELD, before);
            }
        }
    }
}
