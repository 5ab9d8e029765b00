/** The build's gate for the contracts: they are sound, they agree with each other, they break nobody. */
@NullMarked
package dev.orderflow.contracts;

import org.jspecify.annotations.NullMarked;
