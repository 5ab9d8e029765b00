package dev.orderflow.messaging;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a service and a server: not there, passing everything on, at once or late, or taking everything and never
 * answering.
 */
final class Proxy implements Closeable {

    private final int port;
    private final int serverPort;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private @Nullable ServerSocket listening;
    private @Nullable Thread accepting;
    private volatile boolean silent;
    private volatile Duration delay = Duration.ZERO;

    Proxy(int port, int serverPort) {
        this.port = port;
        this.serverPort = serverPort;
    }

    int port() {
        return port;
    }

    /** From now on connections are accepted and served. */
    synchronized void open() {
        try {
            ServerSocket socket = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
            listening = socket;
            accepting = Thread.ofVirtual().start(() -> accept(socket));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** No connection gets an answer any more, neither those that are there nor new ones. */
    void fallSilent() {
        silent = true;
        links.forEach(Link::fallSilent);
    }

    /** New connections are served again; those that met the silence never will be. */
    void speak() {
        silent = false;
    }

    /** From now on whatever is sent, either way, arrives so much later. */
    void delay(Duration time) {
        delay = time;
    }

    /** Resets all connections that are there. */
    void reset() {
        links.forEach(Link::reset);
    }

    private void accept(ServerSocket socket) {
        while (!socket.isClosed()) {
            try {
                serve(socket.accept());
            } catch (IOException closed) {
                return;
            }
        }
    }

    /** Behind it the server may be away: then it is as if nobody listened. */
    private void serve(Socket client) throws IOException {
        Link link;
        try {
            link = new Link(client, new Socket(InetAddress.getLoopbackAddress(), serverPort));
        } catch (IOException away) {
            client.close();
            return;
        }
        links.removeIf(Link::isClosed);
        links.add(link);
        if (silent) {
            link.fallSilent();
        }
        link.start();
    }

    @Override
    public synchronized void close() throws IOException {
        if (listening != null && accepting != null) {
            listening.close();
            try {
                accepting.join(); // until then the port may not be free, and one more link may come
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        links.forEach(Link::close);
    }

    private final class Link {
        private final Socket client;
        private final Socket server;
        private volatile boolean silent;

        Link(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void start() {
            Thread.ofVirtual().start(() -> pass(client, server));
            Thread.ofVirtual().start(() -> pass(server, client));
        }

        void fallSilent() {
            silent = true;
        }

        boolean isClosed() {
            return client.isClosed();
        }

        void reset() {
            try {
                client.setSoLinger(true, 0); // closed like this it is reset
                server.setSoLinger(true, 0);
            } catch (IOException alreadyClosed) {
                return;
            }
            close();
        }

        private void pass(Socket from, Socket to) {
            byte[] bytes = new byte[65_536];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                    if (!silent) {
                        Thread.sleep(delay);
                        out.write(bytes, 0, count);
                    }
                }
            } catch (IOException | InterruptedException ended) {
                // The same as its end.
            }
            close();
        }

        private void close() {
            try (client;
                    server) {
                silent = true;
            } catch (IOException alreadyClosed) {
                silent = true;
            }
        }
    }
}
