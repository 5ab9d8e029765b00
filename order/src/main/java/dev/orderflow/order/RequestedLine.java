package dev.orderflow.order;

/** A number of pieces of one product that a client wants. The price is not the client's to say. */
record RequestedLine(String productId, long quantity) {}
