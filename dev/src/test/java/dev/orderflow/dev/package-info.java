@NullMarked
package dev.orderflow.dev;

import org.jspecify.annotations.NullMarked;
