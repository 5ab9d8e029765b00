package dev.orderflow.notification.domain;

/** How an attempt to send ended. */
public sealed interface Outcome {

    /** The mail server took the message. */
    record Accepted() implements Outcome {}

    /** The customer left no e-mail address, or had it erased. */
    record NoContact() implements Outcome {}

    /** The order service knows no such order. */
    record UnknownOrder() implements Outcome {}

    /** There is an address, but none that a message can be sent to. */
    record InvalidAddress() implements Outcome {}

    /** The mail server will not take this message, today or later. */
    record Rejected() implements Outcome {}

    /** It did not work now: the order service or the mail server is away, slow or busy. */
    record Unavailable(String why) implements Outcome {}
}
