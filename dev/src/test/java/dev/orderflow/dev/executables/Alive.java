package dev.orderflow.dev.executables;

import java.util.Random;
import java.util.UUID;

/** What an executable must not have. */
class Alive {

    static final Random DICE = new Random();
    static final UUID NAME = UUID.randomUUID();
}
