/**
 * The system as its users run it, and the protocol of an order in every state that it can get into.
 */
@NullMarked
package dev.orderflow.systemtest;

import org.jspecify.annotations.NullMarked;
