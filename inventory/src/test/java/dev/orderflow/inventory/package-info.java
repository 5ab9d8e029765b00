@NullMarked
package dev.orderflow.inventory;

import org.jspecify.annotations.NullMarked;
