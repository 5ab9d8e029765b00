package dev.orderflow.order;

import io.quarkus.grpc.api.ServerBuilderCustomizer;
import io.quarkus.grpc.runtime.config.GrpcServerConfiguration;
import io.vertx.grpc.VertxServerBuilder;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.TimeUnit;

/**
 * Ends every connection after a while, when its calls are answered: a caller keeps the replicas that it knows for as long as
 * their connections last, and looks only then whether there are others. There is no setting for it.
 */
@ApplicationScoped
class ConnectionAge implements ServerBuilderCustomizer<VertxServerBuilder> {

    private static final int SECONDS = 10;

    @Override
    public void customize(GrpcServerConfiguration configuration, VertxServerBuilder builder) {
        builder.nettyBuilder()
                .maxConnectionAge(SECONDS, TimeUnit.SECONDS)
                .maxConnectionAgeGrace(SECONDS, TimeUnit.SECONDS);
    }
}
