package dev.orderflow.notification;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A mail server that accepts every connection and never says a word; it leaves them open when its port is given up. */
final class SilentMailServer implements AutoCloseable {

    private final ServerSocket socket;
    private final Queue<Socket> clients = new ConcurrentLinkedQueue<>();

    SilentMailServer(int port) {
        try {
            socket = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    private void accept() {
        try {
            while (true) {
                clients.add(socket.accept());
            }
        } catch (IOException closed) {
            // The port was given up.
        }
    }

    /** How many connections were ever made to it. */
    int connections() {
        return clients.size();
    }

    void giveUpPort() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        giveUpPort();
        try {
            for (Socket client : clients) {
                client.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
