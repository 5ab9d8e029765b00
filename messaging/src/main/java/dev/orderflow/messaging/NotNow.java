package dev.orderflow.messaging;

import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.ServerErrorException;
import jakarta.ws.rs.ServiceUnavailableException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.time.Duration;

/** A database that is away or too slow is no error of ours for ever: the answer over HTTP says when to ask again. */
public final class NotNow {

    private static final int RETRY_AFTER_SECONDS = 2;
    private static final Duration LONGEST_READ = Duration.ofSeconds(10);

    private NotNow() {}

    /** The answer, or 503 when the database cannot be reached. */
    public static <T> Uni<T> orAnswer(Uni<T> answer) {
        return answer.onFailure(TransientFailure::is)
                .transform(failure -> new ServiceUnavailableException(
                        "The database cannot be reached at the moment", (long) RETRY_AFTER_SECONDS, failure));
    }

    /** The same for what only reads, so that it can be given up: 504 after ten seconds. */
    public static <T> Uni<T> orRead(Uni<T> read) {
        return orRead(read, LONGEST_READ);
    }

    static <T> Uni<T> orRead(Uni<T> read, Duration longest) {
        return orAnswer(read).ifNoItem().after(longest).failWith(NotNow::tooSlow);
    }

    private static ServerErrorException tooSlow() {
        return new ServerErrorException(
                "The database takes too long at the moment",
                Response.status(Response.Status.GATEWAY_TIMEOUT)
                        .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
                        .build());
    }
}
