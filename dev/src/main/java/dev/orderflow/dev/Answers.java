package dev.orderflow.dev;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;

/** Ends with 0 if something accepts connections at the host and port that are its arguments; started from its source. */
final class Answers {

    private Answers() {}

    static void main(String[] arguments) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1])), 2_000);
        } catch (IOException silent) {
            System.exit(1);
        }
    }
}
