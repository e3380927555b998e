// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Passes bytes between clients and one port of this machine, or does not. */
final class TcpProxy implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(TcpProxy.class);
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int BACKLOG = 64;

    /** What becomes of bytes. */
    enum Mode {
        /** They pass. */
        OPEN,
        /** Connections are broken, new ones at once. */
        BROKEN,
        /** Nothing passes and nobody is told; what was sent arrives when the proxy is open again. */
        SILENT
    }

    private final ServerSocket server;
    private final InetSocketAddress target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Mode mode = Mode.OPEN;
    private volatile boolean closed;

    private TcpProxy(ServerSocket server, InetSocketAddress target) {
        this.server = server;
        this.target = target;
    }

    /** A proxy on a port that is free. */
    static TcpProxy to(int targetPort) throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        TcpProxy proxy =
                new TcpProxy(new ServerSocket(0, BACKLOG, loopback), new InetSocketAddress(loopback, targetPort));
        thread(proxy::accept, "proxy-" + targetPort);
        return proxy;
    }

    int port() {
        return server.getLocalPort();
    }

    void mode(Mode next) {
        lock.lock();
        try {
            mode = next;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (next == Mode.BROKEN) {
            sockets.forEach(this::drop);
        }
    }

    private static void thread(Runnable task, String name) {
        Thread thread = new Thread(null, task, name, 128 * 1024);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!closed) {
            try {
                Socket client = server.accept();
                sockets.add(client);
                thread(() -> connect(client), "proxy-connect");
            } catch (IOException e) {
                LOGGER.atDebug().addKeyValue("error", e.toString()).log("proxy does not accept");
            }
        }
    }

    private void connect(Socket client) {
        Socket upstream = new Socket();
        try {
            if (awaitPassage() == Mode.BROKEN) {
                drop(client);
                return;
            }
            upstream.connect(target);
            upstream.setTcpNoDelay(true);
            client.setTcpNoDelay(true);
            sockets.add(upstream);
            thread(() -> pump(upstream, client), "proxy-down");
            pump(client, upstream);
        } catch (IOException e) {
            // The broker is away: so is the client's connection.
            drop(upstream);
            drop(client);
        }
    }

    private void pump(Socket from, Socket to) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            for (int read = from.getInputStream().read(buffer);
                    read >= 0 && awaitPassage() != Mode.BROKEN;
                    read = from.getInputStream().read(buffer)) {
                to.getOutputStream().write(buffer, 0, read);
            }
        } catch (IOException e) {
            LOGGER.atDebug().addKeyValue("error", e.toString()).log("connection ended");
        }
        // An end of one side is held back, too, while the network is silent.
        awaitPassage();
        drop(from);
        drop(to);
    }

    /** Waits while the proxy is silent. */
    private Mode awaitPassage() {
        lock.lock();
        try {
            while (mode == Mode.SILENT && !closed) {
                changed.awaitUninterruptibly();
            }
            return closed ? Mode.BROKEN : mode;
        } finally {
            lock.unlock();
        }
    }

    private void drop(Socket socket) {
        sockets.remove(socket);
        try {
            socket.close();
        } catch (IOException e) {
            LOGGER.atDebug().addKeyValue("error", e.toString()).log("socket did not close");
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        mode(Mode.BROKEN);
        server.close();
    }
}
