package dev.orderflow.order;

import dev.orderflow.messaging.Correlation;
import dev.orderflow.proto.order.v1.GetContactRequest;
import dev.orderflow.proto.order.v1.GetContactResponse;
import io.grpc.Status;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Uni;
import java.util.Optional;

/** For other services of ours. */
@GrpcService
class OrderGrpcService implements dev.orderflow.proto.order.v1.OrderService {

    private final OrderRepository orders;

    OrderGrpcService(OrderRepository orders) {
        this.orders = orders;
    }

    @Override
    public Uni<GetContactResponse> getContact(GetContactRequest request) {
        return Ids.parse(request.getOrderId())
                .map(id -> {
                    Correlation.order(id.toString());
                    return orders.contact(id);
                })
                .orElseGet(() -> Uni.createFrom().item(Optional.empty()))
                .onFailure(failure -> Problems.of(failure) != failure)
                .transform(failure -> Status.UNAVAILABLE.withCause(failure).asRuntimeException())
                .map(found -> response(found.orElseThrow(OrderGrpcService::noSuchOrder)));
    }

    private static GetContactResponse response(Contact contact) {
        var response = GetContactResponse.newBuilder();
        if (contact.email() != null) {
            response.setEmail(contact.email());
        }
        if (contact.phone() != null) {
            response.setPhone(contact.phone());
        }
        return response.build();
    }

    private static RuntimeException noSuchOrder() {
        return Status.NOT_FOUND.withDescription("no such order").asRuntimeException();
    }
}
