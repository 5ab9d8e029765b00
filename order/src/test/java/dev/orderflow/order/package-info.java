@NullMarked
package dev.orderflow.order;

import org.jspecify.annotations.NullMarked;
