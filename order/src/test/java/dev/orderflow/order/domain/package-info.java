@NullMarked
package dev.orderflow.order.domain;

import org.jspecify.annotations.NullMarked;
