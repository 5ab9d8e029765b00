@NullMarked
package dev.orderflow.fraud.domain;

import org.jspecify.annotations.NullMarked;
