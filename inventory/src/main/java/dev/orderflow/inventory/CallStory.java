package dev.orderflow.inventory;

import dev.orderflow.messaging.Correlation;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.quarkus.grpc.GlobalInterceptor;
import jakarta.inject.Singleton;

/** A call belongs to the story that its caller names. */
@GlobalInterceptor
@Singleton
class CallStory implements ServerInterceptor {

    private static final Metadata.Key<String> HEADER =
            Metadata.Key.of(Correlation.HEADER, Metadata.ASCII_STRING_MARSHALLER);

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Correlation.enter(headers.get(HEADER));
        return next.startCall(call, headers);
    }
}
