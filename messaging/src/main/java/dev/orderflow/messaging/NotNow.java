package dev.orderflow.messaging;

import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.ServiceUnavailableException;

/** A database that is away is no error of ours for ever: the answer says when to ask again. */
final class NotNow {

    private static final long RETRY_AFTER_SECONDS = 5;

    private NotNow() {}

    static <T> Uni<T> orAnswer(Uni<T> answer) {
        return answer.onFailure(TransientFailure::is)
                .transform(failure -> new ServiceUnavailableException(
                        "The database cannot be reached at the moment.", RETRY_AFTER_SECONDS, failure));
    }
}
