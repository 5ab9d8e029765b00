package dev.orderflow.fraud.domain;

/** What an assessment comes to. {@code REVIEW} waits for a person. */
public enum Verdict {
    CLEARED,
    REJECTED,
    REVIEW
}
