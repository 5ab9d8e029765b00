package dev.orderflow.order;

import dev.orderflow.proto.order.v1.GetContactRequest;
import dev.orderflow.proto.order.v1.GetContactResponse;
import io.grpc.Status;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Uni;
import java.util.UUID;
import java.util.regex.Pattern;

/** For other services of ours. */
@GrpcService
class OrderGrpcService implements dev.orderflow.proto.order.v1.OrderService {

    private static final Pattern UUID_TEXT = Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

    private final OrderRepository orders;

    OrderGrpcService(OrderRepository orders) {
        this.orders = orders;
    }

    @Override
    public Uni<GetContactResponse> getContact(GetContactRequest request) {
        if (!UUID_TEXT.matcher(request.getOrderId()).matches()) {
            return Uni.createFrom().failure(noSuchOrder());
        }
        return orders.contact(UUID.fromString(request.getOrderId()))
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
