/** What fraud decides and by what: plain Java, no clock, no input or output. */
@NullMarked
package dev.orderflow.fraud.domain;

import org.jspecify.annotations.NullMarked;
