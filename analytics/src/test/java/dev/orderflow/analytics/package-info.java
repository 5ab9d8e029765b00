@NullMarked
package dev.orderflow.analytics;

import org.jspecify.annotations.NullMarked;
