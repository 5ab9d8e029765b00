/** Lets the tests of publishers and consumers hold real events against the contracts. Never part of a running service. */
@NullMarked
package dev.orderflow.contracts;

import org.jspecify.annotations.NullMarked;
