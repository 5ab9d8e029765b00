package dev.orderflow.notification;

import io.quarkus.arc.Unremovable;
import io.quarkus.mailer.SentMail;
import io.quarkus.mailer.runtime.MailerSupport;
import io.quarkus.mailer.runtime.Mailers;
import io.quarkus.mailer.runtime.MailersRuntimeConfig;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.impl.VertxWrapper;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Quarkus' mailer with what it has no property for: a connection on which nothing is said is closed. Otherwise a mail
 * server that accepts connections and then stays silent would use up the pool, until a restart.
 *
 * <p>All that is configured for the mailer holds; only the sockets that it opens are bounded. The parameters are those
 * of the class that this stands in for.
 */
@Alternative
@Priority(1)
@Singleton
@Unremovable
class BoundedMailers extends Mailers {

    BoundedMailers(
            Vertx vertx,
            io.vertx.mutiny.core.Vertx mutiny,
            MailersRuntimeConfig mailers,
            LaunchMode mode,
            MailerSupport support,
            TlsConfigurationRegistry tls,
            Event<SentMail> sent,
            NotificationConfig config) {
        super(new Bounded(vertx, config.sendTimeout()), mutiny, mailers, mode, support, tls, sent);
    }

    private static final class Bounded extends VertxWrapper {

        private final Duration silence;

        Bounded(Vertx vertx, Duration silence) {
            super((VertxInternal) vertx);
            this.silence = silence;
        }

        @Override
        public NetClient createNetClient(NetClientOptions options) {
            return super.createNetClient(new NetClientOptions(options)
                    .setConnectTimeout((int) silence.toMillis())
                    .setIdleTimeout((int) silence.toMillis())
                    .setIdleTimeoutUnit(TimeUnit.MILLISECONDS));
        }
    }
}
