package dev.orderflow.notification;

import dev.orderflow.messaging.Correlation;
import dev.orderflow.proto.order.v1.GetContactRequest;
import dev.orderflow.proto.order.v1.OrderService;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quarkus.grpc.GrpcClient;
import io.quarkus.grpc.GrpcClientUtils;
import io.smallrye.faulttolerance.api.CircuitBreakerName;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;
import org.eclipse.microprofile.faulttolerance.CircuitBreaker;
import org.jspecify.annotations.Nullable;

/** Asks order where a customer wants to hear about an order, each time anew: what was erased there is gone here as well. */
@ApplicationScoped
class OrderContacts {

    private static final Metadata.Key<String> CORRELATION_ID =
            Metadata.Key.of(Correlation.HEADER, Metadata.ASCII_STRING_MARSHALLER);

    private final OrderService order;

    OrderContacts(@GrpcClient("order") OrderService order) {
        this.order = order;
    }

    /** @param email absent when there is none, or the order is unknown */
    record Contact(boolean orderKnown, @Nullable String email) {}

    /** Fails while order does not answer, and without asking once that went on. Repeating is the sender's business. */
    @CircuitBreaker(requestVolumeThreshold = 10, failureRatio = 0.5, delay = 2000)
    @CircuitBreakerName("order")
    Uni<Contact> of(UUID orderId, String correlationId) {
        Metadata headers = new Metadata();
        headers.put(CORRELATION_ID, correlationId);
        GetContactRequest request =
                GetContactRequest.newBuilder().setOrderId(orderId.toString()).build();
        return GrpcClientUtils.attachHeaders(order, headers)
                .getContact(request)
                .map(contact -> new Contact(true, contact.hasEmail() ? contact.getEmail() : null))
                .onFailure(OrderContacts::isNotFound)
                .recoverWithItem(new Contact(false, null));
    }

    private static boolean isNotFound(Throwable failure) {
        return failure instanceof StatusRuntimeException refused
                && refused.getStatus().getCode() == Status.Code.NOT_FOUND;
    }
}
