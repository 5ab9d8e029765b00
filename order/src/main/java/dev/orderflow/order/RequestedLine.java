package dev.orderflow.order;

import io.quarkus.runtime.annotations.RegisterForReflection;

/** A number of pieces of one product that a client wants. The price is not the client's to say. */
@RegisterForReflection
record RequestedLine(String productId, long quantity) {}
