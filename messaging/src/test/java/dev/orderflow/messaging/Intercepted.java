package dev.orderflow.messaging;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TopicAuthorizationException;

/** A real producer with something between it and the relay. */
final class Intercepted {

    private Intercepted() {}

    interface Send {
        void intercept(ProducerRecord<byte[], byte[]> record, Callback callback, Consumer<Callback> send);
    }

    /**
     * As long as it is so, the topic is not shown; as with the real one, each record that is handed over waits for this
     * answer.
     */
    static Producer<byte[], byte[]> denies(
            Producer<byte[], byte[]> producer, String topic, BooleanSupplier denied, AtomicInteger handedOver) {
        TopicAuthorizationException failure = new TopicAuthorizationException(Set.of(topic));
        return between(producer, (method, arguments) -> {
            boolean mayNot = denied.getAsBoolean();
            if (method.equals("partitionsFor") && arguments[0].equals(topic) && mayNot) {
                throw failure;
            }
            if (method.equals("send")
                    && ((ProducerRecord<?, ?>) arguments[0]).topic().equals(topic)) {
                handedOver.incrementAndGet();
                if (mayNot) {
                    ((Callback) arguments[1]).onCompletion(null, failure);
                    return true;
                }
            }
            return false;
        });
    }

    static Producer<byte[], byte[]> sends(Producer<byte[], byte[]> producer, Send interceptor) {
        return between(producer, (method, arguments) -> {
            if (!method.equals("send") || arguments.length != 2) {
                return false;
            }
            @SuppressWarnings("unchecked")
            ProducerRecord<byte[], byte[]> record = (ProducerRecord<byte[], byte[]>) arguments[0];
            interceptor.intercept(record, (Callback) arguments[1], callback -> {
                var unused = producer.send(record, callback);
            });
            return true;
        });
    }

    /** Says whether it has done what was to be done; of a method that sends. */
    private interface Between {
        boolean does(String method, Object[] arguments);
    }

    @SuppressWarnings("unchecked")
    private static Producer<byte[], byte[]> between(Producer<byte[], byte[]> producer, Between between) {
        return (Producer<byte[], byte[]>) Proxy.newProxyInstance(
                Intercepted.class.getClassLoader(), new Class<?>[] {Producer.class}, (proxy, method, arguments) -> {
                    if (between.does(method.getName(), arguments == null ? new Object[0] : arguments)) {
                        return new CompletableFuture<>();
                    }
                    try {
                        return method.invoke(producer, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause() == null ? e : e.getCause();
                    }
                });
    }
}
