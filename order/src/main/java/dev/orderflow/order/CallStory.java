package dev.orderflow.order;

import dev.orderflow.messaging.Correlation;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.quarkus.grpc.GlobalInterceptor;
import jakarta.enterprise.context.ApplicationScoped;

/** A call belongs to the story that its caller names: the log lines of its answer name it, too. */
@GlobalInterceptor
@ApplicationScoped
class CallStory implements ServerInterceptor {

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Correlation.enter(headers.get(InventoryCalls.CORRELATION_ID));
        return next.startCall(call, headers);
    }
}
