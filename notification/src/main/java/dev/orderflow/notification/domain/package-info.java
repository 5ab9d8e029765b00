/** What is told to whom, and what becomes of a message after each attempt to send it. Plain Java. */
@NullMarked
package dev.orderflow.notification.domain;

import org.jspecify.annotations.NullMarked;
