package dev.orderflow.notification;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A mail server that refuses one command, with a reply of our choice. */
final class RefusingMailServer implements AutoCloseable {

    /** Stands for the command of a client that has connected and said nothing yet. */
    static final String GREETING = "CONNECT";

    private final ServerSocket socket;
    private final Queue<Socket> clients = new ConcurrentLinkedQueue<>();
    private final String command;
    private final String reply;

    RefusingMailServer(int port, String command, String reply) {
        try {
            this.socket = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.command = command;
        this.reply = reply;
        Thread.ofVirtual().start(this::serve);
    }

    private void serve() {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                Thread.ofVirtual().start(() -> talk(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void talk(Socket client) {
        clients.add(client);
        try (client;
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII))) {
            say(client, command.equals(GREETING) ? reply : "220 refusing");
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith("QUIT")) {
                    say(client, "221 bye");
                    return;
                }
                say(client, line.startsWith(command) ? reply : "250 OK");
            }
        } catch (IOException gone) {
            // The client went away, which is all that it can do here.
        }
    }

    private static void say(Socket client, String line) throws IOException {
        client.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public void close() {
        try {
            socket.close();
            for (Socket client : clients) {
                client.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
