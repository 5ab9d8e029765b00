package dev.orderflow.messaging;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logging.MDC;

/** What a class writes to the log. */
final class Said extends Handler implements AutoCloseable {

    record Line(String text, String correlationId) {}

    private final Logger logger;
    private final List<Line> lines = new CopyOnWriteArrayList<>();

    private Said(Logger logger) {
        this.logger = logger;
    }

    static Said by(Class<?> type) {
        Said said = new Said(Logger.getLogger(type.getName()));
        said.logger.addHandler(said);
        return said;
    }

    List<Line> lines() {
        return lines;
    }

    /** On the thread that writes it, so what the log's format would print of the context can be read here. */
    @Override
    public void publish(LogRecord record) {
        String text = record.getParameters() == null || record.getParameters().length == 0
                ? record.getMessage()
                : record.getMessage().formatted(record.getParameters());
        lines.add(new Line(text, Objects.toString(MDC.get("correlationId"), "")));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        logger.removeHandler(this);
    }
}
