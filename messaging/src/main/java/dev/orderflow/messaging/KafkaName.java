package dev.orderflow.messaging;

import io.quarkus.arc.Arc;
import io.quarkus.arc.ArcContainer;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Has a consumer wait until its Kafka has a name. The client cannot be constructed before one of the bootstrap names
 * resolves, and a channel that fails with it is gone for good. An interceptor is configured early in that construction,
 * which takes place on the consumer's own thread; so nobody else waits. Records pass unseen.
 */
@RegisterForReflection
public final class KafkaName implements ConsumerInterceptor<Object, Object> {

    private static final Logger LOG = Logger.getLogger(KafkaName.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    @Override
    public void configure(Map<String, ?> client) {
        List<String> servers = servers(client.get(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG));
        boolean said = false;
        while (!servers.isEmpty() && servers.stream().noneMatch(KafkaName::resolves) && isRunning()) {
            if (!said) {
                LOG.warnf("no name of Kafka resolves, its records wait: %s", servers);
                said = true;
            }
            pause();
        }
    }

    private static List<String> servers(@Nullable Object configured) {
        return configured instanceof Collection<?> list
                ? list.stream().map(Object::toString).toList()
                : Arrays.stream(Objects.toString(configured, "").split(",", -1))
                        .map(String::strip)
                        .filter(server -> !server.isEmpty())
                        .toList();
    }

    /** Also true for what is no address at all: the client says so better. */
    private static boolean resolves(String server) {
        String host = Utils.getHost(server);
        try {
            return host == null || InetAddress.getByName(host) != null;
        } catch (UnknownHostException notYet) {
            return false;
        }
    }

    private static boolean isRunning() {
        ArcContainer service = Arc.container();
        return service != null && service.isRunning() && !Thread.currentThread().isInterrupted();
    }

    /** Nobody tells when a name comes to resolve. The thread that waits is the consumer's own, with nothing else to do. */
    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public ConsumerRecords<Object, Object> onConsume(ConsumerRecords<Object, Object> records) {
        return records;
    }

    @Override
    public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {}

    @Override
    public void close() {}
}
