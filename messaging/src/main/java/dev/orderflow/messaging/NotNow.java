package dev.orderflow.messaging;

import io.quarkiverse.resteasy.problem.HttpProblem;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.core.HttpHeaders;
import java.net.URI;
import java.time.Duration;

/** A database that is away or too slow is no error of ours for ever: the answer over HTTP says when to ask again. */
public final class NotNow {

    private static final int RETRY_AFTER_SECONDS = 2;
    private static final Duration LONGEST = Duration.ofSeconds(10);

    private NotNow() {}

    /**
     * For a command that may be repeated: its answer, 503 when the database cannot be reached, 504 after ten seconds. What
     * was begun is finished although nobody waits for it any more.
     */
    public static <T> Uni<T> orAnswer(Uni<T> answer) {
        return orAnswer(answer, LONGEST);
    }

    static <T> Uni<T> orAnswer(Uni<T> answer, Duration longest) {
        return orRead(answer.memoize().indefinitely(), longest);
    }

    /** For what only reads: its answer, 503 when the database cannot be reached, given up with 504 after ten seconds. */
    public static <T> Uni<T> orRead(Uni<T> read) {
        return orRead(read, LONGEST);
    }

    static <T> Uni<T> orRead(Uni<T> read, Duration longest) {
        return read.onFailure(TransientFailure::is)
                .transform(failure -> unavailable())
                .ifNoItem()
                .after(longest)
                .failWith(NotNow::tooSlow);
    }

    private static HttpProblem unavailable() {
        return problem(503, "database-unavailable", "Database unavailable", "The database cannot be reached now.");
    }

    private static HttpProblem tooSlow() {
        return problem(504, "too-slow", "Too slow", "The database takes too long now.");
    }

    private static HttpProblem problem(int status, String type, String title, String detail) {
        HttpProblem problem = HttpProblem.builder()
                .withStatus(status)
                .withType(URI.create("urn:orderflow:problem:" + type))
                .withTitle(title)
                .withDetail(detail)
                .withHeader(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
                .build();
        // Logged for each request of an outage: where in our code it was noticed is no news.
        problem.setStackTrace(new StackTraceElement[0]);
        return problem;
    }
}
