package dev.orderflow.order;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class InventoryConnectionTest {

    @ParameterizedTest
    @EnumSource(ConnectivityState.class)
    void onlyAFailedConnectionIsTriedAgain(ConnectivityState state) {
        var channel = new FakeChannel(state);

        InventoryConnection.reconnect(channel);

        assertEquals(state == ConnectivityState.TRANSIENT_FAILURE ? 1 : 0, channel.resets);
    }

    /** A channel in one state, which counts how often its wait was ended. */
    private static final class FakeChannel extends ManagedChannel {
        private final ConnectivityState state;
        private int resets;

        FakeChannel(ConnectivityState state) {
            this.state = state;
        }

        @Override
        public ConnectivityState getState(boolean requestConnection) {
            return state;
        }

        @Override
        public void resetConnectBackoff() {
            resets++;
        }

        @Override
        public ManagedChannel shutdown() {
            return this;
        }

        @Override
        public ManagedChannel shutdownNow() {
            return this;
        }

        @Override
        public boolean isShutdown() {
            return false;
        }

        @Override
        public boolean isTerminated() {
            return false;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return true;
        }

        @Override
        public <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options) {
            throw new UnsupportedOperationException("this test is about the connection, nothing calls through it");
        }

        @Override
        public String authority() {
            return "inventory";
        }
    }
}
