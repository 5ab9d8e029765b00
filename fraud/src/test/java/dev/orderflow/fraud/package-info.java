@NullMarked
package dev.orderflow.fraud;

import org.jspecify.annotations.NullMarked;
