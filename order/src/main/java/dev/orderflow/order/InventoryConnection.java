package dev.orderflow.order;

import dev.orderflow.messaging.Repetition;
import io.grpc.Channel;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.quarkus.grpc.GrpcClient;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;

/**
 * Tries to connect to inventory once a second for as long as it is away. Left alone, the client waits longer and longer
 * between two attempts, up to two minutes, and order would refuse for as long after inventory has come back. That client
 * has no setting for it.
 */
@ApplicationScoped
class InventoryConnection {

    private static final Duration EVERY = Duration.ofSeconds(1);

    private final ManagedChannel channel;
    private final Repetition looking;

    InventoryConnection(@GrpcClient("inventory") Channel channel, Vertx vertx) {
        this.channel = (ManagedChannel) channel;
        this.looking = new Repetition(vertx, this::look, EVERY, EVERY);
    }

    void start(@Observes StartupEvent event) {
        looking.start();
    }

    void stop(@Observes ShutdownEvent event) {
        looking.stop();
    }

    private Uni<Void> look() {
        reconnect(channel);
        return Uni.createFrom().voidItem();
    }

    /** Ends the wait before the next attempt, if there is one; an attempt that is under way is left to itself. */
    static void reconnect(ManagedChannel channel) {
        if (channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
            channel.resetConnectBackoff();
        }
    }
}
