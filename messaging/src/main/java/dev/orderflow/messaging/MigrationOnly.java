package dev.orderflow.messaging;

import io.quarkus.flyway.FlywayConfigurationCustomizer;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;
import org.flywaydb.core.api.configuration.FluentConfiguration;

/**
 * Ends a process that was started to migrate and nothing else, as soon as it has. Quarkus would end it, too, but not before
 * a thread of its own has waited five seconds for an end that can only begin when that wait is over; every start of a pod
 * would take as much longer. What was migrated is committed by then, and nothing of the service runs yet.
 */
@Singleton
class MigrationOnly implements FlywayConfigurationCustomizer {

    private final boolean nothingElse;

    MigrationOnly(@ConfigProperty(name = "quarkus.init-and-exit", defaultValue = "false") boolean nothingElse) {
        this.nothingElse = nothingElse;
    }

    @Override
    public void customize(FluentConfiguration migration) {
        if (nothingElse) {
            migration.callbacks(new End());
        }
    }

    private static final class End implements Callback {

        @Override
        public boolean supports(Event event, Context context) {
            return event == Event.AFTER_MIGRATE_OPERATION_FINISH;
        }

        @Override
        public boolean canHandleInTransaction(Event event, Context context) {
            return true;
        }

        @Override
        public void handle(Event event, Context context) {
            Runtime.getRuntime().halt(0);
        }

        @Override
        public String getCallbackName() {
            return MigrationOnly.class.getSimpleName();
        }
    }
}
