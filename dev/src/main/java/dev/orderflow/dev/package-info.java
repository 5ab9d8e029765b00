/**
 * Runs the system without Docker: a real PostgreSQL and a real Kafka in processes of their own, and the services.
 * The same servers stand behind {@code ./run} and behind the tests.
 */
@NullMarked
package dev.orderflow.dev;

import org.jspecify.annotations.NullMarked;
