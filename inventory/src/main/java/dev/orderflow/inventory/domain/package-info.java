/**
 * What inventory decides, in plain Java: values in, values out. No clock, no I/O and no framework, so that every state
 * can be explored.
 */
@NullMarked
package dev.orderflow.inventory.domain;

import org.jspecify.annotations.NullMarked;
