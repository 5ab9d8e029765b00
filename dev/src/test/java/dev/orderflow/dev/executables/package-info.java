@NullMarked
package dev.orderflow.dev.executables;

import org.jspecify.annotations.NullMarked;
