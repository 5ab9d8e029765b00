package dev.orderflow.messaging;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** A real producer with something between it and the relay. */
final class Intercepted {

    private Intercepted() {}

    interface Send {
        void intercept(ProducerRecord<byte[], byte[]> record, Callback callback, Consumer<Callback> send);
    }

    @SuppressWarnings("unchecked")
    static Producer<byte[], byte[]> sends(Producer<byte[], byte[]> producer, Send interceptor) {
        return (Producer<byte[], byte[]>) Proxy.newProxyInstance(
                Intercepted.class.getClassLoader(), new Class<?>[] {Producer.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("send") && arguments.length == 2) {
                        ProducerRecord<byte[], byte[]> record = (ProducerRecord<byte[], byte[]>) arguments[0];
                        interceptor.intercept(record, (Callback) arguments[1], callback -> {
                            var unused = producer.send(record, callback);
                        });
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
