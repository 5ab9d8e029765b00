package dev.orderflow.order;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import io.quarkus.grpc.GlobalInterceptor;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.TimeUnit;

/**
 * Gives every gRPC call its time, counted from that call. The client's own deadline setting counts from the start of the
 * process instead, after which every call fails.
 */
@GlobalInterceptor
@ApplicationScoped
class CallDeadline implements ClientInterceptor {

    private final OrderConfig config;

    CallDeadline(OrderConfig config) {
        this.config = config;
    }

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        return next.newCall(
                method, options.withDeadlineAfter(config.callTimeout().toMillis(), TimeUnit.MILLISECONDS));
    }
}
